import { type BlockPass, type ColumnWork, variantPass } from "./column-block.ts";
import { OrderStatistics, SELECTION_ROOM, type ValuePass } from "./order-statistics.ts";
import type { StageGrid } from "./stage-grid.ts";
import { Tallies } from "./tallies.ts";
import { ValueSample } from "./value-bins.ts";
import type { VariantFilter } from "./variant-filter.ts";

/** Puts each variant into one or several of `buckets` buckets. */
export interface Grouping {
  readonly buckets: number;
  /** Calls `put` with every bucket of the variant. */
  each(digits: Int32Array, put: (bucket: number) => void): void;
}

export interface GroupedStatistics {
  readonly tallies: Tallies;
  /** The share `p` of a bucket's defined values lies below it; NaN in an empty bucket. */
  quantile(bucket: number, p: number): number;
}

export interface StatisticsChoice {
  readonly grid: StageGrid;
  readonly filter: VariantFilter;
  readonly grouping: Grouping;
  /** Position of the metric's column. */
  readonly column: number;
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
  yield tallyPass(choice, tallies, sample);
  const order = new OrderStatistics(
    quantiles.length === 0 ? [] : tallies.counts(),
    (count) => ranksAround(count, quantiles),
    sample.bins(),
    choice.room ?? SELECTION_ROOM,
  );
  let pass = order.next();
  if (choice.deviation) {
    yield valuePass(choice, pass, (bucket, value) => tallies.addSquare(bucket, value));
    pass?.end();
    pass = pass === null ? null : order.next();
  }
  for (; pass !== null; pass = order.next()) {
    yield valuePass(choice, pass, null);
    pass.end();
  }
  return {
    tallies,
    quantile: (bucket, p) => interpolated(tallies.count(bucket), p, (r) => order.value(bucket, r)),
  };
}

function tallyPass(
  { grid, filter, grouping, column }: StatisticsChoice,
  tallies: Tallies,
  sample: ValueSample,
): BlockPass {
  let value = 0;
  const put = (bucket: number) => tallies.add(bucket, value);
  return variantPass(grid, filter, (digits, columns, i) => {
    value = columns[column][i];
    if (value - value === 0) sample.offer(value);
    grouping.each(digits, put);
  });
}

/** Defined values, offered to an order pass and to whoever else wants them. */
function valuePass(
  { grid, filter, grouping, column }: StatisticsChoice,
  order: ValuePass | null,
  also: ((bucket: number, value: number) => void) | null,
): BlockPass {
  let value = 0;
  const put = (bucket: number) => {
    order?.put(bucket);
    also?.(bucket, value);
  };
  return variantPass(grid, filter, (digits, columns, i) => {
    value = columns[column][i];
    // Neither NaN nor infinite.
    if (value - value !== 0) return;
    order?.begin(value);
    grouping.each(digits, put);
  });
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
