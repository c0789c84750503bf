import type { ParameterSpec } from "../../parameter.ts";
import type { Atom, AtomPair, SeriesRef } from "../atom.ts";
import type { Rule } from "../rule.ts";

export const deltaSign: Rule = {
  id: "deltaSign",
  title: "Sign of change",
  description:
    "Long while the output is above its value longBars earlier, short while it is below its " +
    "value shortBars earlier; neutral where both hold.",
  operands: ["of"],
  readsPrice: false,
  params: [distance("long"), distance("short")],
  atoms: ({ of }, params) => changeAtoms(of, params.longBars as number, params.shortBars as number),
};

function changeAtoms(of: SeriesRef, longBars: number, shortBars: number): AtomPair {
  const rise: Atom = { left: of, op: ">", right: { kind: "shifted", of, bars: longBars } };
  const fall: Atom = { left: of, op: "<", right: { kind: "shifted", of, bars: shortBars } };
  if (longBars === shortBars) return { long: rise, short: fall };
  return { long: { ...rise, unless: fall }, short: { ...fall, unless: rise } };
}

function distance(side: "long" | "short"): ParameterSpec {
  return {
    name: `${side}Bars`,
    kind: "integer",
    min: 1,
    max: 10_000,
    default: 1,
    description: `The bars back to the value that the ${side} side compares with.`,
  };
}
