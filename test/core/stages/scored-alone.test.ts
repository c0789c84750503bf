import { describe, expect, it } from "vitest";
import type { Candles } from "../../../src/core/series/candles.ts";
import { memoryBudget } from "../../../src/core/stages/memory-budget.ts";
import { scoredAlone } from "../../../src/core/stages/scored-alone.ts";
import { SCORER_CACHES } from "../../../src/core/stages/scorer-caches.ts";
import { SweepScorer } from "../../../src/core/stages/sweep-scorer.ts";
import { backendFactory } from "../../../src/kernels/backend-factory.ts";
import { syntheticCandles } from "../../../src/market-data/synthetic.ts";
import { exactPrices } from "../../../src/plan/exact-prices.ts";
import type { RunRequestInput } from "../../../src/plan/request.ts";
import { planOf } from "../../support/request-samples.ts";

const BARS = 3_000;
const ON_GRID = syntheticCandles({ seed: 3, bars: BARS });
const OFF_GRID: Candles = { ...ON_GRID, close: ON_GRID.close.map((price) => price / 3) };

const windows = (stop: number) => ({ window: { start: 2, stop, step: 1 } });

function crossOf(id: string, params: object, change: Partial<RunRequestInput> = {}) {
  const request = {
    dataset: "market",
    warmupBars: 0,
    strategy: {
      indicators: { fast: { id, params }, slow: { id, params } },
      signals: [{ rule: "cross", of: "fast", against: "slow" }],
    },
    execution: { feePct: 0.1, slippagePct: 0 },
    preselect: 40,
    topK: 10,
    ...change,
  };
  return planOf(request, {}, { datasetHash: "b".repeat(64), timeframe: "1h", candles: ON_GRID })
    .sweep;
}

const averages = crossOf("ma.sma", windows(60));

const { seriesBytes } = SCORER_CACHES;

describe("variants that kernels score by themselves", () => {
  it("are the shortlist where they score pairs, without a row where these are exact means", () => {
    const alone = { engine: "pairs", variants: 40, ofMeans: true, seriesBytes };
    expect(scoredAlone(averages, BARS, exactPrices(ON_GRID))).toEqual(alone);
    const best = crossOf("ma.sma", windows(60), { topK: 50 });
    expect(scoredAlone(best, BARS, exactPrices(ON_GRID))).toEqual({ ...alone, variants: 50 });
    const rows = { ...alone, ofMeans: false };
    expect(scoredAlone(averages, BARS, exactPrices(OFF_GRID))).toEqual(rows);
    const weighted = crossOf("ma.ema", windows(60));
    expect(scoredAlone(weighted, BARS, exactPrices(ON_GRID))).toEqual(rows);
    const combined = crossOf("ma.sma", { ...windows(60), source: "hlc3" });
    expect(scoredAlone(combined, BARS, exactPrices(ON_GRID))).toEqual(rows);
  });

  it("are all where another engine, none, or one that may not fit scores the run", () => {
    const within = crossOf("ma.sma", windows(60), { execution: { fillMode: "INTRABAR" } });
    expect(scoredAlone(within, BARS, exactPrices(ON_GRID))).toBeNull();
    expect(scoredAlone(averages, 2 ** 24, exactPrices(OFF_GRID))).toBeNull();
  });

  it("are the shortlist where panels score all others, whose rows are soon done with", () => {
    const bandOf = (change: Partial<RunRequestInput>) =>
      planOf({
        dataset: "market",
        strategy: {
          indicators: { it: { id: "momentum.rsi", params: windows(20) } },
          signals: [{ rule: "band", of: "it", params: { long: [30, 40], short: [60, 70] } }],
        },
        preselect: 40,
        topK: 10,
        ...change,
      }).sweep;
    const alone = scoredAlone(bandOf({}), BARS, exactPrices(ON_GRID));
    expect(alone).toMatchObject({ engine: "legs", variants: 40 });
    expect(alone!.seriesBytes).toBeLessThan(seriesBytes);
    for (const change of [
      // A short is worth less than nothing where it begins.
      {
        ranking: { primary: { metric: "sharpe" } },
        execution: { feePct: 50, slippagePct: 40 },
      },
      { execution: { sizing: "FIXED_QUOTE" } },
      { execution: { fillMode: "INTRABAR" } },
    ] as const) {
      expect(scoredAlone(bandOf(change), BARS, exactPrices(ON_GRID))).toBeNull();
    }
  });

  it.each([
    ["exact means", averages, ON_GRID],
    ["means off every grid", averages, OFF_GRID],
    ["other averages", crossOf("ma.ema", windows(60)), ON_GRID],
  ])("are few only where there is such an engine: %s", (_, sweep, candles) => {
    const isExact = exactPrices(candles);
    expect(scoredAlone(sweep, BARS, isExact)).not.toBeNull();
    const scorer = new SweepScorer(sweep, candles, { backend: backendFactory("wasm") });
    expect(scorer.batchEngine()).not.toBeNull();
    scorer.release();
    const run = { bars: BARS, workers: 2, chunkVariants: 1_000 };
    const either = memoryBudget(sweep, run).threadBytes;
    expect(memoryBudget(sweep, { ...run, isExact }).threadBytes).toBeLessThan(either);
  });
});
