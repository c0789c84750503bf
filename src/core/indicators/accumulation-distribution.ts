import type { Candles } from "../series/candles.ts";
import { DoubleDouble } from "../series/double-double.ts";

/**
 * Money flow volume of each bar: the volume times where the close stands in the bar's range, from
 * -1 (low) to 1 (high); 0 where high = low.
 */
export function moneyFlowVolume({ high, low, close, volume }: Candles): Float64Array {
  const out = new Float64Array(close.length);
  for (let t = 0; t < out.length; t++) {
    const range = high[t] - low[t];
    const location = (close[t] - low[t] - (high[t] - close[t])) / range;
    out[t] = range === 0 ? 0 * volume[t] : location * volume[t];
  }
  return out;
}

/** Running sum of a series; it starts from nothing, also after a hole. */
export function runningSum(series: Float64Array): Float64Array {
  const out = new Float64Array(series.length);
  const sum = new DoubleDouble();
  for (let t = 0; t < out.length; t++) {
    if (Number.isFinite(series[t])) {
      out[t] = sum.add(series[t]).hi;
    } else {
      sum.set(0, 0);
      out[t] = Number.NaN;
    }
  }
  return out;
}
