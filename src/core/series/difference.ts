import type { PrefixSum } from "./prefix-sum.ts";

/**
 * `a[t] - b[t - lag]` for every bar; NaN where one of them is absent.
 *
 * Where both lie on a decimal grid the difference is that of the decimal numbers, rounded once:
 * 1.07219 - 1.07082 is 0.00137 and not 0.0013700000000000934. Sums of such differences are exact.
 */
export function differences(a: PrefixSum, b: PrefixSum, lag = 0): Float64Array {
  const out = new Float64Array(a.bars).fill(Number.NaN);
  const gridBars = Math.min(a.gridBars, b.gridBars);
  const scale = Math.max(a.scale, b.scale);
  const aUnits = scale / a.scale;
  const bUnits = scale / b.scale;
  for (let t = lag; t < out.length; t++) {
    const difference = a.values[t] - b.values[t - lag];
    if (!Number.isFinite(difference)) continue;
    const onGrid = t < gridBars;
    out[t] = onGrid
      ? (a.tickSum(t, t + 1) * aUnits - b.tickSum(t - lag, t - lag + 1) * bUnits) / scale
      : difference;
  }
  return out;
}
