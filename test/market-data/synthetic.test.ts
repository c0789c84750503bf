import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../src/core/random.ts";
import { allocateCandles, barCount } from "../../src/core/series/candles.ts";
import { gapReport } from "../../src/core/series/gap-report.ts";
import { TIMEFRAMES, timeframeMs } from "../../src/core/series/timeframe.ts";
import { UserError } from "../../src/core/user-error.ts";
import { barFault } from "../../src/market-data/bar-rules.ts";
import { contentHash } from "../../src/market-data/content-hash.ts";
import {
  SYNTHETIC_DEFAULTS,
  type SyntheticOptions,
  syntheticCandles,
  syntheticSource,
} from "../../src/market-data/synthetic.ts";
import { SyntheticMarket } from "../../src/market-data/synthetic-market.ts";

const marketOptions = fc
  .record({
    seed: fc.maxSafeNat(),
    bars: fc.integer({ min: 1, max: 600 }),
    timeframe: fc.constantFrom(...TIMEFRAMES),
    tickSize: fc.constantFrom(0.01, 0.00001, 0.25, 1, 5, 0.03),
    startTicks: fc.integer({ min: 100, max: 1_000_000 }),
    volatilityPct: fc.double({ min: 0.001, max: 10, noNaN: true }),
    regimeBars: fc.integer({ min: 2, max: 1_000 }),
  })
  .map(({ startTicks, ...rest }): SyntheticOptions => {
    const startPrice = Math.max(startTicks * rest.tickSize, rest.tickSize * 100);
    return { ...rest, startPrice };
  });

describe("synthetic", () => {
  it("keeps every rule of the canonical series, on the tick grid, without a gap", () => {
    fc.assert(
      fc.property(marketOptions, (options) => {
        const candles = syntheticCandles(options);
        const { time, open, high, low, close, volume } = candles;
        expect(barCount(candles)).toBe(options.bars);
        for (let t = 0; t < options.bars; t++) {
          expect(barFault(open[t], high[t], low[t], close[t], volume[t])).toBeNull();
          expect(Number.isInteger(volume[t])).toBe(true);
          for (const price of [open[t], high[t], low[t], close[t]]) {
            const ticks = price / options.tickSize!;
            expect(Math.abs(ticks - Math.round(ticks))).toBeLessThan(1e-6);
          }
        }
        expect(gapReport(time, options.timeframe!).count).toBe(0);
        expect(time[0] % timeframeMs(options.timeframe!)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it("writes prices as a file would hold them: 1.07, not 1.0700000000000001", () => {
    const { close } = syntheticCandles({
      seed: 5,
      bars: 5_000,
      tickSize: 0.00001,
      startPrice: 1.07,
    });
    for (const price of close) expect(Number(price.toFixed(5))).toBe(price);
  });

  it("gives the same bytes in one go, in batches and through the source", async () => {
    const batches = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(marketOptions, batches, async (options, sizes) => {
        const whole = syntheticCandles(options);
        const full = { ...SYNTHETIC_DEFAULTS, ...options };
        const market = new SyntheticMarket(full);
        const pieced = allocateCandles(options.bars);
        for (let from = 0, i = 0; from < options.bars; i++) {
          const to = Math.min(options.bars, from + sizes[i % sizes.length]);
          market.fill(pieced, from, to);
          from = to;
        }
        expect(pieced).toEqual(whole);
        expect((await syntheticSource.read(options)).candles).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  });

  it("gives these bytes for these seeds, on every machine", () => {
    const hashOf = (options: SyntheticOptions) =>
      contentHash({
        instrument: "synthetic",
        timeframe: options.timeframe ?? SYNTHETIC_DEFAULTS.timeframe,
        candles: syntheticCandles(options),
      });
    expect(hashOf({ seed: 1, bars: 10_000 })).toBe(
      "1f8ebdf6084517757cf6ae0398fd3b571dae3c407f408f4e6cab33566e8efad9",
    );
    expect(
      hashOf({
        seed: 2 ** 40 + 7,
        bars: 250_001,
        timeframe: "1m",
        tickSize: 0.25,
        startPrice: 4_000,
      }),
    ).toBe("3c424172da01bf95e2b6caa8a770568ee35ca02f7123f4a6e9d9db7d3bb44830");
  });

  it("differs from seed to seed, in either half of the seed", () => {
    const closeOf = (seed: number) => syntheticCandles({ seed, bars: 50 }).close.join();
    const seeds = [0, 1, 2, 2 ** 32, 2 ** 32 + 1, 2 ** 52];
    expect(new Set(seeds.map(closeOf)).size).toBe(seeds.length);
  });

  it("has trends, calm and storms, and stays in a sane band over a million bars", () => {
    const { close } = syntheticCandles({ seed: 11, bars: 1_000_000, timeframe: "1m" });
    let low = close[0];
    let high = close[0];
    const windowReturns: number[] = [];
    for (let t = 0; t < close.length; t++) {
      low = Math.min(low, close[t]);
      high = Math.max(high, close[t]);
      if (t % 200 === 0 && t > 0) windowReturns.push(close[t] / close[t - 200] - 1);
    }
    expect(low).toBeGreaterThan(100 / 100);
    expect(high).toBeLessThan(100 * 100);
    // A walk without trends would move 0.5 % * sqrt(200) = 7 % in 200 bars.
    const spread = Math.sqrt(windowReturns.reduce((s, r) => s + r * r, 0) / windowReturns.length);
    expect(spread).toBeGreaterThan(0.09);
    expect(spread).toBeLessThan(0.3);
  });

  it("names every option that is out of bounds", () => {
    const bad = {
      seed: -1,
      bars: 5_000_001,
      startMs: 1,
      tickSize: 0,
      volatilityPct: Number.NaN,
      regimeBars: 1.5,
      meanVolume: 0,
      startPrice: -3,
    };
    try {
      syntheticCandles(bad);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      const paths = (error as UserError).complaints.map((c) => c.path);
      expect(new Set(paths)).toEqual(new Set(Object.keys(bad)));
    }
    const timeframe = "7m" as never;
    expect(() => syntheticCandles({ seed: 1, bars: 1, timeframe })).toThrow("not a timeframe");
    expect(() => syntheticCandles({ seed: 1, bars: 2, startMs: 8.64e15 })).toThrow("startMs");
  });
});

describe("random", () => {
  it("draws the numbers of sfc32, as a second implementation on bigints has them", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (seed) => {
        const random = new Random(seed);
        const reference = sfc32(seed);
        for (let i = 0; i < 200; i++) expect(random.uint32()).toBe(reference());
      }),
    );
  });

  it("is close to standard normal", () => {
    const random = new Random(3);
    const draws = Array.from({ length: 100_000 }, () => random.normal());
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    expect(Math.abs(mean)).toBeLessThan(0.015);
    expect(Math.abs(variance - 1)).toBeLessThan(0.02);
    expect(Math.max(...draws.map(Math.abs))).toBeLessThan(3.47);
  });
});

function sfc32(seed: number): () => number {
  const mask = 0xffff_ffffn;
  let [a, b, c, counter] = [BigInt(seed) & mask, BigInt(seed) >> 32n, 0x9e3779b9n, 1n];
  const draw = () => {
    const sum = (a + b + counter) & mask;
    counter = (counter + 1n) & mask;
    a = b ^ (b >> 9n);
    b = (c + (c << 3n)) & mask;
    c = ((((c << 21n) | (c >> 11n)) & mask) + sum) & mask;
    return Number(sum);
  };
  for (let i = 0; i < 16; i++) draw();
  return draw;
}
