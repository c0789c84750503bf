import { expect, it } from "vitest";
import { allocateCandles, type Candles } from "../../src/core/series/candles.ts";
import type { Sweep } from "../../src/core/stages/sweep.ts";
import { SweepScorer } from "../../src/core/stages/sweep-scorer.ts";
import { backendFactory } from "../../src/kernels/backend-factory.ts";
import type { KernelName } from "../../src/kernels/choose-kernels.ts";
import { FREE_SETTINGS } from "../support/execution-arbitraries.ts";

const WINDOWS = [1, 3, 49, 128];
const BARS = 1_100;

function pairs(candles: Candles): Sweep {
  return {
    axes: [
      { name: "a.window", values: WINDOWS },
      { name: "b.window", values: WINDOWS },
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

function numTrades(kernels: KernelName, candles: Candles): Float64Array {
  const scorer = new SweepScorer(pairs(candles), candles, { backend: backendFactory(kernels) });
  const variants = Float64Array.from({ length: scorer.space.count }, (_, index) => index);
  const trades = new Float64Array(variants.length);
  expect(scorer.batchEngine()!.score(variants, trades, () => false)).toBe(true);
  scorer.release();
  return trades;
}

/** Each bar falls by one, but for those up to bar 900. */
function candlesWith(newest: readonly number[], lowest: number): Candles {
  const candles = allocateCandles(BARS);
  for (let t = 0; t < BARS; t++) {
    candles.time[t] = t * 3_600_000;
    candles.close[t] = lowest - t;
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
    const rest = 128 * lowest - 49 * mean;
    const older = new Float64Array(79).fill(Math.floor(rest / 79));
    older[0] += rest % 79;
    const newest = [...new Float64Array(46).fill(mean), 3 * mean - highest - 1, 1, highest];
    const candles = candlesWith([...older, ...newest], lowest);
    expect(numTrades("wasm", candles)).toEqual(numTrades("reference", candles));
  }
});

it("divides where prices are too fine for keys that prove an order", () => {
  const candles = candlesWith([], 1_000_000);
  // A million of millionths: their sums are exact, and their means have no keys.
  candles.close.set(candles.close.map((close, t) => (close * 1e6 + ((t * t) % 1_009)) / 1e6));
  for (let t = 600; t < 700; t++) candles.close[t] = 999_000 + (t % 2) / 1e6;
  expect(numTrades("wasm", candles)).toEqual(numTrades("reference", candles));
});
