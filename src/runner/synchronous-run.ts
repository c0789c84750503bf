import type { StageName } from "../core/stages/sweep.ts";
import { complaint, UserError } from "../core/user-error.ts";
import type { RunPlan } from "../plan/run-plan.ts";
import type { ComputePool } from "../pool/task.ts";
import { PRIORITIES } from "../store/priorities.ts";
import type { ResultRow } from "../store/records.ts";
import type { StoredChunk } from "../store/store.ts";
import type { DatasetSource } from "./dataset-source.ts";
import { isSmall, runWhole } from "./small-run.ts";
import { columnDigests, finalRows, mergeStage, runDigest, variantIndices } from "./stage-ends.ts";
import { type SweepTask, sweepTask } from "./sweep-task.ts";

export interface SynchronousRun {
  readonly plan: RunPlan;
  readonly rows: readonly ResultRow[];
  readonly digest: string;
  readonly elapsedMs: number;
}

export interface SynchronousOptions {
  readonly pool: ComputePool;
  readonly datasets: DatasetSource;
  /** Stops the run when whoever waits for it has gone. */
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
  /** Variant bars up to which a run is not cut into chunks; see isSmall. */
  readonly wholeUpTo?: number;
}

/** Chunks in flight: while one ends, the threads that are free begin with the next. */
const CHUNKS_IN_FLIGHT = 2;

/**
 * The synchronous form of a run: the same plan, stages, pool and digest, with the chunks in memory
 * instead of in the store. Throws UserError DEADLINE_EXCEEDED, or the signal's reason when that
 * fires first.
 */
export async function runSynchronously(
  plan: RunPlan,
  options: SynchronousOptions,
): Promise<SynchronousRun> {
  const startedMs = performance.now();
  const deadline = AbortSignal.timeout(options.deadlineMs);
  const signal = AbortSignal.any([options.signal, deadline]);
  const refuseLate = () => {
    options.signal.throwIfAborted();
    if (deadline.aborted) throw deadlineExceeded(options.deadlineMs);
  };
  refuseLate();
  // Somebody waits for it: at least as urgent as what is started as urgent.
  const urgency = Math.max(PRIORITIES.HIGH, PRIORITIES[plan.request.schedule.priority]);
  const task = await sweepTask(options.datasets, plan, urgency);
  if (isSmall(plan, options.wholeUpTo)) {
    const whole = await runWhole(task, options.pool, signal);
    refuseLate();
    const elapsedMs = performance.now() - startedMs;
    return { plan, ...whole!, elapsedMs };
  }
  const { sweep, chunkVariants, estimate } = plan;
  const score = async (stage: StageName, total: number, shortlist?: Float64Array) => {
    const size = stage === "STAGE_A" ? chunkVariants.stageA : chunkVariants.stageB;
    const work = { stage, total, size, ...(shortlist === undefined ? {} : { shortlist }) };
    const chunks = await scoreStage(task, work, options.pool, signal);
    refuseLate();
    return chunks;
  };

  const stageA = await score("STAGE_A", estimate.indexSpace);
  const shortlist = variantIndices(await mergeStage(sweep, stageA, sweep.preselect));
  const stageB = await score("STAGE_B", shortlist.length, shortlist);
  const best = await mergeStage(sweep, stageB, sweep.topK);
  const rows = await finalRows(task, { pool: options.pool }, "STAGE_B", best);
  const columns = [
    ...(await columnDigests(sweep, "STAGE_A", stageA)),
    ...(await columnDigests(sweep, "STAGE_B", stageB)),
  ];
  refuseLate();
  const elapsedMs = performance.now() - startedMs;
  return { plan, rows: rows.rows, digest: runDigest(columns, rows), elapsedMs };
}

interface StageWork {
  readonly stage: StageName;
  /** Numbers of the stage: indices in Stage A, shortlist positions in Stage B. */
  readonly total: number;
  readonly size: number;
  readonly shortlist?: Float64Array;
}

/** All chunks of a stage in index order; fewer when the signal fires. */
async function scoreStage(
  task: SweepTask,
  work: StageWork,
  pool: ComputePool,
  signal: AbortSignal,
): Promise<StoredChunk[]> {
  const chunks: StoredChunk[] = [];
  const { stage, total, size, shortlist } = work;
  const count = Math.ceil(total / size);
  let next = 0;
  const lane = async () => {
    while (next < count && !signal.aborted) {
      const no = next++;
      const range = { stage, from: no * size, to: Math.min(total, (no + 1) * size) };
      const positions = shortlist === undefined ? {} : { shortlist };
      const result = await pool.runChunk({ ...task.base, ...range, ...positions }, { signal });
      const { stride, data: rows } = result.rows;
      chunks[no] = { ...range, no, scored: result.scored, stride, rows, columns: result.columns };
    }
  };
  // A run that asks for fewer threads than there are must not get more through a second chunk.
  const lanes = (task.base.workers ?? pool.size) < pool.size ? 1 : CHUNKS_IN_FLIGHT;
  await Promise.all(Array.from({ length: lanes }, lane));
  return chunks;
}

function deadlineExceeded(deadlineMs: number): UserError {
  const message = "the synchronous run took too long: use startRun";
  const bound = `${deadlineMs} ms`;
  return new UserError("DEADLINE_EXCEEDED", complaint("", message, undefined, bound), {
    deadlineMs,
  });
}
