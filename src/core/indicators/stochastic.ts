import { PrefixSum } from "../series/prefix-sum.ts";
import { type Bounded, positionInRange } from "./position-in-range.ts";

export interface StochasticWindows {
  readonly kWindow: number;
  readonly smoothing: number;
  readonly dWindow: number;
}

/** %K in percent, smoothed by a simple average, and %D, the simple average of %K. */
export function stochastic(
  series: Bounded,
  { kWindow, smoothing, dWindow }: StochasticWindows,
): [k: Float64Array, d: Float64Array] {
  const raw = positionInRange(series, kWindow);
  for (let t = 0; t < raw.length; t++) raw[t] *= 100;
  const k = PrefixSum.of(raw).means(smoothing);
  return [k, PrefixSum.of(k).means(dWindow)];
}
