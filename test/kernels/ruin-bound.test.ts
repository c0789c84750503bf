import { describe, expect, it } from "vitest";
import { AccountRules } from "../../src/core/execution/account.ts";
import { RISK_OFF } from "../../src/core/execution/settings.ts";
import { RANKING_METRICS, type RankingMetric } from "../../src/core/metrics/ranking-metric.ts";
import { allocateCandles, type Candles } from "../../src/core/series/candles.ts";
import { backendFactory } from "../../src/kernels/backend-factory.ts";
import type { RunRequestInput } from "../../src/plan/request.ts";
import { expectEveryEngine } from "../support/every-engine.ts";
import { describeEachKernel } from "../support/kernel-suites.ts";
import { ReferenceScorer } from "../support/reference-scorer.ts";
import { planOf } from "../support/request-samples.ts";
import { TURNING, turningLegs } from "../support/turning-strategies.ts";

/**
 * A trade that leaves exactly a billionth of the start cash, which is the bound: no further entry.
 * A power of two as start cash makes both products exact.
 */
const START_CASH = 1_024;
const LEFT = 1e-9;
const HOUR_MS = 3_600_000;

/** For each engine; levels in few and in many. */
const SHAPES: Readonly<Record<string, RunRequestInput["strategy"]>> = {
  pairs: TURNING.pairs,
  legs: legs([0, 0.5]),
  "many legs": legs([0, 0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.6]),
  generic: TURNING.generic,
};

/** Levels in what the last prices move by, one at a time. */
function legs(levels: readonly number[]): RunRequestInput["strategy"] {
  return turningLegs(
    levels.map((level) => LEFT * level),
    [0, LEFT / 2],
  );
}

const MEASURED: readonly (readonly RankingMetric[])[] = [
  ["totalReturnPct"],
  ["numTrades", "profitFactor"],
  ["maxDrawdownPct"],
  ["calmar"],
  RANKING_METRICS,
];

/**
 * Rests, rises to 1, falls to what the bound leaves of it, and then rises in waves: a long trade
 * would win each time, and leave no less than the bound.
 */
function fallingAt(fall: number, bars: number): Candles {
  const candles = allocateCandles(bars, false);
  for (let t = 0; t < bars; t++) {
    const after = LEFT * (2 + 2 * ((t - fall) >> 2) + ((t - fall) & 3));
    const close = t < fall - 1 ? 0.5 : t === fall - 1 ? 1 : t === fall ? LEFT : after;
    candles.time[t] = t * HOUR_MS;
    for (const column of [candles.open, candles.high, candles.low, candles.close]) {
      column[t] = close;
    }
  }
  return candles;
}

function sweepOf(shape: string, candles: Candles, chosen: RunRequestInput["execution"] = {}) {
  const request = {
    dataset: "falling",
    warmupBars: 0,
    strategy: SHAPES[shape],
    risk: { stopLossPct: ["off", 50], takeProfitPct: ["off", 400] },
    execution: { startCash: START_CASH, feePct: 0, slippagePct: 0, ...chosen },
  };
  const market = { datasetHash: "8".repeat(64), timeframe: "1h" as const, candles };
  return planOf(request, {}, market).sweep;
}

/** Without shorts pairs go in lock step, whatever is undecided before the fall. */
const CHOSEN: readonly RunRequestInput["execution"][] = [
  { sizing: "ALL_IN" },
  { sizing: "ALL_IN", direction: "LONG_ONLY" },
  { sizing: "PROFIT_LOCK" },
];

/** In the middle of the first block of bars, and behind it. */
const FALLS: readonly (readonly [bars: number, fall: number])[] = [
  [60, 20],
  [600, 514],
];

describeEachKernel("an account at the bound of ruin = reference engine, to the bit", (kernels) => {
  const backend = backendFactory(kernels);
  it.each(FALLS)("of %d bars, at bar %d", (bars, fall) => {
    const candles = fallingAt(fall, bars);
    for (const shape of Object.keys(SHAPES)) {
      for (const chosen of CHOSEN) {
        expectEveryEngine(sweepOf(shape, candles, chosen), candles, backend, MEASURED);
      }
    }
  });
});

describe("the fall", () => {
  it("ends at the bound to the bit, and nothing is traded after it", () => {
    const candles = fallingAt(20, 60);
    const sweep = sweepOf("pairs", candles);
    expect(START_CASH * LEFT).toBe(new AccountRules(sweep.execution).ruin);
    const reference = new ReferenceScorer(sweep, candles);
    const metrics = reference.metrics(reference.signal(0), RISK_OFF);
    expect(metrics[RANKING_METRICS.indexOf("numTrades")]).toBe(1);
    expect(metrics[RANKING_METRICS.indexOf("totalReturnPct")]).toBe((LEFT - 1) * 100);
  });
});
