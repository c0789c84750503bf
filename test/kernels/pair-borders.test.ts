import { it } from "vitest";
import { RANKING_METRICS, type RankingMetric } from "../../src/core/metrics/ranking-metric.ts";
import { allocateCandles, type Candles } from "../../src/core/series/candles.ts";
import { backendFactory } from "../../src/kernels/backend-factory.ts";
import { syntheticCandles } from "../../src/market-data/synthetic.ts";
import { expectEveryEngine } from "../support/every-engine.ts";
import { describeEachKernel } from "../support/kernel-suites.ts";
import { planOf } from "../support/request-samples.ts";

/** Markets made for what chance seldom brings about at the border of a block of 512 bars. */
const HOUR_MS = 3_600_000;
const MEASURED: readonly (readonly RankingMetric[])[] = [
  ["totalReturnPct"],
  ["numTrades"],
  ["maxDrawdownPct"],
  ["sharpe"],
  ["calmar"],
  RANKING_METRICS,
];

function candlesOf(bars: number, closeAt: (t: number) => number): Candles {
  const candles = allocateCandles(bars, false);
  for (let t = 0; t < bars; t++) {
    candles.time[t] = t * HOUR_MS;
    for (const column of [candles.open, candles.high, candles.low, candles.close]) {
      column[t] = closeAt(t);
    }
  }
  return candles;
}

function sweepOf(
  candles: Candles,
  fast: readonly number[],
  slow: readonly number[],
  sources: { readonly fast?: string[]; readonly slow?: string[] } = {},
) {
  const request = {
    dataset: "made",
    warmupBars: 0,
    strategy: {
      indicators: {
        fast: { id: "ma.sma", params: { window: [...fast], source: sources.fast ?? "close" } },
        slow: { id: "ma.sma", params: { window: [...slow], source: sources.slow ?? "close" } },
      },
      signals: [{ rule: "cross", of: "fast", against: "slow" }],
    },
  };
  const market = { datasetHash: "9".repeat(64), timeframe: "1h" as const, candles };
  return planOf(request, {}, market).sweep;
}

describeEachKernel("pairs at borders = reference engine, to the bit", (kernels) => {
  const backend = backendFactory(kernels);

  it.each([1, 511, 512, 513, 1_024])("a market that rests up to bar %d", (start) => {
    // Up and down by steps of two sizes, so that no two averages meet in a bar.
    const candles = candlesOf(1_100, (t) => {
      const since = Math.max(0, t - start + 1);
      const [waves, within] = [Math.floor(since / 80), since % 80];
      return 100 + 8 * waves + (within < 40 ? 0.5 * within : 20 - 0.3 * (within - 40));
    });
    const sweep = sweepOf(candles, [1, 2], [2, 3]);
    expectEveryEngine(sweep, candles, backend, MEASURED);
  });

  it.each([
    [1, 1],
    [900_000, 0.01],
  ])("rests at %d and a step of %d above, as long as the longest window but one", (low, step) => {
    // At the last bar of a rest all averages but one are equal; keys of the large prices do not
    // tell that one from the others, nor do the rows by which they are scaled.
    const candles = candlesOf(1_600, (t) => low + step * (Math.floor(t / 30) % 2));
    const fast = Array.from({ length: 26 }, (_, i) => i + 2);
    const sweep = sweepOf(candles, fast, [31, 30]);
    expectEveryEngine(sweep, candles, backend, [["totalReturnPct"], ["numTrades"]]);
  });

  it.each([
    [["close", "open"], ["close"]],
    [
      ["volume", "close"],
      ["close", "open"],
    ],
  ])("averages of %j beside those of %j", (fast, slow) => {
    const candles = syntheticCandles({ seed: 11, bars: 1_100 });
    const sweep = sweepOf(candles, [2, 5], [3, 20], { fast, slow });
    expectEveryEngine(sweep, candles, backend, MEASURED);
  });
});
