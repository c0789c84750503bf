import fc from "fast-check";
import { allocateCandles } from "../../src/core/series/candles.ts";
import type { Sweep } from "../../src/core/stages/sweep.ts";
import { UserError } from "../../src/core/user-error.ts";
import { type SyntheticOptions, syntheticCandles } from "../../src/market-data/synthetic.ts";
import { resolveStrategy, type Strategy } from "../../src/plan/resolve-strategy.ts";
import { anyCloseSettings, FREE_SETTINGS } from "./execution-arbitraries.ts";
import { candlesOf, type SweepCase } from "./sweep-arbitraries.ts";

/** Random sweeps of strategies whose sides have levels of their own, and of near misses. */

const HOUR_MS = 3_600_000;
/** Lengths around the borders of words and blocks. */
const BARS = [1, 2, 63, 64, 65, 66, 127, 128, 129, 200, 511, 512, 513];

const numbers = (values: readonly number[]) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 6 });
/** Now and then more than the kernels take at once. */
const strengths = fc.oneof(
  { weight: 5, arbitrary: numbers([0, 10, 30, 40, 45, 50, 50.5, 55, 60, 70, 90, 100]) },
  { weight: 1, arbitrary: fc.integer({ min: 9, max: 40 }).map((count) => ladder(count)) },
);
const prices = numbers([60, 95, 98, 99.5, 100, 100.5, 101, 103, 120]);
const window = numbers([2, 3, 5]);

/** Levels from 20 on, at uneven distances. */
const ladder = (count: number) =>
  Array.from({ length: count }, (_, i) => 20 + 1.5 * i + (i % 3 === 0 ? 0.5 : 0));

const rsi = (window: number | number[]) =>
  ({ id: "momentum.rsi", params: { window, seeding: "first" } }) as const;
const sma = (window: number | number[]) => ({ id: "ma.sma", params: { window } }) as const;

type Values = { readonly [K in "long" | "short" | "price" | "window"]: number[] };

/** Axes of levels that trail or do not, gates, classes of levels, sides that overlap. */
const STRATEGIES: readonly ((values: Values) => Strategy)[] = [
  ({ long, short, window }) => ({
    indicators: { rsi: rsi(window) },
    signals: [{ rule: "band", of: "rsi", params: { long, short } }],
  }),
  ({ long, short, window }) => ({
    indicators: { rsi: rsi(window) },
    signals: [{ rule: "band", of: "rsi", params: { long, short } }],
    constraint: "signal.rsi.long < signal.rsi.short or rsi.window == 3",
  }),
  ({ long, short, window }) => ({
    indicators: { avg: sma(window), rsi: rsi(3) },
    signals: [
      { rule: "band", of: "rsi", params: { long, short } },
      { rule: "price", of: "avg", params: {} },
    ],
  }),
  // Axes of a gate behind those of the levels: panels are strided.
  ({ long, short, window }) => ({
    indicators: { rsi: rsi(window), zed: { id: "volatility.atr", params: { window: 2 } } },
    signals: [
      { rule: "band", of: "rsi", params: { long, short } },
      { rule: "deltaSign", of: "zed", params: { longBars: [1, 2], shortBars: 1 } },
    ],
  }),
  ({ long, short }) => ({
    indicators: { a: rsi(2), b: rsi(5) },
    signals: [
      { rule: "band", of: "a", params: { long, short: 90 } },
      { rule: "band", of: "b", params: { long: 55, short } },
    ],
  }),
  ({ long, short, window }) => ({
    expressions: {
      long: "rsi(2, seeding='first') < $long and close > sma(close, $window)",
      short: "rsi(3, seeding='first') >= $zero and close < sma(close, $window)",
    },
    parameters: { long, window, zero: short },
  }),
  // Behind the levels again, and what the sides ask for is not exclusive.
  ({ long, price, window }) => ({
    expressions: {
      long: "close > $cost",
      short: "rsi($window, seeding='first') <= $low",
    },
    parameters: { cost: price, low: long, window },
  }),
  ({ price }) => ({
    expressions: { long: "close >= $cost", short: "close < $cost - 1" },
    parameters: { cost: price },
  }),
  ({ price, window }) => ({
    expressions: {
      long: "close >= $cost and not (volume > 10 and close < lowest(low, $window)[1])",
    },
    parameters: { cost: price, window },
  }),
  ({ price, long }) => ({
    expressions: { short: "close[1] > $cost and (volume < $few or open > close)" },
    parameters: { cost: price, few: long },
  }),
  ({ price, window }) => ({
    expressions: { long: "close < $cost", short: "close > sma(close, $window) and close > 101" },
    parameters: { cost: price, window },
  }),
  ({ price }) => ({
    expressions: { long: "close < $cost", exitLong: "close > 2 * $cost", short: "close > open" },
    parameters: { cost: price },
  }),
];

