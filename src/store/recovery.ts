import { and, asc, eq, gte, inArray, sql } from "drizzle-orm";
import type { Transaction } from "./database.ts";
import { sendDueWork } from "./due-work.ts";
import { stopRun } from "./run-control.ts";
import { chunkIn, type LockedRun, lockRun } from "./run-row.ts";
import { chunks, runs } from "./schema.ts";
import type { StoreContext } from "./store-context.ts";

/**
 * Jobs that recovery sends again for one run at a time: enough to keep every process busy until
 * then.
 */
const RESENT_CHUNKS = 64;

/**
 * For every run that goes on: chunks whose worker has not been heard of go back to PENDING (a chunk
 * that took `maxAttempts` workers with it stops the run as FAILED), and jobs that were lost,
 * because a process died between fetching and claiming or a queue was emptied, are sent again.
 */
export async function recover(context: StoreContext, maxAttempts: number): Promise<void> {
  const active = await context.db
    .select({ id: runs.id })
    .from(runs)
    .where(inArray(runs.state, ["QUEUED", "RUNNING", "PAUSED"]))
    .orderBy(asc(runs.no));
  for (const { id } of active) {
    await context.db.transaction(async (tx) => {
      const run = await lockRun(tx, id);
      if (run === null) return;
      await takeBackExpired(tx, id);
      await stopHopeless(context, tx, run, maxAttempts);
      const now = await lockRun(tx, id);
      if (now !== null) await sendDueWork(context, tx, now, RESENT_CHUNKS);
    });
  }
}

const FREE = { state: "PENDING", worker: null, leaseUntil: null, scored: 0 } as const;

async function takeBackExpired(tx: Transaction, runId: string): Promise<void> {
  const expired = sql`${chunks.leaseUntil} < clock_timestamp()`;
  await tx
    .update(chunks)
    .set(FREE)
    .where(and(eq(chunks.runId, runId), eq(chunks.state, "RUNNING"), expired));
}

async function stopHopeless(
  context: StoreContext,
  tx: Transaction,
  run: LockedRun,
  maxAttempts: number,
): Promise<void> {
  const [hopeless] = await tx
    .select({ no: chunks.no })
    .from(chunks)
    .where(and(chunkIn(run.id, run.stage, "PENDING"), gte(chunks.attempts, maxAttempts)))
    .limit(1);
  if (hopeless === undefined) return;
  const message = `chunk ${hopeless.no} of ${run.stage} was lost by ${maxAttempts} workers`;
  const error = { code: "WORKER_LOST", message };
  await stopRun(context, tx, run, { state: "FAILED", reason: message, error });
}

/** An embedded database has one process: what is RUNNING when it opens was left by a dead one. */
export async function takeBackAll(context: StoreContext): Promise<void> {
  await context.db.update(chunks).set(FREE).where(eq(chunks.state, "RUNNING"));
  await context.db.update(runs).set({ endWorker: null, endLeaseUntil: null });
}
