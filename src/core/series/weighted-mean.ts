import { DoubleDouble } from "./double-double.ts";
import type { PrefixSum, Run } from "./prefix-sum.ts";

/**
 * Linearly weighted means over `window` bars: weights 1 (oldest) to `window` (newest), divided by
 * their sum; NaN where the bars are not all there. One step a bar:
 * `weighted[t] = weighted[t-1] + window * x[t] - sum(x[t-window .. t-1])`.
 *
 * The steps do not round: they run on integers where the prices lie on a grid, and on double-double
 * sums elsewhere, so nothing drifts and only the final division rounds.
 */
export function weightedMeans(sums: PrefixSum, window: number): Float64Array {
  const out = new Float64Array(sums.bars).fill(Number.NaN);
  const weights = (window * (window + 1)) / 2;
  const fitsInteger = sums.largestTick * weights <= Number.MAX_SAFE_INTEGER;
  for (const run of sums.runs()) {
    const onGrid = { from: run.from, to: Math.min(run.to, sums.gridBars) };
    if (fitsInteger) weighIntegers(sums, window, onGrid, out);
    else weighTerms(tickTerms(sums, weights), window, onGrid, out);
    if (run.to <= sums.gridBars) continue;
    const firstOffGrid = Math.max(run.from, sums.gridBars - window + 1);
    weighTerms(valueTerms(sums, weights), window, { from: firstOffGrid, to: run.to }, out);
  }
  return out;
}

function weighIntegers(sums: PrefixSum, window: number, run: Run, out: Float64Array): void {
  const divisor = sums.scale * ((window * (window + 1)) / 2);
  const full = run.from + window - 1;
  let weighted = 0;
  for (let t = run.from; t < run.to; t++) {
    const tick = sums.tickSum(t, t + 1);
    if (t <= full) weighted += (t - run.from + 1) * tick;
    else weighted += window * tick - sums.tickSum(t - window, t);
    if (t >= full) out[t] = weighted / divisor;
  }
}

/** What is weighted: prices in ticks or as they are. */
interface Terms {
  readonly value: (t: number) => number;
  readonly sum: (from: number, to: number, into: DoubleDouble) => DoubleDouble;
  readonly divisor: number;
}

function tickTerms(sums: PrefixSum, weights: number): Terms {
  return {
    value: (t) => sums.tickSum(t, t + 1),
    sum: (from, to, into) => into.set(sums.tickSum(from, to), 0),
    divisor: sums.scale * weights,
  };
}

function valueTerms(sums: PrefixSum, weights: number): Terms {
  return {
    value: (t) => sums.values[t],
    sum: (from, to, into) => sums.fineSum(from, to, into),
    divisor: weights,
  };
}

function weighTerms(terms: Terms, window: number, run: Run, out: Float64Array): void {
  const full = run.from + window - 1;
  const weighted = new DoubleDouble();
  const leaving = new DoubleDouble();
  for (let t = run.from; t < run.to; t++) {
    if (t <= full) {
      weighted.addProduct(t - run.from + 1, terms.value(t));
    } else {
      terms.sum(t - window, t, leaving);
      weighted.addProduct(window, terms.value(t)).add(-leaving.hi).add(-leaving.lo);
    }
    if (t >= full) out[t] = weighted.dividedBy(terms.divisor);
  }
}
