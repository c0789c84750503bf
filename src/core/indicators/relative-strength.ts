import { rma, type Seeding } from "./recursive-average.ts";

/**
 * Relative strength index of a series in percent, from Wilder averages of its rises and falls; 100
 * without falls. The first change is that of the second bar.
 */
export function relativeStrength(
  series: Float64Array,
  window: number,
  seeding: Seeding,
): Float64Array {
  const rises = new Float64Array(series.length).fill(Number.NaN);
  const falls = new Float64Array(series.length).fill(Number.NaN);
  for (let t = 1; t < series.length; t++) {
    const change = series[t] - series[t - 1];
    rises[t] = Math.max(change, 0);
    falls[t] = Math.max(-change, 0);
  }
  const up = rma(rises, window, seeding);
  const down = rma(falls, window, seeding);
  for (let t = 0; t < up.length; t++) {
    up[t] = down[t] === 0 ? 100 : (100 * up[t]) / (up[t] + down[t]);
  }
  return up;
}
