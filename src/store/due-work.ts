import { asc } from "drizzle-orm";
import type { Transaction } from "./database.ts";
import type { WorkHint } from "./job-sink.ts";
import { isTerminal } from "./records.ts";
import { chunkIn, type LockedRun } from "./run-row.ts";
import { chunks } from "./schema.ts";
import type { ClaimedEnd } from "./store.ts";
import type { StoreContext } from "./store-context.ts";

/**
 * A hint brings one lane of a process to a run, and it stays for further chunks: so many lanes can
 * come at once. Recovery sends more where there are more.
 */
const HINTS_A_RUN = 64;

/** Whether any chunk of the run's stage is held by a worker, alive or not yet known to be dead. */
export async function isWorkedOn(tx: Transaction, run: LockedRun): Promise<boolean> {
  const held = await tx
    .select({ no: chunks.no })
    .from(chunks)
    .where(chunkIn(run.id, run.stage, "RUNNING"))
    .limit(1);
  return held.length > 0;
}

/** The end that is due: of the stage when all of it is stored, of the run when it was stopped. */
export async function dueEnd(tx: Transaction, run: LockedRun): Promise<ClaimedEnd["work"] | null> {
  if (isTerminal(run.state) || isBeingEnded(run)) return null;
  if (run.stopState !== null) return (await isWorkedOn(tx, run)) ? null : "STOP";
  if (run.state !== "RUNNING" && run.state !== "QUEUED") return null;
  if (run.stage === "FINALIZING") return "FINALIZE";
  return (await isStageComplete(tx, run)) ? "BEGIN_STAGE_B" : null;
}

function isBeingEnded(run: LockedRun): boolean {
  return run.endLeaseUntil !== null && run.endLeaseUntil.getTime() > run.now.getTime();
}

/** Whether every chunk of the run's stage is stored whole. */
export async function isStageComplete(tx: Transaction, run: LockedRun): Promise<boolean> {
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
async function dueWork(tx: Transaction, run: LockedRun): Promise<WorkHint[]> {
  const { id: runId, stage } = run;
  if ((await dueEnd(tx, run)) !== null) return [{ kind: "end", runId, notBefore: null }];
  if (run.stopState !== null || stage === "FINALIZING") return [];
  if (run.state !== "RUNNING" && run.state !== "QUEUED") return [];
  const waiting = await tx
    .select({ no: chunks.no, notBefore: chunks.retryAt })
    .from(chunks)
    .where(chunkIn(runId, stage, "PENDING"))
    .orderBy(asc(chunks.no))
    .limit(HINTS_A_RUN);
  return waiting.map((chunk) => ({ kind: "chunk", runId, stage, ...chunk }));
}

/** Sends the jobs that a run is due, in the transaction that made it so. */
export async function sendDueWork(
  context: StoreContext,
  tx: Transaction,
  run: LockedRun,
): Promise<void> {
  if (context.jobs === null) return;
  await sendHints(context, tx, run, await dueWork(tx, run));
}

export async function sendHints(
  context: StoreContext,
  tx: Transaction,
  run: LockedRun,
  hints: readonly WorkHint[],
): Promise<void> {
  if (context.jobs === null || hints.length === 0) return;
  await context.jobs.send(tx, hints, run.priority);
}
