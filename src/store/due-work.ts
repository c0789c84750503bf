import { asc } from "drizzle-orm";
import type { Connection } from "./database.ts";
import type { WorkHint } from "./job-sink.ts";
import { isTerminal } from "./records.ts";
import { chunkIn, type LockedRun, readRun } from "./run-row.ts";
import { chunks } from "./schema.ts";
import type { ClaimedEnd } from "./store.ts";
import type { StoreContext } from "./store-context.ts";
import { countWorkers, liveWorkers } from "./workers.ts";

/**
 * A hint brings a process to a run, and it stays for further chunks: as many as there are workers,
 * between these bounds. Who comes later has recovery send one more.
 */
const LEAST_HINTS = 2;
const MOST_HINTS = 64;

/** Whether any chunk of the run's stage is held by a worker, alive or not yet known to be dead. */
export async function isWorkedOn(tx: Connection, run: LockedRun): Promise<boolean> {
  const held = await tx
    .select({ no: chunks.no })
    .from(chunks)
    .where(chunkIn(run.id, run.stage, "RUNNING"))
    .limit(1);
  return held.length > 0;
}

/**
 * The end that is due here: of the stage when all of it is stored, of the run when it was stopped.
 * A run of another engine version is left to its own processes; where there are none, one that was
 * stopped ends without results.
 */
export async function dueEnd(
  { engineVersion }: StoreContext,
  tx: Connection,
  run: LockedRun,
): Promise<ClaimedEnd["work"] | null> {
  if (isTerminal(run.state) || isBeingEnded(run)) return null;
  const foreign = engineVersion !== null && engineVersion !== run.plan.engineVersion;
  if (run.stopState !== null) {
    if (await isWorkedOn(tx, run)) return null;
    if (!foreign) return "STOP";
    return (await countWorkers(tx, run.plan.engineVersion)) === 0 ? "ABANDON" : null;
  }
  if (foreign) return null;
  if (run.state !== "RUNNING" && run.state !== "QUEUED") return null;
  if (run.stage === "FINALIZING") return "FINALIZE";
  return (await isStageComplete(tx, run)) ? "BEGIN_STAGE_B" : null;
}

function isBeingEnded(run: LockedRun): boolean {
  return run.endLeaseUntil !== null && run.endLeaseUntil.getTime() > run.now.getTime();
}

/** Whether every chunk of the run's stage is stored whole. */
export async function isStageComplete(tx: Connection, run: LockedRun): Promise<boolean> {
  const open = await tx
    .select({ no: chunks.no })
    .from(chunks)
    .where(chunkIn(run.id, run.stage, "PENDING", "RUNNING", "PARTIAL"))
    .limit(1);
  return open.length === 0;
}

/**
 * What is to be done next for a run, read from its rows: the end of its stage, or chunks to score.
 */
export async function dueWork(
  context: StoreContext,
  tx: Connection,
  run: LockedRun,
): Promise<WorkHint[]> {
  const { id: runId, stage } = run;
  const { engineVersion } = context;
  if ((await dueEnd(context, tx, run)) !== null) return [{ kind: "end", runId, notBefore: null }];
  if (run.stopState !== null || stage === "FINALIZING") return [];
  if (run.state !== "RUNNING" && run.state !== "QUEUED") return [];
  if (engineVersion !== null && engineVersion !== run.plan.engineVersion) return [];
  const waiting = await tx
    .select({ no: chunks.no, notBefore: chunks.retryAt, live: liveWorkers(run.plan.engineVersion) })
    .from(chunks)
    .where(chunkIn(runId, stage, "PENDING"))
    .orderBy(asc(chunks.no))
    .limit(MOST_HINTS);
  const wanted = Math.max(LEAST_HINTS, waiting[0]?.live ?? 0);
  return waiting
    .slice(0, wanted)
    .map(({ no, notBefore }) => ({ kind: "chunk", runId, stage, no, notBefore }));
}

/**
 * Sends the jobs that a run is due, in the transaction that made it so. One that was lifted has one
 * turn before everybody, so it gets one job.
 */
export async function sendDueWork(
  context: StoreContext,
  tx: Connection,
  run: LockedRun,
): Promise<void> {
  if (context.jobs === null) return;
  const due = await dueWork(context, tx, run);
  await sendHints(context, tx, run, run.lifted ? due.slice(0, 1) : due);
}

/**
 * Sends them after a statement that has made them due, and answers with the run. Hints may be of a
 * run that has gone on meanwhile, so nothing is locked, and whoever shares the session of an
 * embedded database is not kept waiting.
 */
export async function sendWorkOf(context: StoreContext, runId: string): Promise<LockedRun | null> {
  const run = await readRun(context.db, runId);
  if (run !== null) await sendDueWork(context, context.db, run);
  return run;
}

export async function sendHints(
  context: StoreContext,
  tx: Connection,
  run: LockedRun,
  hints: readonly WorkHint[],
): Promise<void> {
  if (context.jobs === null || hints.length === 0) return;
  const { priority, place, lifted } = run;
  const workers = run.plan.request.schedule.workers ?? null;
  await context.jobs.send(tx, hints, { priority, place, lifted, workers });
}
