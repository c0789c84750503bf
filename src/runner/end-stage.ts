import type { PhaseTimes } from "../core/stages/phase-clock.ts";
import type { RunSpent } from "../core/stages/run-profile.ts";
import { rankedMetrics, riskCells, type StageName, type Sweep } from "../core/stages/sweep.ts";
import { PoolEmpty } from "../pool/faults.ts";
import type { ComputePool } from "../pool/task.ts";
import { freeArrays } from "../store/free-arrays.ts";
import { PRIORITIES } from "../store/priorities.ts";
import type { BestSoFar, ResultRow, RunRecord } from "../store/records.ts";
import type { ClaimedEnd, Store, StoredChunk } from "../store/store.ts";
import type { Clock } from "./clock.ts";
import type { DatasetSource } from "./dataset-source.ts";
import type { HeldLeases } from "./held-leases.ts";
import type { ClockPhase, RunClock, RunClocks } from "./run-clock.ts";
import { attemptFault, type RunFault } from "./run-fault.ts";
import type { RunStep } from "./run-step.ts";
import {
  columnDigests,
  type FinalRows,
  finalRows,
  type Hurry,
  mergeStage,
  runDigest,
  variantIndices,
} from "./stage-ends.ts";
import { sweepTask } from "./sweep-task.ts";

/** Whoever ends a stage has to have these. */
export interface EndDuty {
  readonly store: Store;
  readonly pool: ComputePool;
  readonly datasets: DatasetSource;
  readonly worker: string;
  readonly leases: HeldLeases;
  readonly clock: Clock;
  /** Waits for the database while it is away. */
  readonly whenThere: <T>(work: () => Promise<T>) => Promise<T>;
  readonly onFault: (fault: RunFault) => void;
  readonly onStep: (step: RunStep) => void;
  /** What the process spends on its runs; one that never scores has none. */
  readonly runClocks?: RunClocks;
}

const LEASE_MS = 15_000;
/** Who cancels wants to see the end at once: so long the best rows of the run are scored. */
const CANCEL_SCORING_MS = 100;

/**
 * Does what is due at the end of a run's stage, if anything is and nobody else is at it: the
 * shortlist and Stage B after Stage A, the results after Stage B, or the end of a run that was
 * stopped.
 */
export async function endStage(duty: EndDuty, runId: string): Promise<void> {
  const { store, worker, leases, whenThere } = duty;
  const claimed = await store.claimEnd({ runId, worker, leaseMs: LEASE_MS });
  if (claimed === null) return;
  const startMs = duty.clock.now();
  await leases.holdingEnd(runId, async () => {
    let done: boolean;
    try {
      // Reading and merging once more changes nothing: an outage costs no attempt.
      done = await whenThere(() => perform(duty, claimed));
    } catch (error) {
      duty.onFault({ runId, what: claimed.work, error });
      if (error instanceof PoolEmpty) return whenThere(() => store.releaseEnd(runId, worker));
      await whenThere(() => store.failEnd(runId, worker, attemptFault(error)));
      return;
    }
    // What was done has let go of it; a run that was paused or stopped meanwhile has another end.
    if (!done) await whenThere(() => store.releaseEnd(runId, worker));
    const elapsedMs = duty.clock.now() - startMs;
    duty.onStep({ kind: "end", runId, work: claimed.work, elapsedMs });
  });
}

/** False where the run was not to go on any more. */
function perform(duty: EndDuty, { run, work }: ClaimedEnd): Promise<boolean> {
  switch (work) {
    case "BEGIN_STAGE_B":
      return beginStageB(duty, run);
    case "FINALIZE":
      return finalize(duty, run);
    case "STOP":
      return stop(duty, run);
    case "ABANDON":
      return abandon(duty, run);
  }
}

async function beginStageB({ store, runClocks }: EndDuty, run: RunRecord): Promise<boolean> {
  const { sweep, chunkVariants } = run.plan;
  const clock = runClocks?.of(run.id);
  const rows = store.storedRows(run.id, "STAGE_A");
  const best = await during(clock, "merge", () => mergeStage(sweep, rows, sweep.preselect));
  const plan = {
    chunkVariants: chunkVariants.stageB,
    variantsPerBase: riskCells(sweep),
    ...spentOf(clock),
  };
  return during(clock, "persist", () => store.beginStageB(run.id, variantIndices(best), plan));
}

