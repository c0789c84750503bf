import { type ColumnWork, chosenPass } from "./column-block.ts";
import { groupedStatistics } from "./grouped-statistics.ts";
import type { StageGrid } from "./stage-grid.ts";
import type { VariantFilter } from "./variant-filter.ts";

export interface DistributionChoice {
  readonly grid: StageGrid;
  readonly filter: VariantFilter;
  readonly column: number;
  readonly bins: number;
  /** Where the histogram begins and ends; the extremes of the values by default. */
  readonly from?: number;
  readonly to?: number;
  readonly quantiles: readonly number[];
  readonly room?: number;
}

/** `[from, to)` of a histogram; the last one contains its end. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** One metric over all variants; figures are NaN where there is no value. */
export interface Distribution {
  readonly count: number;
  readonly undefinedCount: number;
  readonly mean: number;
  /** Sample deviation, ddof 1. */
  readonly deviation: number;
  readonly min: number;
  readonly max: number;
  readonly quantiles: readonly { readonly p: number; readonly value: number }[];
  /** Of equal width; one where all values are the same, none without a value. */
  readonly bins: readonly Bin[];
  /** Values outside the bins. */
  readonly below: number;
  readonly above: number;
}

export function* distribution(choice: DistributionChoice): ColumnWork<Distribution> {
  const { quantiles } = choice;
  const { tallies, quantile } = yield* groupedStatistics({
    ...choice,
    grouping: { buckets: 1, rules: [{ offset: 0, terms: [] }] },
    deviation: true,
  });
  const [min, max] = [tallies.min(0), tallies.max(0)];
  const histogram = yield* histogramOf(choice, choice.from ?? min, choice.to ?? max);
  return {
    count: tallies.count(0),
    undefinedCount: tallies.undefinedCount(0),
    mean: tallies.mean(0),
    deviation: tallies.deviation(0),
    min,
    max,
    quantiles: quantiles.map((p) => ({ p, value: quantile(0, p) })),
    ...histogram,
  };
}

type Histogram = Pick<Distribution, "bins" | "below" | "above">;

function* histogramOf(
  { grid, filter, column, bins }: DistributionChoice,
  from: number,
  to: number,
): ColumnWork<Histogram> {
  if (Number.isNaN(from) || Number.isNaN(to)) return { bins: [], below: 0, above: 0 };
  const used = from === to ? 1 : bins;
  const edges = binEdges(from, to, used);
  const counts = new Float64Array(used);
  let [below, above] = [0, 0];
  yield chosenPass({ grid, filter, definedOf: column }, ({ columns }, { places }) => {
    const values = columns[column];
    for (let k = 0; k < places.length; k++) {
      const value = values[places[k]];
      if (value < from) below++;
      else if (value > to) above++;
      else counts[binOf(value, edges)]++;
    }
  });
  const whole = Array.from(counts, (count, b) => ({ from: edges[b], to: edges[b + 1], count }));
  return { bins: whole, below, above };
}

function binEdges(from: number, to: number, bins: number): Float64Array {
  const edge = (share: number) => from * (1 - share) + to * share;
  const edges = Float64Array.from({ length: bins + 1 }, (_, b) => edge(b / bins));
  edges[0] = from;
  edges[bins] = to;
  return edges;
}

/** The edges decide: arithmetic only guesses, and may be one off by rounding. */
function binOf(value: number, edges: Float64Array): number {
  const last = edges.length - 2;
  const share = (value - edges[0]) / (edges[last + 1] - edges[0]);
  let bin = Math.min(last, Math.max(0, Math.floor(share * (last + 1)))) || 0;
  while (bin > 0 && value < edges[bin]) bin--;
  while (bin < last && value >= edges[bin + 1]) bin++;
  return bin;
}
