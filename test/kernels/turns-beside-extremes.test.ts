import fc from "fast-check";
import { it } from "vitest";
import { RANKING_METRICS, type RankingMetric } from "../../src/core/metrics/ranking-metric.ts";
import { allocateCandles, type Candles } from "../../src/core/series/candles.ts";
import { timeframeMs } from "../../src/core/series/timeframe.ts";
import { backendFactory } from "../../src/kernels/backend-factory.ts";
import { expectEveryEngine } from "../support/every-engine.ts";
import { anyCloseSettings } from "../support/execution-arbitraries.ts";
import { describeEachKernel } from "../support/kernel-suites.ts";
import { planOf } from "../support/request-samples.ts";

/**
 * Signals made of the volume, so that closes are free: the extreme ones lie right before, on and
 * behind the bars on which a signal turns, and on the last ones. A trade that takes in a bar too
 * many, or leaves one out, has another drawdown.
 */
const TIMEFRAMES = ["1h", "1d"] as const;
const MEASURED: readonly (readonly RankingMetric[])[] = [
  ["maxDrawdownPct"],
  ["returnOverMaxDrawdown", "numTrades"],
  ["sharpe"],
  ["sortino"],
  ["calmar"],
  RANKING_METRICS,
];

/** Around what is scanned bar by bar, words and blocks. */
const LENGTHS = [1, 2, 3, 4, 5, 6, 7, 8, 62, 63, 64, 65, 126, 127, 128, 129, 130, 131, 132, 200];
const EXTREMES = [0.2, 0.6, 0.9, 1.2, 3];

const anyRun = fc.record({
  length: fc.constantFrom(...LENGTHS),
  side: fc.constantFrom(1, 1, 0, -1, -1),
  extremes: extremesOf(3),
});

/** What some neighbours are of other closes; none where they are as these. */
function extremesOf(length: number): fc.Arbitrary<(number | null)[]> {
  const anyExtreme = fc.option(fc.constantFrom(...EXTREMES));
  return fc.array(anyExtreme, { minLength: length, maxLength: length });
}

const anyMarket: fc.Arbitrary<Candles> = fc
  .record({
    runs: fc.array(anyRun, { minLength: 1, maxLength: 14 }),
    last: extremesOf(4),
    wiggle: fc.array(fc.nat(20), { minLength: 7, maxLength: 7 }),
  })
  .map(({ runs, last, wiggle }) => {
    const bars = runs.reduce((sum, { length }) => sum + length, 1);
    const candles = allocateCandles(bars, false);
    const close = Float64Array.from({ length: bars }, (_, t) => 100 + wiggle[t % 7] / 10);
    candles.volume.fill(1e6);
    let turn = 1;
    for (const { length, side, extremes } of runs) {
      for (let t = turn; t < turn + length; t++) {
        candles.volume[t] = candles.volume[t - 1] + side;
      }
      put(close, turn - 1, extremes);
      turn += length;
    }
    put(close, Math.max(0, bars - last.length), last);
    for (const column of [candles.open, candles.high, candles.low, candles.close]) {
      column.set(close);
    }
    return candles;
  });

function put(close: Float64Array, from: number, extremes: readonly (number | null)[]): void {
  for (const [i, factor] of extremes.entries()) {
    if (factor !== null && from + i < close.length) close[from + i] = 100 * factor;
  }
}

/** Long while the volume rises, short while it falls. */
const STRATEGIES = [
  {
    indicators: {
      fast: { id: "ma.sma", params: { window: [1], source: "volume" } },
      slow: { id: "ma.sma", params: { window: [2, 3], source: "volume" } },
    },
    signals: [{ rule: "cross", of: "fast", against: "slow" }],
  },
  {
    expressions: {
      long: "volume > volume[1] and close > $least",
      short: "volume < volume[1] and close > $other",
    },
    parameters: { least: [0, 50], other: [0, 30] },
  },
];

describeEachKernel("extremes beside turns = reference engine, to the bit", (kernels) => {
  const backend = backendFactory(kernels);
  it("in pairs, panels, variant by variant, and in cells of a risk grid", () => {
    const anyCase = fc.record({
      timeframe: fc.constantFrom(...TIMEFRAMES),
      candles: anyMarket,
      strategy: fc.constantFrom(...STRATEGIES),
      settings: anyCloseSettings,
      isAllIn: fc.boolean(),
      measured: fc.constantFrom(...MEASURED),
    });
    fc.assert(
      fc.property(anyCase, ({ candles, timeframe, strategy, settings, isAllIn, measured }) => {
        for (let t = 0; t < candles.time.length; t++) candles.time[t] = t * timeframeMs(timeframe);
        const execution = isAllIn ? { ...settings, sizing: "ALL_IN" } : settings;
        const risk = { stopLossPct: ["off", 50], takeProfitPct: ["off", 30] };
        const request = { dataset: "made", warmupBars: 0, strategy, risk, execution };
        const market = { datasetHash: "6".repeat(64), timeframe, candles };
        expectEveryEngine(planOf(request, {}, market).sweep, candles, backend, [measured]);
      }),
      { numRuns: 150 },
    );
  });
});
