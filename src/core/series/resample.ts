import { complaint, UserError } from "../user-error.ts";
import { allocateCandles, barCount, type Candles } from "./candles.ts";
import { type Timeframe, timeframeMs } from "./timeframe.ts";

/** A series of two lonely bars a century apart must not fill memory with carried closes. */
export const MAX_RESAMPLED_BARS = 20_000_000;

/**
 * Candles of timeframe `from` as candles of the longer timeframe `to`.
 *
 * Buckets are aligned to the UTC epoch and run without a hole from the first to the last one that
 * holds a bar: first open, highest high, lowest low, last close, volume summed in time order. An
 * empty bucket carries the previous close with volume 0. Hence two steps (1m to 5m to 15m) equal
 * one step wherever no bucket of the middle timeframe is empty. Equal timeframes give the candles
 * themselves, gaps included.
 *
 * Throws a UserError (VALIDATION) for a shorter timeframe, one that is no multiple, or no bars at
 * all.
 */
export function resample(
  candles: Candles,
  from: Timeframe,
  to: Timeframe,
  shared = false,
): Candles {
  requireMultiple(from, to);
  if (barCount(candles) === 0) {
    throw new UserError(
      "VALIDATION",
      complaint("timeframe", "there are no bars to resample", 0, 1),
    );
  }
  if (from === to) return candles;
  const bucketMs = timeframeMs(to);
  const { time } = candles;
  const firstMs = bucketStart(time[0], bucketMs);
  const buckets = (bucketStart(time[time.length - 1], bucketMs) - firstMs) / bucketMs + 1;
  if (buckets > MAX_RESAMPLED_BARS) {
    const message = `resampling ${from} to ${to} would give too many bars`;
    throw new UserError(
      "VALIDATION",
      complaint("timeframe", message, buckets, `at most ${MAX_RESAMPLED_BARS}`),
    );
  }
  const out = allocateCandles(buckets, shared);
  fillBuckets(candles, out, firstMs, bucketMs);
  return out;
}

function requireMultiple(from: Timeframe, to: Timeframe): void {
  const ratio = timeframeMs(to) / timeframeMs(from);
  if (ratio >= 1 && Number.isInteger(ratio)) return;
  const message =
    ratio < 1
      ? `cannot resample ${from} bars to the shorter ${to}`
      : `cannot resample ${from} bars to ${to}, which is not a whole number of them`;
  throw new UserError("VALIDATION", complaint("timeframe", message, to, `a multiple of ${from}`));
}

function bucketStart(timeMs: number, bucketMs: number): number {
  return Math.floor(timeMs / bucketMs) * bucketMs;
}

function fillBuckets(candles: Candles, out: Candles, firstMs: number, bucketMs: number): void {
  const { time } = candles;
  const bars = time.length;
  let t = 0;
  for (let b = 0; b < out.time.length; b++) {
    const startMs = firstMs + b * bucketMs;
    const endMs = startMs + bucketMs;
    out.time[b] = startMs;
    const from = t;
    while (t < bars && time[t] < endMs) t++;
    if (t === from) carryClose(out, b);
    else mergeBars(candles, from, t, out, b);
  }
}

/** The first bucket always holds a bar, so there is a previous one. */
function carryClose(out: Candles, b: number): void {
  const close = out.close[b - 1];
  out.open[b] = close;
  out.high[b] = close;
  out.low[b] = close;
  out.close[b] = close;
  out.volume[b] = 0;
}

function mergeBars(candles: Candles, from: number, to: number, out: Candles, b: number): void {
  let high = candles.high[from];
  let low = candles.low[from];
  let volume = candles.volume[from];
  for (let t = from + 1; t < to; t++) {
    if (candles.high[t] > high) high = candles.high[t];
    if (candles.low[t] < low) low = candles.low[t];
    volume += candles.volume[t];
  }
  out.open[b] = candles.open[from];
  out.high[b] = high;
  out.low[b] = low;
  out.close[b] = candles.close[to - 1];
  out.volume[b] = volume;
}
