import { describe, expect, it } from "vitest";
import { RANKING_METRICS, type RankingMetric } from "../../src/core/metrics/ranking-metric.ts";
import { allocateCandles, type Candles } from "../../src/core/series/candles.ts";
import { SweepScorer } from "../../src/core/stages/sweep-scorer.ts";
import { backendFactory } from "../../src/kernels/backend-factory.ts";
import type { RunRequestInput } from "../../src/plan/request.ts";
import { expectEveryEngine } from "../support/every-engine.ts";
import { describeEachKernel } from "../support/kernel-suites.ts";
import { planOf } from "../support/request-samples.ts";
import { TURNING, turningLegs } from "../support/turning-strategies.ts";

const HOUR_MS = 3_600_000;
const SIZINGS = ["ALL_IN", "FIXED_QUOTE", "PROFIT_LOCK"] as const;
/** A range and the bars on which it turns: all of two words, and those around borders. */
const RANGES: readonly (readonly [bars: number, turns: readonly number[]])[] = [
  [66, Array.from({ length: 65 }, (_, i) => i + 1)],
  // Whole words: nothing behind the last bar ends what is held there.
  [128, [2, 62, 63, 64, 65, 126, 127]],
  [512, [64, 447, 448, 510, 511]],
  [514, [1, 447, 448, 510, 511, 512, 513]],
];

/** In the three shapes that engines know. */
const SHAPES: Readonly<Record<string, RunRequestInput["strategy"]>> = {
  pairs: TURNING.pairs,
  legs: turningLegs([0, 0.5], [0, 0.5]),
  generic: TURNING.generic,
};
const RETURN: readonly RankingMetric[] = ["totalReturnPct"];
const RISK = { stopLossPct: ["off", 0.2], takeProfitPct: ["off", 0.3] } as const;

/** Rises tick by tick and falls from bar `turn` on. */
function turningAt(turn: number, bars: number): Candles {
  const candles = allocateCandles(bars, false);
  for (let t = 0; t < bars; t++) {
    const close = 1_000 + (t < turn ? t : 2 * (turn - 1) - t);
    candles.time[t] = t * HOUR_MS;
    for (const column of [candles.open, candles.high, candles.low, candles.close]) {
      column[t] = close;
    }
  }
  return candles;
}

function sweepOf(shape: string, candles: Candles, turn: number) {
  const request = {
    dataset: "turning",
    warmupBars: 0,
    strategy: SHAPES[shape],
    risk: RISK,
    execution: { feePct: 0.1, sizing: SIZINGS[shape === "legs" ? 0 : turn % SIZINGS.length] },
  };
  const market = { datasetHash: "7".repeat(64), timeframe: "1h" as const, candles };
  return planOf(request, {}, market).sweep;
}

describeEachKernel("a reversal = reference engine, to the bit", (kernels) => {
  const backend = backendFactory(kernels);
  it.each(RANGES)("of %d bars on each of its bars, the last included", (bars, turns) => {
    for (const turn of turns) {
      const candles = turningAt(turn, bars);
      for (const shape of Object.keys(SHAPES)) {
        const sweep = sweepOf(shape, candles, turn);
        const metrics = turn % 2 === 0 ? RETURN : RANKING_METRICS;
        expectEveryEngine(sweep, candles, backend, [metrics]);
      }
    }
  });
});

describe("the strategies that are turned", () => {
  it("have an engine each: of pairs, of legs and none", () => {
    const candles = turningAt(9, 66);
    const engines = Object.keys(SHAPES).map((shape) => {
      const scorer = new SweepScorer(sweepOf(shape, candles, 0), candles);
      return [scorer.batchEngine() !== null, scorer.legEngine() !== null];
    });
    expect(engines).toEqual([
      [true, false],
      [false, true],
      [false, false],
    ]);
  });
});
