import { RANKING_METRICS } from "../metrics/ranking-metric.ts";
import type { RankedRows } from "./ranked-rows.ts";
import { Ranking } from "./ranking.ts";
import { scoreStageA } from "./stage-a.ts";
import { scoreStageB } from "./stage-b.ts";
import { type StageName, sweepMetrics } from "./sweep.ts";
import type { SweepScorer } from "./sweep-scorer.ts";
import { TopRows } from "./top-rows.ts";

/** Both stages of a sweep, as the chunks of a run leave them together. */
export interface ScoredSweep {
  /** Base variant indices of the shortlist, best first. */
  readonly shortlist: Float64Array;
  /** Whole columns, one a ranking metric of the sweep. */
  readonly stageA: readonly Float64Array[];
  readonly stageB: readonly Float64Array[];
  /** The best rows of Stage B. */
  readonly best: RankedRows;
  /** Every ranking metric of the best rows, row after row. */
  readonly metrics: Float64Array;
}

/**
 * Scores a whole sweep in one go: what a small run does instead of chunks. Null where `stop`, which
 * is asked before each variant and each row of cells, ended it early.
 */
export function scoreSweep(scorer: SweepScorer, stop: () => boolean): ScoredSweep | null {
  const { sweep, space, cells } = scorer;
  const ranking = new Ranking(sweep.ranking);
  const columns = (length: number) => sweepMetrics(sweep).map(() => new Float64Array(length));
  let stopped = false;
  const heard = () => {
    stopped ||= stop();
    return stopped;
  };

  const stageA = columns(space.grid.size);
  const listed = new TopRows(ranking, sweep.preselect);
  scoreStageA(scorer, 0, space.grid.size, { top: listed, columns: stageA, origin: 0 }, heard);
  const shortlist = indicesOf(listed.drain());

  const stageB = columns(shortlist.length * cells);
  const top = new TopRows(ranking, sweep.topK);
  const work = { shortlist, from: 0, to: shortlist.length };
  if (!stopped) scoreStageB(scorer, work, { top, columns: stageB, origin: 0 }, heard);
  if (stopped) return null;
  const best = top.drain();
  return { shortlist, stageA, stageB, best, metrics: everyMetric(scorer, best, stop) };
}

function everyMetric(scorer: SweepScorer, best: RankedRows, pause: () => void): Float64Array {
  const own = scorer.metrics;
  scorer.measure(RANKING_METRICS);
  try {
    return scoreVariants(scorer, "STAGE_B", indicesOf(best), pause);
  } finally {
    scorer.measure(own);
  }
}

/**
 * What the scorer measures of chosen variants, in their order. Cells of one base variant that
 * follow one another share its trades. Before each of them it calls `pause`.
 */
export function scoreVariants(
  scorer: SweepScorer,
  stage: StageName,
  variants: Float64Array,
  pause: () => void = () => {},
): Float64Array {
  const count = scorer.metrics.length;
  const metrics = new Float64Array(variants.length * count);
  let openBase = Number.NaN;
  variants.forEach((variant, i) => {
    pause();
    if (stage === "STAGE_A") {
      scorer.clock.enterVariants();
      scorer.seek(variant);
      scorer.scoreBase(metrics, i * count);
      return;
    }
    const base = Math.floor(variant / scorer.cells);
    if (base !== openBase) {
      scorer.seek(base);
      scorer.openRisk();
      openBase = base;
    }
    scorer.scoreCell(variant - base * scorer.cells, metrics, i * count);
  });
  return metrics;
}

function indicesOf({ stride, data }: RankedRows): Float64Array {
  return Float64Array.from({ length: data.length / stride }, (_, row) => data[row * stride]);
}
