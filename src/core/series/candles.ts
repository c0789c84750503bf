/**
 * Candles: the canonical price series, one float64 column per field.
 *
 * All columns have the same length. `time` is the UTC epoch millisecond of the bar OPEN, ascending
 * and unique. Columns may be views over shared memory; nobody in core writes to them.
 */
export interface Candles {
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

export const CANDLE_COLUMNS = ["time", "open", "high", "low", "close", "volume"] as const;
export type CandleColumn = (typeof CANDLE_COLUMNS)[number];

/** Number of bars. */
export function barCount(candles: Candles): number {
  return candles.time.length;
}

/** The bars `[from, to)` as views over the same memory; nothing is copied. */
export function sliceCandles(candles: Candles, from: number, to: number): Candles {
  return {
    time: candles.time.subarray(from, to),
    open: candles.open.subarray(from, to),
    high: candles.high.subarray(from, to),
    low: candles.low.subarray(from, to),
    close: candles.close.subarray(from, to),
    volume: candles.volume.subarray(from, to),
  };
}

/** Empty columns for `bars` bars, in ordinary or shared memory. */
export function allocateCandles(bars: number, shared = false): Candles {
  const bytes = bars * Float64Array.BYTES_PER_ELEMENT;
  const column = () =>
    new Float64Array(shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  return {
    time: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
}
