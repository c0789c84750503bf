import { type BlockPass, chosenPass } from "./column-block.ts";
import type { StageGrid } from "./stage-grid.ts";
import type { VariantFilter } from "./variant-filter.ts";

/** A bucket for every variant: the offset, and each of its digits times a weight. */
export interface BucketRule {
  readonly offset: number;
  readonly terms: readonly { readonly axis: number; readonly weight: number }[];
}

/** Puts each variant into one bucket a rule, of `buckets` in all. */
export interface Grouping {
  readonly buckets: number;
  readonly rules: readonly BucketRule[];
}

export interface BatchSource {
  readonly grid: StageGrid;
  readonly filter: VariantFilter;
  readonly grouping: Grouping;
  /** Position of the metric's column. */
  readonly column: number;
}

/** Called with values of one metric and, rule by rule, the bucket of each. */
export type BatchVisit = (values: Float64Array, buckets: readonly Int32Array[]) => void;

/**
 * A pass over the values of one metric of all chosen variants, in order, or over those of them that
 * are numbers. Both arrays are overwritten by the next block.
 */
export function batchPass(
  { grid, filter, grouping, column }: BatchSource,
  which: "all" | "defined",
  visit: BatchVisit,
): BlockPass {
  const { rules } = grouping;
  let values = new Float64Array(0);
  let buckets: Int32Array[] = [];
  return chosenPass(grid, filter, ({ from, columns }, places) => {
    const all = columns[column];
    if (values.length < all.length) {
      values = new Float64Array(all.length);
      buckets = rules.map(() => new Int32Array(all.length));
    }
    const taken = which === "all" ? places : definedPlaces(all, places);
    const own = buckets.map((whole, r) => {
      const digits = whole.subarray(0, all.length).fill(rules[r].offset);
      for (const { axis, weight } of rules[r].terms) grid.addDigits(axis, from, weight, digits);
      return digits;
    });
    // Most often that is all of them.
    if (taken.length === all.length) {
      visit(all, own);
      return;
    }
    pick(all, taken, values);
    // A place is never before its own: what is overwritten has been read.
    for (const digits of own) pickDigits(digits, taken);
    const cut = own.map((digits) => digits.subarray(0, taken.length));
    visit(values.subarray(0, taken.length), cut);
  });
}

function pick(from: Float64Array, places: Int32Array, to: Float64Array): void {
  for (let k = 0; k < places.length; k++) to[k] = from[places[k]];
}

function pickDigits(digits: Int32Array, places: Int32Array): void {
  for (let k = 0; k < places.length; k++) digits[k] = digits[places[k]];
}

/** Drops the places of values that are NaN or infinite, where it is. */
function definedPlaces(values: Float64Array, places: Int32Array): Int32Array {
  let count = 0;
  for (let k = 0; k < places.length; k++) {
    const value = values[places[k]];
    places[count] = places[k];
    // False for NaN and for infinities alone.
    if (value - value === 0) count++;
  }
  return places.subarray(0, count);
}
