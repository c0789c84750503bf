import { and, count, eq, sql } from "drizzle-orm";
import { complaint, UserError } from "../core/user-error.ts";
import { LOCAL_OWNER } from "./access-records.ts";
import { insertChunks } from "./chunks.ts";
import type { Connection, Transaction } from "./database.ts";
import { sendDueWork } from "./due-work.ts";
import { PRIORITIES } from "./priorities.ts";
import { lockQueue, refuseFullQueue, refuseQuota } from "./queue-limits.ts";
import { RUN_STATES, type RunRecord, type RunState } from "./records.ts";
import { appendEvent } from "./run-events.ts";
import { indicatorsOf, insertFacets } from "./run-marks.ts";
import { lockRun, toRecord } from "./run-row.ts";
import { datasets, idempotencyKeys, runs } from "./schema.ts";
import type { NewRun, RunKey } from "./store.ts";
import type { StoreContext } from "./store-context.ts";

export async function createRun(
  context: StoreContext,
  run: NewRun,
): Promise<{ run: RunRecord; created: boolean }> {
  return context.db.transaction(async (tx) => {
    const id = context.newId();
    const { plan, owner = LOCAL_OWNER, limits = {} } = run;
    const { priority, deadline: last } = plan.request.schedule;
    const deadline = last === undefined ? null : new Date(last);
    await lockQueue(tx, limits);
    const former = await formerRun(tx, run);
    if (former !== null) return { run: former, created: false };
    await refuseLateDeadline(tx, deadline);
    await refuseFullQueue(tx, priority, limits);
    await refuseQuota(tx, owner, limits);
    await holdDataset(tx, plan.datasetHash);
    await tx.insert(runs).values({
      id,
      owner,
      state: "QUEUED",
      stage: "STAGE_A",
      plan,
      planHash: plan.planHash,
      datasetHash: plan.datasetHash,
      kernels: run.kernels,
      engineVersion: plan.engineVersion,
      priority: PRIORITIES[priority],
      deadline,
      total: plan.estimate.stageAVariants,
    });
    await insertFacets(tx, id, "INDICATOR", indicatorsOf(plan.sweep));
    if (run.strategyId !== undefined) await insertFacets(tx, id, "STRATEGY", [run.strategyId]);
    if (run.idempotencyKey !== null && !(await takeKey(tx, run, id))) {
      // Another transaction has used the key in between: this one is undone, and asked again.
      throw new KeyTaken();
    }
    const range = { total: plan.estimate.indexSpace, chunkVariants: plan.chunkVariants.stageA };
    await insertChunks(tx, { runId: id, stage: "STAGE_A", ...range });
    const locked = await lockRun(tx, id);
    const queued = await appendEvent(tx, locked!, { kind: "QUEUED" });
    await sendDueWork(context, tx, queued);
    return { run: toRecord(queued), created: true };
  });
}

/** Retention removes datasets that no run is about: this one is about to be. */
async function holdDataset(tx: Transaction, hash: string): Promise<void> {
  const held = tx.select({ hash: datasets.hash }).from(datasets).where(eq(datasets.hash, hash));
  await held.for("key share");
}

/** Retries the creation when a concurrent one won the idempotency key. */
export async function createRunOnce(
  context: StoreContext,
  run: NewRun,
): Promise<{ run: RunRecord; created: boolean }> {
  try {
    return await createRun(context, run);
  } catch (error) {
    if (error instanceof KeyTaken) return createRun(context, run);
    throw error;
  }
}

class KeyTaken extends Error {}

/** The run that has this idempotency key; a different request under the same key is a conflict. */
export async function formerRun(db: Connection, run: RunKey): Promise<RunRecord | null> {
  if (run.idempotencyKey === null) return null;
  const [row] = await db
    .select({ requestHash: idempotencyKeys.requestHash, run: runs })
    .from(idempotencyKeys)
    .innerJoin(runs, eq(runs.id, idempotencyKeys.runId))
    .where(
      and(
        eq(idempotencyKeys.owner, run.owner ?? LOCAL_OWNER),
        eq(idempotencyKeys.key, run.idempotencyKey),
      ),
    );
  if (row === undefined) return null;
  if (row.requestHash === run.requestHash) return toRecord(row.run);
  const message = `was used for another request (run ${row.run.id})`;
  throw new UserError(
    "IDEMPOTENCY_CONFLICT",
    complaint("idempotencyKey", message, run.idempotencyKey, "a new key, or the same request"),
    { runId: row.run.id },
  );
}

/** Waits for a concurrent transaction that holds the key; false when that one has taken it. */
async function takeKey(tx: Transaction, run: NewRun, runId: string): Promise<boolean> {
  const taken = await tx
    .insert(idempotencyKeys)
    .values({
      owner: run.owner ?? LOCAL_OWNER,
      key: run.idempotencyKey!,
      requestHash: run.requestHash,
      runId,
    })
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key });
  return taken.length === 1;
}

/** Asked of a run that is new: a repeat of one that was accepted may be late. */
async function refuseLateDeadline(tx: Transaction, deadline: Date | null): Promise<void> {
  if (deadline === null) return;
  const now = sql`clock_timestamp()`.mapWith(runs.createdAt);
  const [clock] = await tx.select({ now }).from(sql`(select 1) as one`);
  if (deadline > clock!.now) return;
  const bound = `later than ${clock!.now.toISOString()}`;
  const fault = complaint("schedule.deadline", "has passed", deadline.toISOString(), bound);
  throw new UserError("VALIDATION", fault);
}

export async function countRuns(db: Connection): Promise<Record<RunState, number>> {
  const rows = await db.select({ state: runs.state, n: count() }).from(runs).groupBy(runs.state);
  const counts = Object.fromEntries(RUN_STATES.map((state) => [state, 0]));
  for (const row of rows) counts[row.state] = row.n;
  return counts as Record<RunState, number>;
}