function during<T>(
  clock: RunClock | undefined,
  what: ClockPhase,
  work: () => Promise<T>,
): Promise<T> {
  return clock === undefined ? work() : clock.during(what, work);
}

/** Empty where nothing was measured. */
function spentOf(clock: RunClock | undefined): { readonly spent?: RunSpent } {
  return clock === undefined ? {} : { spent: clock.take() };
}

async function finalize(duty: EndDuty, run: RunRecord): Promise<boolean> {
  const { store } = duty;
  const { sweep } = run.plan;
  const clock = duty.runClocks?.of(run.id);
  const rows = await bestRows(duty, run, "STAGE_B");
  const columns = await during(clock, "merge", async () => [
    ...(await columnDigests(sweep, "STAGE_A", passing(store.storedChunks(run.id, "STAGE_A")))),
    ...(await columnDigests(sweep, "STAGE_B", passing(store.storedChunks(run.id, "STAGE_B")))),
  ]);
  const digest = runDigest(columns, rows);
  const end = { state: "SUCCEEDED", rows: rows.rows, digest, error: null } as const;
  return store.finishRun(run.id, { ...end, ...firstOf(sweep, end.rows), ...spentOf(clock) });
}

/** Chunks that are freed as soon as the next one is asked for. */
async function* passing(chunks: AsyncIterable<StoredChunk>): AsyncGenerator<StoredChunk> {
  for await (const chunk of chunks) {
    yield chunk;
    freeArrays([chunk.rows, ...chunk.columns]);
  }
}

/** The best so far is what a stopped run leaves: of Stage B where it has any, else of Stage A. */
async function stop(duty: EndDuty, run: RunRecord): Promise<boolean> {
  const state = run.stopState!;
  const { now } = duty.clock;
  const hurry = state === "CANCELLED" ? { withinMs: CANCEL_SCORING_MS, now } : null;
  let rows = run.stage === "STAGE_A" ? null : await bestRows(duty, run, "STAGE_B", hurry);
  if (rows === null || rows.rows.length === 0) rows = await bestRows(duty, run, "STAGE_A", hurry);
  const end = { state, rows: rows.rows, digest: null, error: run.error };
  const best = firstOf(run.plan.sweep, end.rows);
  return duty.store.finishRun(run.id, { ...end, ...best, ...spentOf(duty.runClocks?.of(run.id)) });
}

/** The best in the end is the first row, whatever the last progress saw. */
function firstOf(sweep: Sweep, [row]: readonly ResultRow[]): { readonly best?: BestSoFar } {
  if (row === undefined) return {};
  const { variantIndex, params, stopLossPct, trailingStopPct, takeProfitPct } = row;
  const metrics = Object.fromEntries(rankedMetrics(sweep).map((name) => [name, row.metrics[name]]));
  return { best: { variantIndex, params, stopLossPct, trailingStopPct, takeProfitPct, metrics } };
}

/** Scored by another engine version, its rows would not be those of the run: there are none. */
function abandon({ store }: EndDuty, run: RunRecord): Promise<boolean> {
  const message = `no results: there is no process of engine version ${run.engineVersion}`;
  return store.finishRun(run.id, {
    ...{ state: run.stopState!, rows: [], digest: null },
    error: run.error ?? { code: "ENGINE_VERSION", message },
  });
}

async function bestRows(
  duty: EndDuty,
  run: RunRecord,
  stage: StageName,
  hurry: Hurry | null = null,
): Promise<FinalRows> {
  const { sweep } = run.plan;
  const clock = duty.runClocks?.of(run.id);
  const stored = duty.store.storedRows(run.id, stage);
  const best = await during(clock, "merge", () => mergeStage(sweep, stored, sweep.topK));
  const urgency = PRIORITIES[run.priority];
  const task = await during(clock, "load", () => sweepTask(duty.datasets, run.plan, urgency));
  const work = { pool: duty.pool, onSpent: (spent: PhaseTimes) => clock?.add(spent) };
  return during(clock, "scoring", () => finalRows(task, work, stage, best, hurry));
}
