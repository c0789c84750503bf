import type { Rule } from "./rule.ts";
import { band } from "./rules/band.ts";
import { candleBody } from "./rules/candle-body.ts";
import { centered } from "./rules/centered.ts";
import { cross } from "./rules/cross.ts";
import { crossLevel } from "./rules/cross-level.ts";
import { deltaSign } from "./rules/delta-sign.ts";
import { fade } from "./rules/fade.ts";
import { pivotEvents } from "./rules/pivot-events.ts";
import { price } from "./rules/price.ts";
import { sign } from "./rules/sign.ts";
import { volume } from "./rules/volume.ts";

/** Every rule family, in id order. */
export const RULES: readonly Rule[] = [
  band,
  candleBody,
  centered,
  cross,
  crossLevel,
  deltaSign,
  fade,
  pivotEvents,
  price,
  sign,
  volume,
];

const BY_ID = new Map(RULES.map((rule) => [rule.id, rule]));

export function findRule(id: string): Rule | undefined {
  return BY_ID.get(id);
}
