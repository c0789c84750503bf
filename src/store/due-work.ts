import { asc } from "drizzle-orm";
import type { Transaction } from "./database.ts";
import type { WorkHint } from "./job-sink.ts";
import { chunkIn, type LockedRun } from "./run-row.ts";
import { chunks } from "./schema.ts";
import type { StoreContext } from "./store-context.ts";

/** Whether any chunk of the run's stage is held by a worker, alive or not yet known to be dead. */
export async function isWorkedOn(tx: Transaction, run: LockedRun): Promise<boolean> {
  const held = await tx
    .select({ no: chunks.no })
    .from(chunks)
    .where(chunkIn(run.id, run.stage, "RUNNING"))
    .limit(1);
  return held.length > 0;
}

/**
 * What is to be done next for a run, read from its rows: chunks to score; or its end, when the stage is
 * complete, or when it is to stop and nobody works on it any more.
 */
async function dueWork(tx: Transaction, run: LockedRun, limit: number): Promise<WorkHint[]> {
  const { id: runId, stage } = run;
  if (run.stopState !== null) {
    return (await isWorkedOn(tx, run)) ? [] : [{ kind: "end", runId }];
  }
  if (run.state === "PAUSED") return [];
  if (stage === "FINALIZING") return [{ kind: "end", runId }];
  const waiting = await tx
    .select({ no: chunks.no })
    .from(chunks)
    .where(chunkIn(runId, stage, "PENDING"))
    .orderBy(asc(chunks.no))
    .limit(limit);
  if (waiting.length > 0) return waiting.map(({ no }) => ({ kind: "chunk", runId, stage, no }));
  return (await isWorkedOn(tx, run)) ? [] : [{ kind: "end", runId }];
}

/** Sends every job that a run is due, in the transaction that made it so. */
export async function sendDueWork(
  context: StoreContext,
  tx: Transaction,
  run: LockedRun,
  limit = Number.MAX_SAFE_INTEGER,
): Promise<void> {
  if (context.jobs === null) return;
  await sendHints(context, tx, run, await dueWork(tx, run, limit));
}

export async function sendHints(
  context: StoreContext,
  tx: Transaction,
  run: LockedRun,
  hints: readonly WorkHint[],
): Promise<void> {
  if (context.jobs === null || hints.length === 0) return;
  await context.jobs.send(tx, hints, run.plan.request.schedule.priority);
}
