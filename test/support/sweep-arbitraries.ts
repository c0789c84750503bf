import fc from "fast-check";
import type { ExecutionSettings } from "../../src/core/execution/settings.ts";
import { allocateCandles, type Candles } from "../../src/core/series/candles.ts";
import type { Sweep } from "../../src/core/stages/sweep.ts";
import { UserError } from "../../src/core/user-error.ts";
import { resolveStrategy, type Strategy } from "../../src/plan/resolve-strategy.ts";
import { anyCloseSettings, anySettings } from "./execution-arbitraries.ts";

/** Random candles and whole random sweeps; fast-check prints seed and path of a failure. */

const HOUR_MS = 3_600_000;

/** Ways a market moves from bar to bar: each shape stresses another part of the engines. */
const STEPS: Readonly<Record<string, fc.Arbitrary<number>>> = {
  flat: fc.constant(1),
  ticks: fc.constantFrom(0.999, 1, 1, 1.001),
  walk: fc.integer({ min: -300, max: 300 }).map((bp) => 1 + bp / 10_000),
  spikes: fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: -50, max: 50 }).map((bp) => 1 + bp / 10_000) },
    { weight: 1, arbitrary: fc.constantFrom(0.3, 0.7, 1.6, 3) },
  ),
  ruin: fc.constantFrom(1.02, 1.3, 1.7, 2.4, 0.9),
};

/** Where a bar opens, as a share of the close before it: mostly there, at times beyond a stop. */
const gap = fc.oneof(
  { weight: 6, arbitrary: fc.constant(1) },
  { weight: 3, arbitrary: fc.integer({ min: -60, max: 60 }).map((bp) => 1 + bp / 10_000) },
  { weight: 1, arbitrary: fc.constantFrom(0.6, 0.96, 1.05, 1.8) },
);
/** How far a bar reaches beyond its open and close, at times to stop and target at once. */
const reach = fc.constantFrom(0, 0, 0.0005, 0.002, 0.03, 0.4);
const wick = fc.record({ up: reach, down: reach });

function onTick(price: number): number {
  return Math.min(1e6, Math.max(0.01, Math.round(price * 100) / 100));
}

/** Lengths around the word and block borders of planes and extremes. */
const BARS = [1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 300];

export const anyCandles = candlesOf(BARS);

/** Candles of one of the lengths. */
export function candlesOf(lengths: readonly number[]): fc.Arbitrary<Candles> {
  return fc
    .tuple(fc.constantFrom(...Object.keys(STEPS)), fc.constantFrom(...lengths))
    .chain(([shape, bars]) =>
      fc.array(fc.record({ factor: STEPS[shape], gap, wick, skip: fc.nat(20) }), {
        minLength: bars,
        maxLength: bars,
      }),
    )
    .map((steps) => {
      const candles = allocateCandles(steps.length);
      let price = 100;
      let hour = 0;
      steps.forEach(({ factor, gap, wick, skip }, t) => {
        // A rare gap of hours or days, so that days have no bars and bars no neighbours.
        hour += skip === 20 ? 30 : 1;
        const open = onTick(price * gap);
        price = onTick(price * factor);
        candles.time[t] = hour * HOUR_MS;
        candles.open[t] = open;
        candles.close[t] = price;
        candles.high[t] = onTick(Math.max(open, price) * (1 + wick.up));
        candles.low[t] = onTick(Math.min(open, price) * (1 - wick.down));
        candles.volume[t] = skip;
      });
      return candles;
    });
}

const value = { indicator: "value", output: "value" } as const;
const seeding = { value: "first" } as const;

