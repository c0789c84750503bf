import { and, eq, sql } from "drizzle-orm";
import { complaint, UserError } from "../core/user-error.ts";
import { giveBack } from "./chunk-row.ts";
import type { Transaction } from "./database.ts";
import { isWorkedOn, sendDueWork } from "./due-work.ts";
import { notifyDeleted } from "./notifications.ts";
import { priorityName } from "./priorities.ts";
import { lockQueue, type QueueLimits, refuseFullQueue, refuseQuota } from "./queue-limits.ts";
import { isTerminal, type RunError, type RunRecord, type StopState } from "./records.ts";
import { appendEvent, type RunChange } from "./run-events.ts";
import { type LockedRun, lockRun, toRecord } from "./run-row.ts";
import { timeUpAfterPause } from "./run-times.ts";
import { chunkResults, chunks, events, results, runs, shortlists } from "./schema.ts";
import type { StoreContext } from "./store-context.ts";

export interface Stop {
  readonly state: StopState;
  readonly reason: string | null;
  readonly error?: RunError;
}

/** See `stopRun`; idempotent from any state, null when there is no such run. */
export async function requestStop(
  context: StoreContext,
  runId: string,
  stop: Stop,
): Promise<RunRecord | null> {
  return context.db.transaction(async (tx) => {
    const run = await lockRun(tx, runId);
    return run === null ? null : toRecord(await stopRun(context, tx, run, stop));
  });
}

/**
 * Asks a run to end. The first request decides how. A run that has stored nothing and is not being
 * worked on ends here and now; any other ends as soon as its workers have stored what they have, by
 * whoever sees that none is left.
 */
export async function stopRun(
  context: StoreContext,
  tx: Transaction,
  run: LockedRun,
  stop: Stop,
): Promise<LockedRun> {
  if (isTerminal(run.state) || run.stopState !== null) return run;
  const change: RunChange = {
    stopState: stop.state,
    stopReason: stop.reason,
    error: stop.error ?? null,
  };
  if (run.stored === 0 && !(await isWorkedOn(tx, run))) {
    return endRun(context, tx, run, { ...change, state: stop.state });
  }
  // The progress event tells every worker at once; the job is for a run that nobody works on.
  const stopping = await appendEvent(tx, run, { kind: "PROGRESS", message: "stopping", change });
  // Taken from the queue one by one, they would keep its workers from the end.
  await context.jobs?.discard(tx, run.id);
  await sendDueWork(context, tx, stopping);
  return stopping;
}

/** The last change of a run: state, end event, nothing left queued or held. */
export async function endRun(
  context: StoreContext,
  tx: Transaction,
  run: LockedRun,
  change: RunChange & { state: "SUCCEEDED" | StopState },
): Promise<LockedRun> {
  await giveBack(tx, eq(chunks.runId, run.id));
  const ended = await appendEvent(tx, run, {
    kind: change.state,
    message: change.error?.message ?? change.stopReason ?? run.stopReason,
    change: { finishedAt: run.now, endWorker: null, endLeaseUntil: null, ...change },
  });
  await context.jobs?.discard(tx, run.id);
  return ended;
}

export async function pauseRun(context: StoreContext, runId: string): Promise<RunRecord> {
  return context.db.transaction(async (tx) => {
    const run = await lockExisting(tx, runId);
    if (run.state === "PAUSED") return toRecord(run);
    if (isTerminal(run.state) || run.stopState !== null) throw conflict(run, "paused");
    const paused = await appendEvent(tx, run, { kind: "PAUSED", change: { state: "PAUSED" } });
    await context.jobs?.discard(tx, runId);
    return toRecord(paused);
  });
}

export async function resumeRun(context: StoreContext, runId: string): Promise<RunRecord> {
  return context.db.transaction(async (tx) => {
    const run = await lockExisting(tx, runId);
    if (run.state === "QUEUED" || run.state === "RUNNING") return toRecord(run);
    if (run.state !== "PAUSED") throw conflict(run, "resumed");
    const state = run.startedAt === null ? "QUEUED" : "RUNNING";
    const timeUpAt = await timeUpAfterPause(tx, run);
    const change: RunChange = { state, progressAt: run.now, stageAt: run.now, timeUpAt };
    const resumed = await appendEvent(tx, run, { kind: "RESUMED", change });
    await sendDueWork(context, tx, resumed);
    return toRecord(resumed);
  });
}

