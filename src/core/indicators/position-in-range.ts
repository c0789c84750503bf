import { quotient } from "../series/quotient.ts";
import { highest, lowest } from "../series/window-extremes.ts";

/** The three series between which a value is placed. */
export interface Bounded {
  readonly value: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
}

/**
 * Where the value stands between the lowest low (0) and the highest high (1) of the `window` bars
 * ending at each bar; NaN where the two are equal or bars are absent.
 */
export function positionInRange({ value, high, low }: Bounded, window: number): Float64Array {
  const top = highest(high, window);
  const bottom = lowest(low, window);
  const out = new Float64Array(value.length);
  for (let t = 0; t < out.length; t++) {
    out[t] = quotient(value[t] - bottom[t], top[t] - bottom[t]);
  }
  return out;
}
