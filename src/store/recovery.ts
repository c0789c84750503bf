import { and, asc, eq, gt, inArray, sql } from "drizzle-orm";
import { giveBack, retryTime } from "./chunk-row.ts";
import type { Transaction } from "./database.ts";
import { sendDueWork } from "./due-work.ts";
import { isTerminal } from "./records.ts";
import { stopRun } from "./run-control.ts";
import { chunkIn, type LockedRun, lockRun } from "./run-row.ts";
import { overdue } from "./run-times.ts";
import { chunks, imports, runs, workers } from "./schema.ts";
import type { StoreContext } from "./store-context.ts";

/**
 * For every run that goes on, or these: chunks whose worker has not been heard of go back to
 * PENDING for another attempt (one whose attempts are used up stops the run as FAILED), one whose
 * deadline or time limit has passed is stopped, and jobs that were lost, because a process died
 * between fetching and claiming or a queue was emptied, are sent again.
 */
export async function recover(context: StoreContext, runIds?: readonly string[]): Promise<void> {
  if (runIds?.length === 0) return;
  const goesOn = inArray(runs.state, ["QUEUED", "RUNNING", "PAUSED"]);
  const active = await context.db
    .select({ id: runs.id })
    .from(runs)
    .where(runIds === undefined ? goesOn : and(goesOn, inArray(runs.id, [...runIds])))
    .orderBy(asc(runs.no));
  for (const { id } of active) {
    await context.db.transaction(async (tx) => {
      const run = await lockRun(tx, id);
      if (run === null) return;
      await takeBackExpired(context, tx, id);
      const going = await stopHopeless(context, tx, await stopOverdue(context, tx, run));
      await sendDueWork(context, tx, going);
    });
  }
}

const UNKNOWN_LOSS = { code: "WORKER_LOST", message: "its worker was lost" };

/** Of a chunk whose worker has vanished. */
const LOST = sql`json_build_object('code', 'WORKER_LOST', 'message',
  'worker ' || ${chunks.worker} || ' was lost while it worked on it')`;

async function takeBackExpired(
  context: StoreContext,
  tx: Transaction,
  runId: string,
): Promise<void> {
  const expired = sql`${chunks.leaseUntil} < clock_timestamp()`;
  const lost = { error: LOST, retryAt: retryTime(context) };
  await giveBack(tx, and(eq(chunks.runId, runId), expired), lost);
}

export async function stopOverdueRun(context: StoreContext, runId: string): Promise<void> {
  await context.db.transaction(async (tx) => {
    const run = await lockRun(tx, runId);
    if (run !== null) await stopOverdue(context, tx, run);
  });
}

/** The run as it is then. */
export async function stopOverdue(
  context: StoreContext,
  tx: Transaction,
  run: LockedRun,
): Promise<LockedRun> {
  if (isTerminal(run.state) || run.stopState !== null) return run;
  const error = overdue(run);
  if (error === null) return run;
  return stopRun(context, tx, run, { state: "TIMED_OUT", reason: error.message, error });
}

/** Stops a run that has a chunk without attempts left. */
async function stopHopeless(
  context: StoreContext,
  tx: Transaction,
  run: LockedRun,
): Promise<LockedRun> {
  const used = gt(chunks.attempts, context.retries.faults);
  const [hopeless] = await tx
    .select({ no: chunks.no, attempts: chunks.attempts, error: chunks.error })
    .from(chunks)
    .where(and(chunkIn(run.id, run.stage, "PENDING"), used))
    .limit(1);
  if (hopeless === undefined) return run;
  const { code, message } = hopeless.error ?? UNKNOWN_LOSS;
  const text = `chunk ${hopeless.no} of ${run.stage}, attempt ${hopeless.attempts}: ${message}`;
  const stop = { state: "FAILED", reason: text, error: { code, message: text } } as const;
  return stopRun(context, tx, run, stop);
}

/** An embedded database has one process: what is RUNNING when it opens was left by a dead one. */
export async function takeBackAll(context: StoreContext): Promise<void> {
  await giveBack(context.db, undefined, { error: LOST, retryAt: retryTime(context) });
  await context.db.update(runs).set({ endWorker: null, endLeaseUntil: null });
  await context.db.delete(workers);
  await context.db.update(imports).set({ worker: null, leaseUntil: null });
}