/** A strategy of one or two signals over two axes and, half the time, a constraint. */
const strategies: readonly Pick<Sweep, "axes" | "indicators" | "signals" | "constraint">[] = [
  {
    axes: [
      { name: "fast.window", values: [1, 2, 3, 5] },
      { name: "slow.window", values: [2, 4, 8] },
    ],
    indicators: [
      { name: "fast", id: "ma.sma", params: { window: { axis: 0 } } },
      { name: "slow", id: "ma.sma", params: { window: { axis: 1 } } },
    ],
    signals: [
      {
        name: "fast",
        rule: "cross",
        operands: {
          of: { ...value, indicator: "fast" },
          against: { ...value, indicator: "slow" },
        },
        params: {},
      },
    ],
    constraint: "fast.window < slow.window",
  },
  {
    axes: [
      { name: "rsi.window", values: [2, 3, 7] },
      { name: "signal.rsi.long", values: [20, 50, 60] },
      { name: "signal.rsi.short", values: [40, 50, 80] },
    ],
    indicators: [{ name: "rsi", id: "momentum.rsi", params: { window: { axis: 0 }, seeding } }],
    signals: [
      {
        name: "rsi",
        rule: "band",
        operands: { of: { indicator: "rsi", output: "rsi" } },
        params: { long: { axis: 1 }, short: { axis: 2 } },
      },
    ],
    constraint: null,
  },
  {
    axes: [
      { name: "rsi.window", values: [2, 4] },
      { name: "signal.rsi.long", values: [30, 50, 65] },
      { name: "signal.rsi.short", values: [40, 50, 70] },
    ],
    indicators: [{ name: "rsi", id: "momentum.rsi", params: { window: { axis: 0 } } }],
    signals: [
      {
        name: "rsi",
        rule: "crossLevel",
        operands: { of: { indicator: "rsi", output: "rsi" } },
        params: { long: { axis: 1 }, short: { axis: 2 } },
      },
    ],
    constraint: null,
  },
  {
    axes: [
      { name: "ema.window", values: [2, 5] },
      { name: "ema.source", values: ["close", "hlc3"] },
      { name: "macd.fastWindow", values: [2, 4] },
      { name: "signal.atr.longBars", values: [1, 3] },
    ],
    indicators: [
      { name: "atr", id: "volatility.atr", params: { window: { value: 2 }, seeding } },
      {
        name: "ema",
        id: "ma.ema",
        params: { window: { axis: 0 }, source: { axis: 1 }, seeding },
      },
      {
        name: "macd",
        id: "momentum.macd",
        params: {
          fastWindow: { axis: 2 },
          slowWindow: { value: 6 },
          signalWindow: { value: 3 },
          seeding,
        },
      },
    ],
    signals: [
      {
        name: "atr",
        rule: "deltaSign",
        operands: { of: { indicator: "atr", output: "atr" } },
        params: { longBars: { axis: 3 }, shortBars: { value: 2 } },
      },
      {
        name: "ema",
        rule: "price",
        operands: { of: { indicator: "ema", output: "value" } },
        params: {},
      },
      {
        name: "macd",
        rule: "sign",
        operands: { of: { indicator: "macd", output: "histogram" } },
        params: {},
      },
    ],
    constraint: "ema.source == 'close' or ema.window > 2",
  },
  {
    axes: [
      { name: "signal.candle.minBody", values: [0, 0.3, 0.8] },
      { name: "signal.vortex.absThreshold", values: [0, 0.05] },
    ],
    indicators: [
      { name: "candle", id: "structure.candle_stats", params: {} },
      { name: "vortex", id: "trend.vortex", params: { window: { value: 3 } } },
    ],
    signals: [
      {
        name: "candle",
        rule: "candleBody",
        operands: { of: { indicator: "candle", output: "bodyShare" } },
        params: { minBody: { axis: 0 } },
      },
      {
        name: "vortex",
        rule: "centered",
        operands: { of: { indicator: "vortex", output: "viPlus" } },
        params: { absThreshold: { axis: 1 }, center: { value: 1 } },
      },
    ],
    constraint: null,
  },
  {
    axes: [
      { name: "pivots.left", values: [1, 2, 4] },
      { name: "pivots.right", values: [1, 3] },
    ],
    indicators: [
      {
        name: "pivots",
        id: "structure.pivots",
        params: { left: { axis: 0 }, right: { axis: 1 } },
      },
    ],
    signals: [
      {
        name: "pivots",
        rule: "pivotEvents",
        operands: {
          of: { indicator: "pivots", output: "pivotLow" },
          against: { indicator: "pivots", output: "pivotHigh" },
        },
        params: {},
      },
    ],
    constraint: null,
  },
  {
    axes: [
      { name: "vwap.window", values: [2, 5] },
      { name: "volume.window", values: [1, 3, 6] },
    ],
    indicators: [
      { name: "volume", id: "volume.volume_sma", params: { window: { axis: 1 } } },
      { name: "vwap", id: "volume.vwap_deviation", params: { window: { axis: 0 } } },
    ],
    signals: [
      {
        name: "volume",
        rule: "volume",
        operands: { of: { indicator: "volume", output: "value" } },
        params: {},
      },
      {
        name: "vwap",
        rule: "fade",
        operands: { of: { indicator: "vwap", output: "upper" } },
        params: {},
      },
    ],
    constraint: null,
  },
];

