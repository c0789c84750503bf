import type { CandleView } from "../../src/core/series/candle-view.ts";
import type { PriceSource } from "../../src/core/series/price-source.ts";

/**
 * The seed-parity engine takes a variance as the difference of two sums from the first bar on.
 * Their rounding grows with the sums, so a spread of a few ticks comes out with few digits. What it
 * shows is judged by the variance that it implies, which may be off by one rounding of those sums.
 */
function noiseOf({ price }: Window, bar: number, window: number): number {
  return (Number.EPSILON * price ** 2 * (bar + 1)) / window;
}

interface Window {
  readonly price: number;
  readonly mean: number;
  readonly multiplier: number;
}

/** The variance behind a shown value. */
const IMPLIED: Readonly<Record<string, (shown: number, window: Window) => number>> = {
  "structure.zscore": (shown, { price, mean }) => ((price - mean) / shown) ** 2,
  "volatility.bbands_bandwidth": (shown, { mean, multiplier }) =>
    ((shown * mean) / (2 * multiplier)) ** 2,
  "volatility.bbands_percent_b": (shown, { price, mean, multiplier }) =>
    ((price - mean) / (2 * multiplier * (shown - 0.5))) ** 2,
  "volatility.stddev": (shown) => shown ** 2,
  "volatility.variance": (shown) => shown,
};

/** Fixture ids that are computed from a variance. */
export const FROM_VARIANCE: ReadonlySet<string> = new Set(Object.keys(IMPLIED));

export interface VarianceCase {
  readonly id: string;
  readonly params: Readonly<Record<string, number>>;
  readonly source: string | null;
}

/** Whether two values of an id at one bar stem from variances that differ by noise alone. */
export function sameButForNoise(
  [ours, theirs]: readonly [number, number],
  { id, params, source }: VarianceCase,
  { view, bar }: { readonly view: CandleView; readonly bar: number },
): boolean {
  const name = (source ?? "close") as PriceSource;
  const window = {
    price: view.price(name)[bar],
    mean: view.prefixSum(name).mean(bar, params.window),
    multiplier: params.mult,
  };
  const implied = IMPLIED[id];
  // Without any spread ours is undefined, and theirs is a quotient of two roundings.
  if (Number.isNaN(ours)) return isFlat(view.price(name), bar, params.window);
  const difference = Math.abs(implied(ours, window) - implied(theirs, window));
  return difference <= noiseOf(window, bar, params.window);
}

function isFlat(price: Float64Array, bar: number, window: number): boolean {
  const bars = price.subarray(bar - window + 1, bar + 1);
  return bars.every((value) => value === price[bar]);
}
