import { DoubleDouble } from "./double-double.ts";
import type { PrefixSum, Run } from "./prefix-sum.ts";

/**
 * Population standard deviations of the `window` bars ending at each bar, in the unit of the
 * series; NaN where the bars are not all there. `means` are those of the same window.
 *
 * Where the prices lie on a grid, `window * sum(d^2) - sum(d)^2` of the ticks d is an integer and
 * is computed exactly, one step a bar: equal prices give exactly 0 and large prices lose nothing.
 * A square root rounds differently on another grid, so it is taken on the grid known at that bar.
 * Elsewhere the deviations from the mean are squared in a second pass over each window.
 */
export function standardDeviations(
  sums: PrefixSum,
  means: Float64Array,
  window: number,
): Float64Array {
  const out = new Float64Array(sums.bars).fill(Number.NaN);
  // Ticks are taken from the first of a run, so each is at most twice the largest.
  const fitsInteger = (2 * sums.largestTick * window) ** 2 <= Number.MAX_SAFE_INTEGER;
  for (const run of sums.runs()) {
    const onGrid = { from: run.from, to: Math.min(run.to, sums.gridBars) };
    if (fitsInteger) deviateIntegers(sums, window, onGrid, out);
    else deviateWideIntegers(sums, window, onGrid, out);
    const full = Math.max(run.from + window - 1, sums.gridBars);
    for (let t = full; t < run.to; t++) out[t] = deviationFrom(sums.values, means[t], t, window);
  }
  return out;
}

function deviateIntegers(sums: PrefixSum, window: number, run: Run, out: Float64Array): void {
  const origin = sums.tickSum(run.from, run.from + 1);
  const full = run.from + window - 1;
  let sum = 0;
  let squares = 0;
  for (let t = run.from; t < run.to; t++) {
    const entering = sums.tickSum(t, t + 1) - origin;
    sum += entering;
    squares += entering * entering;
    if (t < full) continue;
    const scale = sums.scaleAt(t);
    const spread = (window * squares - sum * sum) / (sums.scale / scale) ** 2;
    out[t] = Math.sqrt(spread) / (scale * window);
    const leaving = sums.tickSum(t - window + 1, t - window + 2) - origin;
    sum -= leaving;
    squares -= leaving * leaving;
  }
}

/** The same integers where they exceed 2^53. */
function deviateWideIntegers(sums: PrefixSum, window: number, run: Run, out: Float64Array): void {
  const origin = sums.tickSum(run.from, run.from + 1);
  const full = run.from + window - 1;
  const squares = new DoubleDouble();
  const spread = new DoubleDouble();
  let sum = 0;
  for (let t = run.from; t < run.to; t++) {
    const entering = sums.tickSum(t, t + 1) - origin;
    sum += entering;
    squares.addProduct(entering, entering);
    if (t < full) continue;
    spread.set(0, 0).addProduct(window, squares.hi).addProduct(window, squares.lo);
    spread.addProduct(-sum, sum);
    const scale = sums.scaleAt(t);
    out[t] = Math.sqrt(spread.dividedBy((sums.scale / scale) ** 2)) / (scale * window);
    const leaving = sums.tickSum(t - window + 1, t - window + 2) - origin;
    sum -= leaving;
    squares.addProduct(-leaving, leaving);
  }
}

function deviationFrom(values: Float64Array, mean: number, last: number, window: number): number {
  let squares = 0;
  for (let t = last - window + 1; t <= last; t++) {
    const deviation = values[t] - mean;
    squares += deviation * deviation;
  }
  return Math.sqrt(squares / window);
}