/** Strategies written as expressions: latched, crossing, over rows, with choices and shifts. */
const WRITTEN: readonly Strategy[] = [
  {
    expressions: {
      long: "sma(close, $fast) > sma(close, $slow)",
      short: "sma(close, $fast) < sma(close, $slow)",
    },
    parameters: { fast: [1, 2, 3, 5], slow: [2, 4, 8] },
    constraint: "fast < slow",
  },
  {
    expressions: {
      long: "crossover(close, ema($src, $window, seeding='first')) and volume >= 2",
      exitLong: "close < lowest(low, $window)[1] or close > $gain * open",
      short: "crossunder(close, ema($src, $window, seeding='first'))",
    },
    parameters: { gain: [1.001, 1.02], src: ["close", "hl2"], window: [2, 5] },
  },
  {
    expressions: {
      long: "close > close[$lag] and not (rsi(3, seeding='first') > $high)",
      exitLong: "rsi(3, seeding='first') > $high",
      short: "(high + low) / 2 < sma(hl2, 4) - 0.1 or close == open",
      exitShort: "close > open and close[1] > open[1]",
    },
    parameters: { high: [40, 70], lag: [1, 4] },
  },
];

const writtenStrategies = WRITTEN.map((strategy) => {
  const { complaints, ...resolved } = resolveStrategy(strategy);
  if (complaints.length > 0) throw new UserError("VALIDATION", complaints);
  return { ...resolved, constraint: strategy.constraint ?? null };
});

const riskAxis = fc.uniqueArray(
  fc.option(fc.constantFrom(0, 0.1, 0.5, 2, 30, 150), { nil: null }),
  {
    minLength: 1,
    maxLength: 4,
  },
);

export interface SweepCase {
  readonly candles: Candles;
  readonly sweep: Sweep;
}

/** A whole sweep over random candles; the range covers most of them, and at least one bar. */
function sweepOf(
  execution: fc.Arbitrary<ExecutionSettings>,
  trails: fc.Arbitrary<Sweep["trails"]>,
): fc.Arbitrary<SweepCase> {
  return fc
    .record({
      candles: anyCandles,
      strategy: fc.constantFrom(...strategies, ...writtenStrategies),
      execution,
      stops: riskAxis,
      trails,
      targets: riskAxis,
      // Often all bars, so that ranges of whole words are not rare.
      start: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.5, noNaN: true })),
      end: fc.oneof(fc.constant(1), fc.double({ min: 0.6, max: 1, noNaN: true })),
    })
    .map(({ candles, strategy, start, end, ...chosen }) => {
      const bars = candles.time.length;
      const firstBar = Math.floor(start * (bars - 1));
      return {
        candles,
        sweep: {
          ...strategy,
          ...chosen,
          firstBar,
          lastBar: Math.max(firstBar + 1, Math.ceil(end * bars)),
          timeframeMs: HOUR_MS,
          ranking: [{ metric: "totalReturnPct", direction: "DESC" }],
          preselect: 100,
          topK: 10,
        },
      };
    });
}

/** Sweeps that every backend serves. */
export const anyCloseSweep = sweepOf(anyCloseSettings, fc.constant([null]));

/** Sweeps of every fill mode, cost and risk axis. */
export const anySweep = sweepOf(anySettings, riskAxis);
