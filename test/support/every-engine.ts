import { expect } from "vitest";
import { RISK_OFF } from "../../src/core/execution/settings.ts";
import { RANKING_METRICS, type RankingMetric } from "../../src/core/metrics/ranking-metric.ts";
import type { Candles } from "../../src/core/series/candles.ts";
import type { BackendFactory } from "../../src/core/stages/backend.ts";
import { riskLevels } from "../../src/core/stages/describe.ts";
import { Ranking } from "../../src/core/stages/ranking.ts";
import { scoreStageA } from "../../src/core/stages/stage-a.ts";
import { scoreStageB } from "../../src/core/stages/stage-b.ts";
import type { Sweep } from "../../src/core/stages/sweep.ts";
import { type ScorerOptions, SweepScorer } from "../../src/core/stages/sweep-scorer.ts";
import { TopRows } from "../../src/core/stages/top-rows.ts";
import { ReferenceScorer } from "./reference-scorer.ts";

/**
 * Holds all that a backend scores a sweep with to the reference engine, to the bit: the engine of
 * its shape, each variant by itself, and the risk grid, for each list of metrics.
 */
export function expectEveryEngine(
  sweep: Sweep,
  candles: Candles,
  backend: BackendFactory,
  measured: readonly (readonly RankingMetric[])[],
): void {
  const reference = new ReferenceScorer(sweep, candles);
  const variants = sweep.axes.reduce((size, { values }) => size * values.length, 1);
  const cells = sweep.stops.length * sweep.targets.length;
  const signals = Array.from({ length: variants }, (_, index) => reference.signal(index));
  const base = signals.map((signal) => reference.metrics(signal, RISK_OFF));
  const risky = signals.flatMap((signal) =>
    Array.from({ length: cells }, (_, cell) => reference.metrics(signal, riskLevels(sweep, cell))),
  );
  for (const metrics of measured) {
    for (const batches of [true, false]) {
      const options = { backend, metrics, batches };
      expectBits(scored(sweep, candles, "A", options), metrics, base);
    }
    expectBits(scored(sweep, candles, "B", { backend, metrics }), metrics, risky);
  }
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
