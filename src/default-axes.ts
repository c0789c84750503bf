import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Axis } from "./core/grid/axis.ts";
import { INDICATORS } from "./core/indicators/registry.ts";
import { complaint, UserError } from "./core/user-error.ts";
import { type DefaultAxes, parseDefaultAxes } from "./plan/default-axes.ts";

const FILE = join(import.meta.dirname, "../configs/indicators.yaml");

/** configs/indicators.yaml, checked against the registry. Throws UserError naming what is wrong. */
export function loadDefaultAxes(): DefaultAxes {
  let values: unknown;
  try {
    values = parse(readFileSync(FILE, "utf8"));
  } catch (error) {
    const message = (error as Error).message;
    throw new UserError("VALIDATION", complaint("indicators", message, "configs/indicators.yaml"));
  }
  return parseDefaultAxes(values);
}

/** An indicator as lists show it. */
export interface ListedIndicator {
  readonly id: string;
  readonly title: string;
  readonly formula: string;
  readonly source: string;
  readonly outputs: readonly string[];
  readonly defaultAxes: readonly Axis[];
}

/** Every indicator with its default axes, in id order. */
export function listIndicators(): ListedIndicator[] {
  const axes = loadDefaultAxes();
  return INDICATORS.map(({ id, title, formula, source, outputs }) => {
    return { id, title, formula, source, outputs, defaultAxes: axes.get(id) ?? [] };
  });
}
