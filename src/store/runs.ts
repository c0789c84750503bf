import { and, count, eq, sql } from "drizzle-orm";
import { complaint, UserError } from "../core/user-error.ts";
import { LOCAL_OWNER } from "./access-records.ts";
import { answerOf, asJson } from "./answer.ts";
import type { Connection, Transaction } from "./database.ts";
import { sendWorkOf } from "./due-work.ts";
import { PRIORITIES } from "./priorities.ts";
import { lockQueue, refuseFullQueue, refuseQuota } from "./queue-limits.ts";
import { RUN_STATES, type RunRecord, type RunState } from "./records.ts";
import { indicatorsOf } from "./run-marks.ts";
import { toRecord } from "./run-row.ts";
import { idempotencyKeys, runs } from "./schema.ts";
import type { NewRun, RunKey } from "./store.ts";
import type { StoreContext } from "./store-context.ts";

export async function createRun(
  context: StoreContext,
  run: NewRun,
): Promise<{ run: RunRecord; created: boolean }> {
  const { plan, owner = LOCAL_OWNER, limits = {} } = run;
  const { priority, deadline: last } = plan.request.schedule;
  const deadline = last === undefined ? null : new Date(last);
  const id = context.newId();
  const former = await context.db.transaction(async (tx) => {
    await lockQueue(tx, limits);
    const found = await formerRun(tx, run);
    if (found !== null) return found;
    await refuseLateDeadline(tx, deadline);
    await refuseFullQueue(tx, priority, limits);
    await refuseQuota(tx, owner, limits);
    await addRun(tx, run, { id, owner, deadline, priority: PRIORITIES[priority] });
    return null;
  });
  if (former !== null) return { run: former, created: false };
  return { run: toRecord((await sendWorkOf(context, id))!), created: true };
}

/** Throws `KeyTaken` where another transaction has used the idempotency key in between. */
async function addRun(
  tx: Transaction,
  run: NewRun,
  its: { id: string; owner: string; deadline: Date | null; priority: number },
): Promise<void> {
  const { plan, kernels, strategyId, idempotencyKey, requestHash } = run;
  const { planHash, datasetHash, engineVersion } = plan;
  const total = plan.estimate.stageAVariants;
  const row = { ...its, plan, planHash, datasetHash, engineVersion, kernels, total };
  const facets = indicatorsOf(plan.sweep).map((value) => ({ kind: "INDICATOR", value }));
  if (strategyId !== undefined) facets.push({ kind: "STRATEGY", value: strategyId });
  const key = idempotencyKey === null ? null : { key: idempotencyKey, requestHash };
  const size = Math.max(1, Math.floor(plan.chunkVariants.stageA));
  const added = await answerOf<boolean>(
    tx,
    sql`add_run(${asJson(row)}, ${asJson(facets)}, ${asJson(key)},
      ${plan.estimate.indexSpace}::bigint, ${size}::bigint)`,
  );
  // This transaction is undone, and asked again.
  if (!added) throw new KeyTaken();
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
