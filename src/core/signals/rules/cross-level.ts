import type { ParameterSpec } from "../../parameter.ts";
import type { Atom, SeriesRef } from "../atom.ts";
import type { Rule } from "../rule.ts";

export const crossLevel: Rule = {
  id: "crossLevel",
  title: "Cross of a level",
  description:
    "Long from the bar at which the output crosses above the long level (above it now, at or " +
    "below it the bar before) until it crosses below the short level, then short until it " +
    "crosses above the long level again. Neutral before the first crossing in the range, and " +
    "from an undefined value to the next crossing.",
  operands: ["of"],
  readsPrice: false,
  params: [level("long", "above", 30), level("short", "below", 70)],
  atoms: ({ of }, params) => {
    const above = crossing(of, ">", params.long as number);
    const below = crossing(of, "<", params.short as number);
    return {
      long: { ...above, holdWhile: { ...defined(of), unless: below } },
      short: { ...below, holdWhile: { ...defined(of), unless: above } },
    };
  },
};

/**
 * The two events never share a bar: one needs the value above its level, the other at or above it
 * before.
 */
function crossing(of: SeriesRef, op: ">" | "<", at: number): Atom {
  const before: SeriesRef = { kind: "shifted", of, bars: 1 };
  return {
    left: of,
    op,
    right: at,
    and: { left: before, op: op === ">" ? "<=" : ">=", right: at },
  };
}

function defined(of: SeriesRef): Atom {
  return { left: of, op: ">=", right: Number.NEGATIVE_INFINITY };
}

function level(name: "long" | "short", side: "above" | "below", value: number): ParameterSpec {
  return {
    name,
    kind: "number",
    min: -1e9,
    max: 1e9,
    default: value,
    description: `Level that the output crosses ${side} to go ${name}, in the unit of the output.`,
  };
}