function resolved(strategy: Strategy) {
  const { complaints, ...rest } = resolveStrategy(strategy);
  if (complaints.length > 0) throw new UserError("VALIDATION", complaints);
  return { ...rest, constraint: strategy.constraint ?? null };
}

function sweepOf(
  strategy: Strategy,
  execution: Sweep["execution"],
  range: Pick<Sweep, "firstBar" | "lastBar">,
): Sweep {
  return {
    ...resolved(strategy),
    ...range,
    execution,
    timeframeMs: HOUR_MS,
    stops: [null],
    trails: [null],
    targets: [null],
    ranking: [{ metric: "totalReturnPct", direction: "DESC" }],
    preselect: 10,
    topK: 10,
  };
}

/** Whole sweeps, most of them of accounts that put everything in. */
export const anyLegSweep: fc.Arbitrary<SweepCase> = fc
  .record({
    candles: candlesOf(BARS),
    strategy: fc.nat(STRATEGIES.length - 1),
    values: fc.record({ long: strengths, short: strengths, price: prices, window }),
    settings: anyCloseSettings,
    allIn: fc.nat(4),
    start: fc.double({ min: 0, max: 0.3, noNaN: true }),
    end: fc.double({ min: 0.8, max: 1, noNaN: true }),
  })
  .map(({ candles, strategy, values, settings, allIn, start, end }) => {
    const bars = candles.time.length;
    const firstBar = Math.floor(start * (bars - 1));
    const range = { firstBar, lastBar: Math.max(firstBar + 1, Math.ceil(end * bars)) };
    const execution = allIn > 0 ? ({ ...settings, sizing: "ALL_IN" } as const) : settings;
    return { candles, sweep: sweepOf(STRATEGIES[strategy](values), execution, range) };
  });

/** Shorts that lose more than all, twice within a word of bars. */
export function twiceRuined(execution: Sweep["execution"]): SweepCase {
  const closes = [40, 10, 40, 10, 40, 10];
  const candles = allocateCandles(closes.length);
  for (const [t, close] of closes.entries()) {
    candles.time[t] = t * HOUR_MS;
    candles.open[t] = candles.high[t] = candles.low[t] = candles.close[t] = close;
  }
  const strategy: Strategy = {
    expressions: { short: "close < $cost" },
    parameters: { cost: [20, 30] },
  };
  const range = { firstBar: 0, lastBar: closes.length };
  return { candles, sweep: sweepOf(strategy, execution, range) };
}

interface VolumeBar {
  readonly close: number;
  /** Below 4 some short legs hold, above 4 some long ones. */
  readonly volume: number;
  /** Since the bar before. */
  readonly hours: number;
}

/** Whose legs hold by the volume of a bar alone. */
export function volumeSweep(bars: readonly VolumeBar[], feePct: number): SweepCase {
  const candles = allocateCandles(bars.length);
  let hour = 0;
  for (const [t, { close, volume, hours }] of bars.entries()) {
    hour += hours;
    candles.time[t] = hour * HOUR_MS;
    candles.open[t] = candles.high[t] = candles.low[t] = candles.close[t] = close;
    candles.volume[t] = volume;
  }
  const strategy: Strategy = {
    expressions: { long: "volume > $many", short: "volume < $few" },
    parameters: { many: [4, 5, 6, 7, 8], few: [1, 2, 3, 4] },
  };
  const execution = { ...FREE_SETTINGS, feePct };
  return { candles, sweep: sweepOf(strategy, execution, { firstBar: 0, lastBar: bars.length }) };
}

/** On prices that fall or rise by any factor. */
export const anyVolumeSweep: fc.Arbitrary<SweepCase> = fc
  .record({
    bars: fc.array(
      fc.record({
        close: fc.constantFrom(1, 5, 9, 10, 11, 20, 27, 40),
        volume: fc.nat(9),
        hours: fc.constantFrom(1, 5, 5, 30),
      }),
      { minLength: 1, maxLength: 30 },
    ),
    feePct: fc.constantFrom(0, 1, 20),
  })
  .map(({ bars, feePct }) => volumeSweep(bars, feePct));

/** Panels of seven by eight legs behind a gate, on a market as long as asked. */
export function gatedPanels(market: SyntheticOptions, feePct: number): SweepCase {
  const candles = syntheticCandles(market);
  const strategy: Strategy = {
    indicators: { avg: sma([2, 30]), rsi: rsi([2, 9]) },
    signals: [
      {
        rule: "band",
        of: "rsi",
        params: { long: [51, 52, 55, 56, 58, 60, 62], short: [29, 32, 35, 38, 41, 44, 47, 49] },
      },
      { rule: "price", of: "avg", params: {} },
    ],
  };
  const execution = { ...FREE_SETTINGS, feePct };
  return { candles, sweep: sweepOf(strategy, execution, { firstBar: 0, lastBar: market.bars }) };
}
