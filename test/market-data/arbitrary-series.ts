import fc from "fast-check";
import { allocateCandles, type Candles } from "../../src/core/series/candles.ts";
import { TIMEFRAMES, type Timeframe, timeframeMs } from "../../src/core/series/timeframe.ts";

export interface Series {
  readonly timeframe: Timeframe;
  readonly candles: Candles;
}

export interface SeriesOptions {
  readonly timeframes?: readonly Timeframe[];
  readonly minBars?: number;
  readonly maxBars?: number;
  /** Most bars missing between two bars; 0 for none. */
  readonly maxMissing?: number;
}

/** A positive number with few or many digits, as prices in files have them. */
const price = fc.oneof(
  fc.integer({ min: 1, max: 10_000_000 }).map((ticks) => ticks / 1e5),
  fc.integer({ min: 1, max: 100_000 }).map((ticks) => ticks / 100),
  fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
);

const bar = fc.record({
  prices: fc.tuple(price, price, price, price),
  volume: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 40 })),
  missing: fc.nat(),
});

/** Canonical candles of a random timeframe, before and after 1970, with or without gaps. */
export function arbitrarySeries(options: SeriesOptions = {}): fc.Arbitrary<Series> {
  const { timeframes = TIMEFRAMES, minBars = 2, maxBars = 40, maxMissing = 4 } = options;
  return fc
    .record({
      timeframe: fc.constantFrom(...timeframes),
      startMs: fc.constantFrom(0, Date.UTC(2020, 1, 28)),
      startBar: fc.integer({ min: -5_000, max: 20_000 }),
      bars: fc.array(bar, { minLength: minBars, maxLength: maxBars }),
    })
    .map(({ timeframe, startMs, startBar, bars }) => {
      const candles = allocateCandles(bars.length);
      let at = Math.floor(startMs / timeframeMs(timeframe)) + startBar - 1;
      bars.forEach(({ prices, volume, missing }, t) => {
        at += 1 + (t === 0 ? 0 : missing % (maxMissing + 1));
        const [low, open, close, high] = [...prices].sort((a, b) => a - b);
        candles.time[t] = at * timeframeMs(timeframe) + 0;
        candles.open[t] = missing % 2 === 0 ? open : close;
        candles.close[t] = missing % 2 === 0 ? close : open;
        candles.high[t] = high;
        candles.low[t] = low;
        candles.volume[t] = volume;
      });
      return { timeframe, candles };
    });
}
