import type { Atom, SeriesRef } from "../atom.ts";
import type { Rule } from "../rule.ts";

export const pivotEvents: Rule = {
  id: "pivotEvents",
  title: "Pivot events",
  description:
    "Long at a bar where the first series has a value (a confirmed low), short where the second " +
    "has one (a confirmed high); neutral where both have, and at every other bar.",
  operands: ["of", "against"],
  readsPrice: false,
  params: [],
  atoms: ({ of, against }) => ({
    long: { ...hasValue(of), unless: hasValue(against) },
    short: { ...hasValue(against), unless: hasValue(of) },
  }),
};

/** A series is at or above itself wherever it is not NaN. */
function hasValue(series: SeriesRef): Atom {
  return { left: series, op: ">=", right: series };
}
