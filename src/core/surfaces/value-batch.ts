import { type BucketRule, type BucketRuns, RuledRuns } from "./bucket-runs.ts";
import { type BlockPass, chosenPass } from "./column-block.ts";
import type { StageGrid } from "./stage-grid.ts";
import type { VariantFilter } from "./variant-filter.ts";

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

/** Called with values of one metric and, rule by rule, the buckets that they lie in. */
export type BatchVisit = (values: Float64Array, buckets: readonly BucketRuns[]) => void;

/**
 * A pass over the values of one metric of all chosen variants, in order, or over those of them that
 * are numbers. Values and buckets are overwritten by the next block.
 */
export function batchPass(
  { grid, filter, grouping, column }: BatchSource,
  which: "all" | "defined",
  visit: BatchVisit,
): BlockPass {
  const rules = grouping.rules.map((rule) => new RuledRuns(grid, rule));
  let values = new Float64Array(0);
  return chosenPass(
    { grid, filter, definedOf: which === "all" ? null : column },
    ({ from, columns }, chosen) => {
      const { places } = chosen;
      const all = columns[column];
      const buckets = rules.map((rule) => rule.overChosen(from, all.length, chosen));
      if (places.length === all.length) {
        visit(all, buckets);
        return;
      }
      if (values.length < all.length) values = new Float64Array(all.length);
      for (let k = 0; k < places.length; k++) values[k] = all[places[k]];
      visit(values.subarray(0, places.length), buckets);
    },
  );
}
