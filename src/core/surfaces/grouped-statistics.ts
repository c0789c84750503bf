import type { ColumnWork } from "./column-block.ts";
import { OrderStatistics, SELECTION_ROOM } from "./order-statistics.ts";
import { Tallies } from "./tallies.ts";
import { type BatchSource, batchPass } from "./value-batch.ts";
import { ValueSample } from "./value-bins.ts";

export interface GroupedStatistics {
  readonly tallies: Tallies;
  /** The share `p` of a bucket's defined values lies below it; NaN in an empty bucket. */
  quantile(bucket: number, p: number): number;
}

export interface StatisticsChoice extends BatchSource {
  /** Whether the tallies will be asked for deviations. */
  readonly deviation: boolean;
  /** Shares that `quantile` will be asked for. */
  readonly quantiles: readonly number[];
  /** Values held at a time. */
  readonly room?: number;
}

/** Statistics of one metric in every bucket: one pass, more for deviation and quantiles. */
export function* groupedStatistics(choice: StatisticsChoice): ColumnWork<GroupedStatistics> {
  const { grouping, quantiles } = choice;
  const tallies = new Tallies(grouping.buckets);
  const sample = new ValueSample();
  yield batchPass(choice, "all", (values, buckets) => {
    sample.offerAll(values);
    for (const own of buckets) tallies.add(values, own);
  });
  const order = new OrderStatistics(
    quantiles.length === 0 ? [] : tallies.counts(),
    (count) => ranksAround(count, quantiles),
    sample.bins(),
    choice.room ?? SELECTION_ROOM,
  );
  let needsSquares = choice.deviation;
  for (let pass = order.next(); needsSquares || pass !== null; pass = order.next()) {
    const squares = needsSquares ? tallies : null;
    yield batchPass(choice, "defined", (values, buckets) => {
      pass?.begin(values);
      for (const own of buckets) {
        squares?.addSquares(values, own);
        pass?.put(own);
      }
    });
    pass?.end();
    needsSquares = false;
  }
  return {
    tallies,
    quantile: (bucket, p) => interpolated(tallies.count(bucket), p, (r) => order.value(bucket, r)),
  };
}

function ranksAround(count: number, quantiles: readonly number[]): number[] {
  const ranks = new Set<number>();
  for (const p of quantiles) {
    const position = (count - 1) * p;
    ranks.add(Math.floor(position)).add(Math.ceil(position));
  }
  return [...ranks].sort((a, b) => a - b);
}

/** As `quantile` of a whole ascending list: the same operations on the two values it reads. */
function interpolated(count: number, p: number, valueAt: (rank: number) => number): number {
  if (count === 0) return Number.NaN;
  const position = (count - 1) * p;
  const below = Math.floor(position);
  const lower = valueAt(below);
  if (below === position) return lower;
  return lower + (position - below) * (valueAt(below + 1) - lower);
}
