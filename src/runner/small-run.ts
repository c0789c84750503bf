import type { ScoredSweep } from "../core/stages/score-sweep.ts";
import type { RunPlan } from "../plan/run-plan.ts";
import type { ComputePool } from "../pool/task.ts";
import type { RunClock } from "./run-clock.ts";
import { columnDigests, runDigest, scoredRows } from "./stage-ends.ts";
import type { SweepTask } from "./sweep-task.ts";
import type { SynchronousRun } from "./synchronous-run.ts";

/**
 * Variants of both stages times bars below which one thread alone is faster than all together:
 * messages, a scorer in each thread and merging cost what the second thread saves. Measured with
 * `npm run bench:small`.
 */
const SMALL_VARIANT_BARS = 10_000_000;
/** Numbers that a constraint skips take time as well. */
const SMALL_INDEX_SPACE = 10_000;

/** Whether a plan is for one thread alone. One that names the size of its chunks is not. */
export function isSmall({ estimate, request }: RunPlan, upTo = SMALL_VARIANT_BARS): boolean {
  if (request.schedule.chunkVariants !== undefined) return false;
  const { indexSpace, stageAVariants, stageBVariants, bars } = estimate;
  return indexSpace <= SMALL_INDEX_SPACE && (stageAVariants + stageBVariants) * bars <= upTo;
}

/** Who does a run without chunks: a thread of the pool, until the signal fires, by the clock. */
export interface WholeRun {
  readonly pool: ComputePool;
  readonly signal: AbortSignal;
  readonly clock: RunClock;
}

/**
 * A run without chunks, on one thread and in one message each way; the same rows and digest. Null
 * where the signal fired.
 */
export async function runWhole(
  task: SweepTask,
  { pool, signal, clock }: WholeRun,
): Promise<Pick<SynchronousRun, "rows" | "digest"> | null> {
  const { workers: _, ...base } = task.base;
  const scored = await clock.during("scoring", () => pool.runSweep(base, signal));
  if (scored === null) return null;
  clock.add(scored.spent);
  return clock.during("merge", () => ended(task, scored));
}

async function ended(
  task: SweepTask,
  { shortlist, stageA, stageB, best, metrics }: ScoredSweep,
): Promise<Pick<SynchronousRun, "rows" | "digest">> {
  const { sweep } = task.plan;
  const rows = scoredRows(task, best, metrics);
  const whole = (to: number, columns: readonly Float64Array[]) => [{ from: 0, to, columns }];
  const columns = [
    ...(await columnDigests(sweep, "STAGE_A", whole(task.plan.estimate.indexSpace, stageA))),
    ...(await columnDigests(sweep, "STAGE_B", whole(shortlist.length, stageB))),
  ];
  return { rows: rows.rows, digest: runDigest(columns, rows) };
}
