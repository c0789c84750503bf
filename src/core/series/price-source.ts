import type { Candles } from "./candles.ts";

/** The price a formula reads from a bar. `hlcc4` counts the close twice, as TradingView does. */
export const PRICE_SOURCES = [
  "open",
  "high",
  "low",
  "close",
  "hl2",
  "hlc3",
  "ohlc4",
  "hlcc4",
  "volume",
] as const;
export type PriceSource = (typeof PRICE_SOURCES)[number];

/**
 * The chosen source as a series. Plain columns are returned as they are, combined ones are
 * computed.
 */
export function priceSeries(candles: Candles, source: PriceSource): Float64Array {
  const { open, high, low, close } = candles;
  switch (source) {
    case "open":
    case "high":
    case "low":
    case "close":
    case "volume":
      return candles[source];
    case "hl2":
      return combine(close.length, (t) => (high[t] + low[t]) / 2);
    case "hlc3":
      return combine(close.length, (t) => (high[t] + low[t] + close[t]) / 3);
    case "ohlc4":
      return combine(close.length, (t) => (open[t] + high[t] + low[t] + close[t]) / 4);
    case "hlcc4":
      return combine(close.length, (t) => (high[t] + low[t] + close[t] + close[t]) / 4);
  }
}

function combine(length: number, at: (t: number) => number): Float64Array {
  const out = new Float64Array(length);
  for (let t = 0; t < length; t++) out[t] = at(t);
  return out;
}
