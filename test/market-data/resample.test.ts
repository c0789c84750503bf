import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { barCount, type Candles, sliceCandles } from "../../src/core/series/candles.ts";
import { resample } from "../../src/core/series/resample.ts";
import { TIMEFRAMES, type Timeframe, timeframeMs } from "../../src/core/series/timeframe.ts";
import { UserError } from "../../src/core/user-error.ts";
import { arbitrarySeries } from "./arbitrary-series.ts";

function multiplesOf(from: Timeframe): Timeframe[] {
  const fits = (to: Timeframe) => timeframeMs(to) % timeframeMs(from) === 0 && to !== from;
  return TIMEFRAMES.filter((to) => fits(to));
}

/** A random series that can be resampled, and to what. */
const resampling = arbitrarySeries({
  timeframes: TIMEFRAMES.filter((from) => multiplesOf(from).length > 0),
}).chain((series) =>
  fc.record({
    series: fc.constant(series),
    to: fc.constantFrom(...multiplesOf(series.timeframe)),
  }),
);

function volumeOf(candles: Candles): number {
  return candles.volume.reduce((sum, volume) => sum + volume, 0);
}

/** The definition, one bucket at a time, without a cursor. */
function bucketByDefinition(source: Candles, startMs: number, endMs: number): number[] | null {
  const inside = [...source.time.keys()].filter(
    (t) => source.time[t] >= startMs && source.time[t] < endMs,
  );
  if (inside.length === 0) return null;
  const high = Math.max(...inside.map((t) => source.high[t]));
  const low = Math.min(...inside.map((t) => source.low[t]));
  const volume = inside.reduce((sum, t) => sum + source.volume[t], 0);
  return [source.open[inside[0]], high, low, source.close[inside.at(-1)!], volume];
}

function bucket(candles: Candles, b: number): number[] {
  const { open, high, low, close, volume } = candles;
  return [open[b], high[b], low[b], close[b], volume[b]];
}

describe("resample", () => {
  it("fills every bucket by the definition, from the first to the last, on the UTC grid", () => {
    fc.assert(
      fc.property(resampling, ({ series, to }) => {
        const out = resample(series.candles, series.timeframe, to);
        const barMs = timeframeMs(to);
        const { time } = series.candles;
        expect(out.time[0]).toBe(Math.floor(time[0] / barMs) * barMs);
        expect(out.time.at(-1)).toBe(Math.floor(time.at(-1)! / barMs) * barMs);
        for (let b = 0; b < barCount(out); b++) {
          expect(out.time[b]).toBe(out.time[0] + b * barMs);
          const previous = out.close[b - 1];
          const expected = bucketByDefinition(series.candles, out.time[b], out.time[b] + barMs);
          expect(bucket(out, b)).toEqual(expected ?? [previous, previous, previous, previous, 0]);
        }
      }),
    );
  });

  it("keeps the volume, the extremes, the first open and the last close", () => {
    fc.assert(
      fc.property(resampling, ({ series, to }) => {
        const { candles } = series;
        const out = resample(candles, series.timeframe, to);
        expect(volumeOf(out)).toBe(volumeOf(candles));
        expect(Math.max(...out.high)).toBe(Math.max(...candles.high));
        expect(Math.min(...out.low)).toBe(Math.min(...candles.low));
        expect(out.open[0]).toBe(candles.open[0]);
        expect(out.close.at(-1)).toBe(candles.close.at(-1));
      }),
    );
  });

  it("gives in two steps what it gives in one when there are no gaps", () => {
    const chains = TIMEFRAMES.flatMap((from) =>
      multiplesOf(from).flatMap((middle) =>
        multiplesOf(middle).map((to) => [from, middle, to] as const),
      ),
    );
    expect(chains.length).toBeGreaterThan(50);
    fc.assert(
      fc.property(
        fc.constantFrom(...chains).chain(([from, middle, to]) =>
          fc.record({
            middle: fc.constant(middle),
            to: fc.constant(to),
            series: arbitrarySeries({ timeframes: [from], maxBars: 80, maxMissing: 0 }),
          }),
        ),
        ({ series: { candles, timeframe }, middle, to }) => {
          const twice = resample(resample(candles, timeframe, middle), middle, to);
          expect(twice).toEqual(resample(candles, timeframe, to));
        },
      ),
    );
  });

  it("knows nothing of later bars: a prefix gives the same buckets up to its last", () => {
    fc.assert(
      fc.property(resampling, fc.nat(), ({ series, to }, cut) => {
        const { candles, timeframe } = series;
        const whole = resample(candles, timeframe, to);
        const bars = 1 + (cut % barCount(candles));
        const prefix = resample(sliceCandles(candles, 0, bars), timeframe, to);
        const done = barCount(prefix) - 1;
        expect(sliceCandles(prefix, 0, done)).toEqual(sliceCandles(whole, 0, done));
      }),
    );
  });

  it("returns the same candles for the same timeframe and shared memory on request", () => {
    fc.assert(
      fc.property(resampling, ({ series, to }) => {
        const { candles, timeframe } = series;
        expect(resample(candles, timeframe, timeframe)).toBe(candles);
        const shared = resample(candles, timeframe, to, true);
        expect(shared.close.buffer).toBeInstanceOf(SharedArrayBuffer);
        expect([...shared.close]).toEqual([...resample(candles, timeframe, to).close]);
      }),
    );
  });

  it("refuses a shorter timeframe and one that is no multiple", () => {
    fc.assert(
      fc.property(arbitrarySeries(), fc.constantFrom(...TIMEFRAMES), (series, to) => {
        const { candles, timeframe } = series;
        fc.pre(timeframeMs(to) % timeframeMs(timeframe) !== 0);
        expect(() => resample(candles, timeframe, to)).toThrow(UserError);
      }),
    );
  });

  it("refuses no bars at all, and a hole that would fill memory", () => {
    const empty = sliceCandles(lonelyBars(0, 60_000), 0, 0);
    expect(() => resample(empty, "1m", "5m")).toThrow("no bars to resample");
    const century = 100 * 365 * 86_400_000;
    expect(() => resample(lonelyBars(0, century * 10), "1m", "3m")).toThrow("too many bars");
  });
});

function lonelyBars(...times: number[]): Candles {
  const ones = new Float64Array(times.length).fill(1);
  return {
    time: Float64Array.from(times),
    open: ones,
    high: ones,
    low: ones,
    close: ones,
    volume: ones,
  };
}
