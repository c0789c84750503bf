import type { PrefixSum } from "./prefix-sum.ts";
import { weightedMeans } from "./weighted-mean.ts";

/**
 * Slopes of the least-squares lines through the `window` bars (at least 2) ending at each bar, in
 * units of the series per bar; NaN where the bars are not all there. `means` are those of the same
 * window.
 *
 * With bars 1 to n and weights equal to them, `sum(i * y)` and `sum(y)` are the weighted and the
 * plain mean W and M times their weights, and the slope reduces to `6 * (W - M) / (n - 1)`. Each
 * mean rounds once, so prices without a slope give exactly 0.
 */
export function regressionSlopes(
  sums: PrefixSum,
  means: Float64Array,
  window: number,
): Float64Array {
  const out = weightedMeans(sums, window);
  for (let t = 0; t < out.length; t++) out[t] = (6 * (out[t] - means[t])) / (window - 1);
  return out;
}
