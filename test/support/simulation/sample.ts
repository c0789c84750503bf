import { RANKING_METRICS } from "../../../src/core/metrics/ranking-metric.ts";
import { allocateCandles, CANDLE_COLUMNS, type Candles } from "../../../src/core/series/candles.ts";
import { noTimes } from "../../../src/core/stages/phase-clock.ts";
import { Ranking } from "../../../src/core/stages/ranking.ts";
import { scoreStageA } from "../../../src/core/stages/stage-a.ts";
import { scoreStageB } from "../../../src/core/stages/stage-b.ts";
import { sweepMetrics } from "../../../src/core/stages/sweep.ts";
import { SweepScorer } from "../../../src/core/stages/sweep-scorer.ts";
import { TopRows } from "../../../src/core/stages/top-rows.ts";
import { syntheticCandles } from "../../../src/market-data/synthetic.ts";
import type { RunPlan } from "../../../src/plan/run-plan.ts";
import type { ChunkResult, ChunkTask, ScoredVariant } from "../../../src/pool/task.ts";
import { CROSS_REQUEST, planOf } from "../request-samples.ts";

const BARS = 300;
const source = syntheticCandles({ seed: 5, bars: BARS });

/** The one sweep of all simulations: eight chunks of Stage A, four of Stage B. */
export const CANDLES: Candles = allocateCandles(BARS, true);
for (const column of CANDLE_COLUMNS) CANDLES[column].set(source[column]);

const market = { datasetHash: "d".repeat(64), timeframe: "1h" as const, candles: source };
export const PLAN: RunPlan = planOf(
  {
    ...CROSS_REQUEST,
    strategy: {
      indicators: {
        fast: { id: "ma.sma", params: { window: { start: 2, stop: 9, step: 1 } } },
        slow: { id: "ma.ema", params: { window: { start: 3, stop: 12, step: 1 } } },
      },
      signals: [{ rule: "cross", of: "fast", against: "slow" }],
      constraint: "fast.window < slow.window",
    },
    risk: { stopLossPct: ["off", 2], takeProfitPct: ["off", 3] },
    preselect: 8,
    topK: 20,
    schedule: { chunkVariants: 10 },
  },
  {},
  market,
);

/** What the core says of a part of the sweep; the same part is computed once only. */
export class SampleScores {
  readonly #scorer = new SweepScorer(PLAN.sweep, CANDLES);
  readonly #parts = new Map<string, Omit<ChunkResult, "status" | "elapsedMs">>();
  readonly #scored = new Map<number, Float64Array>();

  /** A chunk, or its beginning up to `end`. */
  part(task: ChunkTask, end: number): Omit<ChunkResult, "status" | "elapsedMs"> {
    const shortlist = task.shortlist?.join() ?? "";
    const ends = task.ends?.join() ?? "";
    const key = `${task.stage} ${task.from} ${end} ${task.to} ${ends} ${shortlist}`;
    const known = this.#parts.get(key) ?? this.#score(task, end);
    this.#parts.set(key, known);
    return known;
  }

  /** Every ranking metric of a variant. */
  variant(stage: ChunkTask["stage"], variantIndex: number): ScoredVariant {
    const key = stage === "STAGE_A" ? -1 - variantIndex : variantIndex;
    const metrics = this.#scored.get(key) ?? this.#measure(stage, variantIndex);
    this.#scored.set(key, metrics);
    return { variantIndex, metrics };
  }

  #score(task: ChunkTask, end: number): Omit<ChunkResult, "status" | "elapsedMs"> {
    const { stage, from, to, sweep } = task;
    const keep = stage === "STAGE_A" ? sweep.preselect : sweep.topK;
    const top = new TopRows(new Ranking(sweep.ranking), keep);
    const cells = stage === "STAGE_A" ? 1 : this.#scorer.cells;
    const columns = sweepMetrics(sweep).map(() =>
      new Float64Array((to - from) * cells).fill(Number.NaN),
    );
    const output = { top, columns, origin: from * cells };
    const scored =
      stage === "STAGE_A"
        ? scoreStageA(this.#scorer, from, end, output)
        : scoreStageB(this.#scorer, { shortlist: task.shortlist!, from, to: end }, output);
    const { space } = this.#scorer;
    const begins = [from, ...(task.ends ?? [])];
    const isCounted = stage === "STAGE_A" && task.ends !== undefined;
    const counts = isCounted ? task.ends.map((to, i) => space.countWithin(begins[i]!, to)) : null;
    return { scored, counts, rows: top.drain(), columns, spent: noTimes() };
  }

  #measure(stage: ChunkTask["stage"], variantIndex: number): Float64Array {
    const scorer = this.#scorer;
    const metrics = new Float64Array(RANKING_METRICS.length);
    scorer.measure(RANKING_METRICS);
    if (stage === "STAGE_A") {
      scorer.seek(variantIndex);
      scorer.scoreBase(metrics, 0);
    } else {
      scorer.seek(Math.floor(variantIndex / scorer.cells));
      scorer.openRisk();
      scorer.scoreCell(variantIndex % scorer.cells, metrics, 0);
    }
    scorer.measure(sweepMetrics(PLAN.sweep));
    return metrics;
  }
}
