import { barCount, CANDLE_COLUMNS, type Candles } from "../core/series/candles.ts";
import { isExactlySummed } from "../core/series/prefix-sum.ts";
import type { IsExact } from "../core/stages/scored-alone.ts";

/** Looking at more takes more than ten milliseconds, in which nothing else is answered. */
const MOST_BARS = 1 << 20;

/** Of columns that were looked at; the same candles are planned for again and again. */
const known = new WeakMap<Float64Array, boolean>();

/**
 * Which prices of these candles have exact sums: columns as they are, looked at when first asked
 * for. Of prices that are made of several, and of more than a million bars, it says no.
 */
export function exactPrices(candles: Candles): IsExact {
  return (source) => {
    const column = CANDLE_COLUMNS.find((name) => name === source);
    if (column === undefined || barCount(candles) > MOST_BARS) return false;
    const series = candles[column];
    let exact = known.get(series);
    if (exact === undefined) {
      exact = isExactlySummed(series);
      known.set(series, exact);
    }
    return exact;
  };
}
