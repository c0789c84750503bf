import { expect, it } from "vitest";
import { RISK_OFF } from "../../src/core/execution/settings.ts";
import { RANKING_METRICS, type RankingMetric } from "../../src/core/metrics/ranking-metric.ts";
import type { Candles } from "../../src/core/series/candles.ts";
import { riskLevels } from "../../src/core/stages/describe.ts";
import { Ranking } from "../../src/core/stages/ranking.ts";
import { scoreStageA } from "../../src/core/stages/stage-a.ts";
import { scoreStageB } from "../../src/core/stages/stage-b.ts";
import type { Sweep } from "../../src/core/stages/sweep.ts";
import { type ScorerOptions, SweepScorer } from "../../src/core/stages/sweep-scorer.ts";
import { TopRows } from "../../src/core/stages/top-rows.ts";
import { backendFactory } from "../../src/kernels/backend-factory.ts";
import { csvSource } from "../../src/market-data/csv.ts";
import type { RunRequestInput } from "../../src/plan/request.ts";
import { listSharedCandles, readSharedText } from "../support/golden-files.ts";
import { describeEachKernel } from "../support/kernel-suites.ts";
import { ReferenceScorer } from "../support/reference-scorer.ts";
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

/** Metrics of the base variants, or of the risk cells of all of them, variant by variant. */
function scored(sweep: Sweep, candles: Candles, stage: "A" | "B", options: ScorerOptions) {
  const scorer = new SweepScorer(sweep, candles, options);
  const variants = scorer.space.grid.size;
  const length = stage === "A" ? variants : variants * scorer.cells;
  const columns = scorer.metrics.map(() => new Float64Array(length).fill(-7));
  const ranking = scorer.metrics.map((metric) => ({ metric, direction: "DESC" as const }));
  const output = { top: new TopRows(new Ranking(ranking), 5), columns, origin: 0 };
  if (stage === "A") scoreStageA(scorer, 0, variants, output);
  else {
    const shortlist = Float64Array.from({ length: variants }, (_, index) => index);
    scoreStageB(scorer, { shortlist, from: 0, to: variants }, output);
  }
  scorer.release();
  return columns;
}

function expectBits(
  columns: readonly Float64Array[],
  metrics: readonly RankingMetric[],
  expected: readonly Float64Array[],
): void {
  metrics.forEach((metric, m) => {
    const column = expected.map((row) => row[RANKING_METRICS.indexOf(metric)]);
    // Equal to the bit: a test of identity tells 0 from -0.
    expect([...columns[m]], metric).toEqual(column);
  });
}

describeEachKernel("real candles = reference engine, to the bit", (kernels) => {
  const backend = backendFactory(kernels);

  it.each(DATASETS)("%s, each shape by its engine and variant by variant", async (_, read) => {
    const candles = await read();
    for (const strategy of Object.keys(STRATEGIES)) {
      const sweep = sweepOf(strategy, candles);
      const reference = new ReferenceScorer(sweep, candles);
      const variants = sweep.axes.reduce((size, { values }) => size * values.length, 1);
      const cells = sweep.stops.length * sweep.targets.length;
      const signals = Array.from({ length: variants }, (_, index) => reference.signal(index));
      const base = signals.map((signal) => reference.metrics(signal, RISK_OFF));
      const risky = signals.flatMap((signal) =>
        Array.from({ length: cells }, (_, cell) =>
          reference.metrics(signal, riskLevels(sweep, cell)),
        ),
      );
      for (const metrics of MEASURED) {
        for (const batches of [true, false]) {
          const options = { backend, metrics, batches };
          expectBits(scored(sweep, candles, "A", options), metrics, base);
        }
        expectBits(scored(sweep, candles, "B", { backend, metrics }), metrics, risky);
      }
    }
  });
});
