import fc from "fast-check";
import { allocateCandles, barCount, type Candles } from "../../src/core/series/candles.ts";

const HOUR_MS = 3_600_000;
const START_TICKS = 100_000;

const bar = fc.record({
  gap: fc.integer({ min: -30, max: 30 }),
  body: fc.integer({ min: -200, max: 200 }),
  upperWick: fc.integer({ min: 0, max: 50 }),
  lowerWick: fc.integer({ min: 0, max: 50 }),
  volume: fc.integer({ min: 1, max: 10_000 }),
});

/** Hourly candles of a random walk on a grid of five decimals. */
export function arbitraryCandles(minBars: number, maxBars: number): fc.Arbitrary<Candles> {
  return fc.array(bar, { minLength: minBars, maxLength: maxBars, size: "max" }).map((bars) => {
    const candles = allocateCandles(bars.length);
    let ticks = START_TICKS;
    bars.forEach(({ gap, body, upperWick, lowerWick, volume }, t) => {
      const open = ticks + gap;
      ticks = open + body;
      candles.time[t] = t * HOUR_MS;
      candles.open[t] = open / 1e5;
      candles.high[t] = (Math.max(open, ticks) + upperWick) / 1e5;
      candles.low[t] = (Math.min(open, ticks) - lowerWick) / 1e5;
      candles.close[t] = ticks / 1e5;
      candles.volume[t] = volume;
    });
    return candles;
  });
}

/** A copy whose bars `[from, to)` hold no values. */
export function withHole(candles: Candles, from: number, to: number): Candles {
  const copy = allocateCandles(barCount(candles));
  copy.time.set(candles.time);
  for (const field of ["open", "high", "low", "close", "volume"] as const) {
    copy[field].set(candles[field]);
    copy[field].fill(Number.NaN, from, to);
  }
  return copy;
}
