import { quotient } from "../series/quotient.ts";

/** Change of a series over `bars` bars in percent; it reads the two bars and none between. */
export function rateOfChange(series: Float64Array, bars: number): Float64Array {
  const out = new Float64Array(series.length).fill(Number.NaN);
  for (let t = bars; t < series.length; t++) {
    out[t] = 100 * quotient(series[t] - series[t - bars], series[t - bars]);
  }
  return out;
}
