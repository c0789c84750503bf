import type { RankingKey } from "../../src/core/stages/sweep.ts";
import type { ProgressState } from "../../src/store/progress.ts";
import type { BestSoFar } from "../../src/store/records.ts";

/** The readable twins of what the database does with every chunk, in its migrations. */
export interface TimedProgress extends ProgressState {
  /** When this was last brought up to date, and when the stage began or was taken up again. */
  readonly progressAt: Date | null;
  readonly stageAt: Date | null;
}

/** Time over which the rate forgets: long enough to be calm, short enough to follow. */
const SMOOTHING_MS = 2000;

/**
 * Progress after `done` variants at `now`. It never goes back within a stage (a worker that died
 * takes its unstored variants with it) and never beyond the total. The rate is an exponential mean
 * over time; while the stage is young it is the plain mean since the stage began (or was taken up
 * again).
 */
export function advance(state: TimedProgress, done: number, now: Date): TimedProgress {
  const next = Math.min(Math.max(done, state.done), state.total);
  const { progressAt, stageAt } = state;
  if (progressAt === null || stageAt === null) {
    return { ...state, done: next, progressAt: now, stageAt: now };
  }
  const elapsedMs = now.getTime() - progressAt.getTime();
  if (elapsedMs <= 0) return { ...state, done: next };
  const sinceStageMs = Math.max(elapsedMs, now.getTime() - stageAt.getTime());
  const weight = Math.max(1 - Math.exp(-elapsedMs / SMOOTHING_MS), elapsedMs / sinceStageMs);
  const rate = ((next - state.done) * 1000) / elapsedMs;
  const former = state.variantsPerSecond ?? rate;
  const variantsPerSecond = former + weight * (rate - former);
  return { ...state, done: next, variantsPerSecond, progressAt: now };
}

/** The better of two by the run's total order: ranking keys, undefined last, then variant index. */
export function betterOf(
  ranking: readonly RankingKey[],
  a: BestSoFar | null,
  b: BestSoFar | null,
): BestSoFar | null {
  if (a === null || b === null) return a ?? b;
  for (const { metric, direction } of ranking) {
    const x = a.metrics[metric] ?? null;
    const y = b.metrics[metric] ?? null;
    if (x === y) continue;
    if (x === null || y === null) return x === null ? b : a;
    return x > y === (direction === "DESC") ? a : b;
  }
  return a.variantIndex <= b.variantIndex ? a : b;
}
