import { it } from "vitest";
import { RANKING_METRICS, type RankingMetric } from "../../src/core/metrics/ranking-metric.ts";
import type { Candles } from "../../src/core/series/candles.ts";
import type { Sweep } from "../../src/core/stages/sweep.ts";
import { backendFactory } from "../../src/kernels/backend-factory.ts";
import { csvSource } from "../../src/market-data/csv.ts";
import type { RunRequestInput } from "../../src/plan/request.ts";
import { expectEveryEngine } from "../support/every-engine.ts";
import { listSharedCandles, readSharedText } from "../support/golden-files.ts";
import { describeEachKernel } from "../support/kernel-suites.ts";
import { planOf } from "../support/request-samples.ts";
import { sp500Candles } from "../support/sp500-candles.ts";

/** One strategy of each shape that engines tell apart. */
const STRATEGIES: Readonly<Record<string, RunRequestInput["strategy"]>> = {
  pairs: {
    indicators: {
      fast: { id: "ma.sma", params: { window: [2, 5, 21] } },
      slow: { id: "ma.sma", params: { window: [3, 100] } },
    },
    signals: [{ rule: "cross", of: "fast", against: "slow" }],
  },
  legs: {
    indicators: { rsi: { id: "momentum.rsi", params: { window: [2, 14] } } },
    signals: [{ rule: "band", of: "rsi", params: { long: [20, 30, 45], short: [55, 80] } }],
  },
  generic: {
    expressions: {
      long: "(close > ema($a) or macd() > 0) and not (rsi(14) > 70)",
      short: "(close < ema($a) or macd() < 0) and not (rsi(14) < 30)",
    },
    parameters: { a: { start: 10, stop: 60, step: 25 } },
  },
};
const RISK = { stopLossPct: ["off", 0.2, 3], takeProfitPct: ["off", 0.1, 4] } as const;
/** What decides which loops run: the account alone, sums over trades, days, drawdowns, and all. */
const MEASURED: readonly (readonly RankingMetric[])[] = [
  ["totalReturnPct"],
  ["profitFactor", "numTrades"],
  ["sharpe"],
  ["maxDrawdownPct"],
  RANKING_METRICS,
];

type Named = readonly [name: string, candles: () => Promise<Candles>];
const DATASETS: readonly Named[] = [
  ["sp500-2000.csv", sp500Candles],
  ...listSharedCandles().map((file): Named => {
    const input = () => Buffer.from(readSharedText(`data/${file}`));
    return [file, async () => (await csvSource.read({ input: input() })).candles];
  }),
];

function sweepOf(strategy: string, candles: Candles): Sweep {
  const request = { dataset: "real", strategy: STRATEGIES[strategy], risk: RISK };
  const execution = { feePct: 0.1, slippagePct: 0.02 };
  const market = { datasetHash: "5".repeat(64), timeframe: "1h" as const, candles };
  return planOf({ ...request, execution }, {}, market).sweep;
}

describeEachKernel("real candles = reference engine, to the bit", (kernels) => {
  const backend = backendFactory(kernels);

  it.each(DATASETS)("%s, each shape by its engine and variant by variant", async (_, read) => {
    const candles = await read();
    for (const strategy of Object.keys(STRATEGIES)) {
      expectEveryEngine(sweepOf(strategy, candles), candles, backend, MEASURED);
    }
  });
});
