import type { ParameterSpec } from "../../parameter.ts";
import type { AtomPair, SeriesRef } from "../atom.ts";
import type { Rule } from "../rule.ts";

export const band: Rule = {
  id: "band",
  title: "Threshold band",
  description:
    "With long <= short: long at or below the long level, short at or above the short level. " +
    "With long > short: long at or above the long level, short at or below the short level. " +
    "Where both hold (equal levels, value on them) the signal is neutral.",
  operands: ["of"],
  readsPrice: false,
  params: [level("long", 30), level("short", 70)],
  atoms: ({ of }, params) => bandAtoms(of, params.long as number, params.short as number),
};

function bandAtoms(of: SeriesRef, long: number, short: number): AtomPair {
  if (long > short) {
    return {
      long: { left: of, op: ">=", right: long },
      short: { left: of, op: "<=", right: short },
    };
  }
  // On equal levels both sides would hold at once, so neither includes the level.
  const touching = long === short;
  return {
    long: { left: of, op: touching ? "<" : "<=", right: long },
    short: { left: of, op: touching ? ">" : ">=", right: short },
  };
}

function level(name: "long" | "short", value: number): ParameterSpec {
  return {
    name,
    kind: "number",
    min: -1e9,
    max: 1e9,
    default: value,
    description: `Level of the ${name} side, in the unit of the output.`,
  };
}
