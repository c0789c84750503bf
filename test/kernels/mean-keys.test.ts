import { expect, it } from "vitest";
import { allocateCandles, type Candles } from "../../src/core/series/candles.ts";
import type { Sweep } from "../../src/core/stages/sweep.ts";
import { SweepScorer } from "../../src/core/stages/sweep-scorer.ts";
import { backendFactory } from "../../src/kernels/backend-factory.ts";
import type { KernelName } from "../../src/kernels/choose-kernels.ts";
import { FREE_SETTINGS } from "../support/execution-arbitraries.ts";

const BARS = 1_100;
/** Keys from the lowest mean to the highest, see assembly/row-means.ts. */
const KEYS = 64_000 / 1.125;

function pairs(candles: Candles, windows: readonly number[]): Sweep {
  return {
    axes: [
      { name: "a.window", values: windows },
      { name: "b.window", values: windows },
    ],
    indicators: ["a", "b"].map((name, axis) => ({
      name,
      id: "ma.sma",
      params: { window: { axis } },
    })),
    signals: [
      {
        name: "a",
        rule: "cross",
        operands: {
          of: { indicator: "a", output: "value" },
          against: { indicator: "b", output: "value" },
        },
        params: {},
      },
    ],
    constraint: null,
    execution: { ...FREE_SETTINGS, sizing: "ALL_IN" },
    firstBar: 0,
    lastBar: candles.close.length,
    timeframeMs: 3_600_000,
    stops: [null],
    trails: [null],
    targets: [null],
    ranking: [{ metric: "numTrades", direction: "DESC" }],
    preselect: 10,
    topK: 10,
  };
}

function numTrades(kernels: KernelName, sweep: Sweep, candles: Candles): Float64Array {
  const scorer = new SweepScorer(sweep, candles, { backend: backendFactory(kernels) });
  const variants = Float64Array.from({ length: scorer.space.count }, (_, index) => index);
  const trades = new Float64Array(variants.length);
  expect(scorer.batchEngine()!.score(variants, trades, () => false)).toBe(true);
  scorer.release();
  return trades;
}

function expectSameTrades(candles: Candles, windows: readonly number[]): void {
  const sweep = pairs(candles, windows);
  expect(numTrades("wasm", sweep, candles)).toEqual(numTrades("reference", sweep, candles));
}

/** Each bar falls by one, but for those up to bar 900. */
function candlesWith(newest: readonly number[], highest: number): Candles {
  const candles = allocateCandles(BARS);
  for (let t = 0; t < BARS; t++) {
    candles.time[t] = t * 3_600_000;
    candles.close[t] = highest - t;
  }
  candles.close.set(newest, 901 - newest.length);
  for (const column of [candles.open, candles.high, candles.low]) column.set(candles.close);
  return candles;
}

it("takes equal means for equal where one key meets the next", () => {
  // Two windows have the same mean, which the sum of 49 times 1 / 49 is not, some and a half keys
  // beyond the middle: there are 56,889 keys from the lowest mean to the highest.
  for (let key = 1; key < 40; key++) {
    const mean = 2_000_001 + key;
    expect(49 * mean * (1 / 49)).toBeLessThan(3 * mean * (1 / 3));
    const middle = mean - 18 * key - 9;
    const [highest, lowest] = [middle + 512_000, middle - 512_000];
    const newest = [...new Float64Array(46).fill(mean), 3 * mean - highest - 1, 1, highest];
    const older = olderThan(newest, lowest);
    expectSameTrades(candlesWith([...older, ...newest], lowest), [1, 3, 49, 128]);
  }
});

it("divides where prices are too large for keys that prove an order", () => {
  // Two windows have the same mean, which the sum of 98 times 1 / 98 is not, half way between the
  // whole numbers that such means would be rounded to, and one key meets the next right there.
  const middle = 7e12;
  let tried = 0;
  for (let reach = 4e8; tried < 20; reach++) {
    const border = middle + 3.5 * ((2 * reach) / KEYS);
    const whole = Math.floor(border);
    if (whole % 2 === 0 || border - whole < 0.1 || border - whole > 0.9) continue;
    tried++;
    expect((98 * whole + 49) * (1 / 98)).toBeLessThan(whole + 0.5);
    const [highest, lowest] = [middle + reach, middle - reach];
    const newest = Array.from({ length: 96 }, (_, i) => whole + (i % 2));
    newest.push(2 * whole + 1 - highest, highest);
    const older = olderThan(newest, lowest);
    expectSameTrades(candlesWith([...older, ...newest], 1e6), [1, 2, 98, 128]);
  }
});

/** Bars before these that make the lowest value the mean of 128 bars. */
function olderThan(newest: ArrayLike<number>, lowest: number): Float64Array {
  const rest = 128 * lowest - Array.from(newest).reduce((sum, value) => sum + value, 0);
  const older = new Float64Array(128 - newest.length).fill(
    Math.floor(rest / (128 - newest.length)),
  );
  older[0] += rest - older.reduce((sum, value) => sum + value, 0);
  return older;
}