/** Stored chunks stay stored; partial ones and the results they led to are dropped. */
export async function retryRun(
  context: StoreContext,
  runId: string,
  limits: QueueLimits = {},
): Promise<RunRecord> {
  return context.db.transaction(async (tx) => {
    await lockQueue(tx, limits);
    const run = await lockExisting(tx, runId);
    if (!isTerminal(run.state) || run.state === "SUCCEEDED") throw conflict(run, "retried");
    await refuseFullQueue(tx, priorityName(run.priority), limits);
    await refuseQuota(tx, run.owner, limits);
    await dropPartialChunks(tx, runId);
    await tx
      .update(chunks)
      .set({ attempts: 0, retryAt: null, error: null })
      .where(and(eq(chunks.runId, runId), eq(chunks.state, "PENDING")));
    await tx.delete(results).where(eq(results.runId, runId));
    const queued = await appendEvent(tx, run, {
      kind: "RETRIED",
      change: await freshStart(tx, run),
    });
    await sendDueWork(context, tx, queued);
    return toRecord(queued);
  });
}

/** Gives the room of deleted runs back. Not inside a transaction. */
export const VACUUM = sql`vacuum ${chunkResults}, ${chunks}, ${events}, ${results}, ${shortlists}`;

/** Workers that are late with a chunk of it find no run, which they take for an ended one. */
export async function deleteRun(context: StoreContext, runId: string): Promise<void> {
  await context.db.transaction(async (tx) => {
    const run = await lockExisting(tx, runId);
    if (!isTerminal(run.state)) throw conflict(run, "deleted before it has ended");
    await context.jobs?.forget(tx, runId);
    await tx.delete(runs).where(eq(runs.id, runId));
    await notifyDeleted(tx, runId);
  });
}

async function dropPartialChunks(tx: Transaction, runId: string): Promise<void> {
  await tx
    .update(chunks)
    .set({ state: "PENDING", scored: 0, worker: null, leaseUntil: null })
    .where(and(eq(chunks.runId, runId), eq(chunks.state, "PARTIAL")));
  await tx
    .delete(chunkResults)
    .where(and(eq(chunkResults.runId, runId), sql`${chunkResults.columns} is null`));
}

async function freshStart(tx: Transaction, run: LockedRun): Promise<RunChange> {
  return {
    state: "QUEUED",
    // Only whole chunks count again; a progress bar starts from there.
    done: run.stored,
    variantsPerSecond: null,
    progressAt: null,
    stageAt: null,
    best: null,
    bestStage: null,
    stopState: null,
    stopReason: null,
    endAttempts: 0,
    error: null,
    digest: null,
    spent: null,
    startedAt: null,
    finishedAt: null,
    timeUpAt: null,
    // A deadline that has passed would end it again at once.
    deadline: run.deadline !== null && run.deadline <= run.now ? null : run.deadline,
    // Behind those that wait already.
    place: await nextPlace(tx),
    queuedAt: run.now,
    lifted: false,
  };
}

async function nextPlace(tx: Transaction): Promise<number> {
  const place = sql<string>`nextval('queue_places')`;
  const [row] = await tx.select({ place: place.mapWith(Number) }).from(sql`(select 1) as one`);
  return row!.place;
}

async function lockExisting(tx: Transaction, runId: string): Promise<LockedRun> {
  const run = await lockRun(tx, runId);
  if (run !== null) return run;
  throw new UserError("NOT_FOUND", complaint("id", "there is no such run", runId));
}

function conflict(run: LockedRun, verb: string): UserError {
  const stopping = run.stopState !== null && !isTerminal(run.state);
  const message = `a run that is ${stopping ? "stopping" : run.state} cannot be ${verb}`;
  return new UserError("CONFLICT", complaint("id", message, run.id), { state: run.state });
}
