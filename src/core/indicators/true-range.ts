import type { Candles } from "../series/candles.ts";

/**
 * Wilder's true range: the range of a bar, widened to the previous close. Without a previous close
 * (the first bar, or after a hole) it is high - low, as TradingView's ta.tr(true).
 */
export function trueRange({ high, low, close }: Candles): Float64Array {
  const out = new Float64Array(close.length);
  for (let t = 0; t < close.length; t++) {
    const previous = t > 0 ? close[t - 1] : Number.NaN;
    out[t] = Number.isNaN(previous)
      ? high[t] - low[t]
      : Math.max(high[t] - low[t], Math.abs(high[t] - previous), Math.abs(low[t] - previous));
  }
  return out;
}

/** The same, NaN where there is no previous close, as TA-Lib's TRANGE and TradingView's ta.tr. */
export function trueRangeFromClose(candles: Candles): Float64Array {
  const out = trueRange(candles);
  const { close } = candles;
  for (let t = 0; t < out.length; t++) {
    if (t === 0 || Number.isNaN(close[t - 1])) out[t] = Number.NaN;
  }
  return out;
}
