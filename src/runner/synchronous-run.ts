import type { ColumnDigest } from "../core/stages/digest.ts";
import { mergeRows } from "../core/stages/merge-rows.ts";
import type { PhaseTimes } from "../core/stages/phase-clock.ts";
import type { RankedRows } from "../core/stages/ranked-rows.ts";
import { type RunProfile, runProfile } from "../core/stages/run-profile.ts";
import type { StageName } from "../core/stages/sweep.ts";
import { complaint, UserError } from "../core/user-error.ts";
import type { RunPlan } from "../plan/run-plan.ts";
import type { ComputePool } from "../pool/task.ts";
import { PRIORITIES } from "../store/priorities.ts";
import type { ResultRow } from "../store/records.ts";
import type { DatasetSource } from "./dataset-source.ts";
import { RunClock } from "./run-clock.ts";
import { isSmall, runWhole, type WholeRun } from "./small-run.ts";
import { ColumnHashes, finalRows, runDigest, variantIndices } from "./stage-ends.ts";
import { type SweepTask, sweepTask } from "./sweep-task.ts";

export interface SynchronousRun {
  readonly plan: RunPlan;
  readonly rows: readonly ResultRow[];
  readonly digest: string;
  readonly elapsedMs: number;
  /** Where `elapsedMs` went; of a run that is not cut into chunks as seen by its one thread. */
  readonly profile: RunProfile;
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

/** The clock of a run that this process does alone. */
const OWN = "own";
/** Chunks in flight: while one ends, the threads that are free begin with the next. */
const CHUNKS_IN_FLIGHT = 2;

/**
 * The synchronous form of a run: the same plan, stages, pool and digest, with chunks that are
 * forgotten once they are merged instead of stored. Throws UserError DEADLINE_EXCEEDED, or the
 * signal's reason when that fires first.
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
  const { pool } = options;
  const small = isSmall(plan, options.wholeUpTo);
  const clock = new RunClock(OWN, small ? 1 : pool.size, () => performance.now());
  const load = () => sweepTask(options.datasets, plan, urgency);
  const task = await clock.during("load", load);
  const work = { pool, signal, clock };
  const end = await (small ? runWhole(task, work) : runInChunks(task, work, refuseLate));
  refuseLate();
  const elapsedMs = performance.now() - startedMs;
  return { plan, ...end!, elapsedMs, profile: runProfile(clock.take(), elapsedMs) };
}

async function runInChunks(
  task: SweepTask,
  on: WholeRun,
  refuseLate: () => void,
): Promise<Pick<SynchronousRun, "rows" | "digest">> {
  const { pool, clock } = on;
  const { sweep, chunkVariants, estimate } = task.plan;
  const score = async (stage: StageName, total: number, shortlist?: Float64Array) => {
    const size = stage === "STAGE_A" ? chunkVariants.stageA : chunkVariants.stageB;
    const keep = stage === "STAGE_A" ? sweep.preselect : sweep.topK;
    const work = { stage, total, size, keep, ...(shortlist === undefined ? {} : { shortlist }) };
    const scored = await scoreStage(task, work, on);
    refuseLate();
    return scored;
  };

  const stageA = await score("STAGE_A", estimate.indexSpace);
  const shortlist = variantIndices(stageA.best);
  const stageB = await score("STAGE_B", shortlist.length, shortlist);
  const scoring = { pool, onSpent: (spent: PhaseTimes) => clock.add(spent) };
  const rows = await clock.during("scoring", () =>
    finalRows(task, scoring, "STAGE_B", stageB.best),
  );
  const columns = [...stageA.columns, ...stageB.columns];
  return { rows: rows.rows, digest: runDigest(columns, rows) };
}

interface StageWork {
  readonly stage: StageName;
  /** Numbers of the stage: indices in Stage A, shortlist positions in Stage B. */
  readonly total: number;
  readonly size: number;
  /** Best rows that are kept. */
  readonly keep: number;
  readonly shortlist?: Float64Array;
}

interface ScoredStage {
  readonly best: RankedRows;
  readonly columns: readonly ColumnDigest[];
}

/**
 * A whole stage, of which the best rows stay and hashes of the columns: a constraint may leave out
 * a thousand times more numbers than there are variants, and columns have all of them. To be
 * dropped where the signal has fired.
 */
async function scoreStage(task: SweepTask, work: StageWork, on: WholeRun): Promise<ScoredStage> {
  const { sweep } = task.plan;
  const columns = new ColumnHashes(sweep, work.stage);
  let best: RankedRows | null = null;
  for await (const { from, to, result } of chunksOf(task, work, on)) {
    await on.clock.during("merge", async () => {
      columns.add({ from, to, columns: result.columns });
      on.pool.giveBack(result);
      best = mergeRows(sweep, best === null ? [result.rows] : [best, result.rows], work.keep);
    });
  }
  return { best: best ?? mergeRows(sweep, [], work.keep), columns: columns.digests() };
}

/** The chunks of a stage in index order, a few of them begun ahead; fewer when the signal fires. */
async function* chunksOf(
  task: SweepTask,
  { stage, total, size, shortlist }: StageWork,
  { pool, signal, clock }: WholeRun,
) {
  const positions = shortlist === undefined ? {} : { shortlist };
  const begun: ReturnType<typeof beginAt>[] = [];
  const beginAt = async (from: number) => {
    const range = { from, to: Math.min(total, from + size) };
    const chunk = { ...task.base, ...positions, ...range, stage };
    const result = await clock.during("scoring", () => pool.runChunk(chunk, { signal }));
    clock.add(result.spent);
    return { ...range, result };
  };
  let next = 0;
  const begin = () => {
    if (next >= total || signal.aborted) return;
    const chunk = beginAt(next);
    // Whoever fails is heard when it is its turn; until then it must not end the process.
    chunk.catch(() => {});
    begun.push(chunk);
    next += size;
  };
  // A run that asks for fewer threads than there are must not get more through a second chunk.
  const lanes = (task.base.workers ?? pool.size) < pool.size ? 1 : CHUNKS_IN_FLIGHT;
  for (let lane = 0; lane < lanes; lane++) begin();
  for (let chunk = begun.shift(); chunk !== undefined; chunk = begun.shift()) {
    const done = await chunk;
    begin();
    yield done;
  }
}

function deadlineExceeded(deadlineMs: number): UserError {
  const message = "the synchronous run took too long: use startRun";
  const bound = `${deadlineMs} ms`;
  return new UserError("DEADLINE_EXCEEDED", complaint("", message, undefined, bound), {
    deadlineMs,
  });
}
