import type { Rule } from "./rule.ts";
import { band } from "./rules/band.ts";
import { cross } from "./rules/cross.ts";
import { deltaSign } from "./rules/delta-sign.ts";
import { price } from "./rules/price.ts";
import { sign } from "./rules/sign.ts";

/** Every rule family, in id order. */
export const RULES: readonly Rule[] = [band, cross, deltaSign, price, sign];

const BY_ID = new Map(RULES.map((rule) => [rule.id, rule]));

export function findRule(id: string): Rule | undefined {
  return BY_ID.get(id);
}
