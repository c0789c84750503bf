import type { BucketRule } from "./bucket-runs.ts";
import type { ColumnWork } from "./column-block.ts";
import { groupedStatistics } from "./grouped-statistics.ts";
import type { AxisValue, StageGrid } from "./stage-grid.ts";
import type { VariantFilter } from "./variant-filter.ts";

/** A metric over all variants that have one value on one axis; NaN where there is none. */
export interface MarginalPoint {
  readonly value: AxisValue;
  readonly count: number;
  readonly undefinedCount: number;
  readonly mean: number;
  /** Sample deviation, ddof 1. */
  readonly deviation: number;
  readonly min: number;
  readonly max: number;
  readonly median: number;
}

export interface Marginal {
  readonly axis: string;
  /** One a value of the axis, in its order. */
  readonly points: readonly MarginalPoint[];
}

export interface MarginalsChoice {
  readonly grid: StageGrid;
  readonly filter: VariantFilter;
  /** Places of the axes wanted. */
  readonly axes: readonly number[];
  readonly column: number;
  readonly room?: number;
}

/** One parameter at a time: how the metric is spread where it has each of its values. */
export function* marginals(choice: MarginalsChoice): ColumnWork<Marginal[]> {
  const { grid, axes } = choice;
  let buckets = 0;
  const rules = axes.map((axis): BucketRule => {
    const offset = buckets;
    buckets += grid.axes[axis].values.length;
    return { offset, terms: [{ axis, weight: 1 }] };
  });
  const { tallies, quantile } = yield* groupedStatistics({
    ...choice,
    grouping: { buckets, rules },
    deviation: true,
    quantiles: [0.5],
  });
  const point = (value: AxisValue, bucket: number): MarginalPoint => ({
    value,
    count: tallies.count(bucket),
    undefinedCount: tallies.undefinedCount(bucket),
    mean: tallies.mean(bucket),
    deviation: tallies.deviation(bucket),
    min: tallies.min(bucket),
    max: tallies.max(bucket),
    median: quantile(bucket, 0.5),
  });
  return axes.map((axis, k) => {
    const { name, values } = grid.axes[axis];
    return {
      axis: name,
      points: values.map((value, digit) => point(value, rules[k].offset + digit)),
    };
  });
}
