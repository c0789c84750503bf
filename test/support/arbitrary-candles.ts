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

const stretch = fc.record({
  bars: fc.integer({ min: 1, max: 30 }),
  kind: fc.constantFrom("still", "leaps between still bars", "steps", "steps without volume"),
  moves: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 30, maxLength: 30 }),
});

/**
 * Hourly candles of a market that hardly trades: stretches where the price stands still, leaps from
 * one bar to the next without a range in either, or moves by a few ticks; many without volume.
 */
export const quietCandles: fc.Arbitrary<Candles> = fc
  .array(stretch, { minLength: 3, maxLength: 8 })
  .map((stretches) => {
    const bars = stretches.flatMap(({ bars, kind, moves }) =>
      moves.slice(0, bars).map((move) => ({ kind, move })),
    );
    const candles = allocateCandles(bars.length);
    let price = 100;
    bars.forEach(({ kind, move }, t) => {
      const leaps = kind === "leaps between still bars";
      const open = leaps ? price + move : price;
      price = kind === "still" ? open : price + move;
      candles.time[t] = t * HOUR_MS;
      candles.open[t] = open;
      candles.high[t] = Math.max(open, price);
      candles.low[t] = Math.min(open, price);
      candles.close[t] = price;
      candles.volume[t] = kind === "still" || kind === "steps without volume" ? 0 : 3 + move;
    });
    return candles;
  });

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
