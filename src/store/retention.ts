import { and, asc, eq, inArray, notExists, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { Transaction } from "./database.ts";
import { notifyDeleted } from "./notifications.ts";
import { TERMINAL_STATES } from "./records.ts";
import { auditLog, datasets, events, runs } from "./schema.ts";
import type { StoreContext } from "./store-context.ts";

/** Days after which things go; null keeps them for ever. */
export interface Retention {
  /** Runs, since they ended, with everything stored of them. */
  readonly runDays: number | null;
  /** Progress events of runs, since these ended; what else happened to them stays. */
  readonly eventDays: number | null;
  /** Datasets that no run is about, since they were imported. */
  readonly datasetDays: number | null;
  /** Rows of the audit log, since what they tell was done. */
  readonly auditDays: number | null;
}

/** How many things of each kind are gone. */
export interface Removed {
  readonly runs: number;
  readonly events: number;
  readonly datasets: number;
  readonly audited: number;
}

/** Things of one transaction: nobody has to wait long for a row. */
const RUNS_AT_ONCE = 20;
const EVENTS_AT_ONCE = 5_000;
const DATASETS_AT_ONCE = 5;
const AUDITED_AT_ONCE = 5_000;

/**
 * Removes what is older than it may be. One process at a time does it; another that comes meanwhile
 * finds it being done and has nothing to do, and so does one that comes again.
 */
export async function removeOld(context: StoreContext, retention: Retention): Promise<Removed> {
  const { runDays, eventDays, datasetDays, auditDays } = retention;
  const all = (days: number | null, one: (tx: Transaction, days: number) => Promise<number>) =>
    days === null ? 0 : repeatedly(context, (tx) => one(tx, days));
  return {
    runs: await all(runDays, (tx, days) => removeRuns(context, tx, days)),
    events: await all(eventDays, removeEvents),
    datasets: await all(datasetDays, removeDatasets),
    audited: await all(auditDays, removeAudited),
  };
}

/** One transaction after the other, each for itself, until one finds nothing. */
async function repeatedly(
  { db }: StoreContext,
  remove: (tx: Transaction) => Promise<number>,
): Promise<number> {
  let removed = 0;
  for (;;) {
    const n = await db.transaction(async (tx) => ((await isAlone(tx)) ? remove(tx) : 0));
    if (n === 0) return removed;
    removed += n;
  }
}

/** Held to the end of the transaction. */
async function isAlone(tx: Transaction): Promise<boolean> {
  const lock = sql`select pg_try_advisory_xact_lock(hashtext('sweepline: retention')) as taken`;
  const { rows } = (await tx.execute(lock)) as unknown as { rows: { taken: boolean }[] };
  return rows[0].taken;
}

function olderThan(column: PgColumn, days: number): SQL {
  return sql`${column} < clock_timestamp() - ${days}::double precision * interval '1 day'`;
}

function hasEnded(days: number): SQL {
  return and(inArray(runs.state, [...TERMINAL_STATES]), olderThan(runs.finishedAt, days))!;
}

async function removeRuns(context: StoreContext, tx: Transaction, days: number): Promise<number> {
  const old = await tx
    .select({ id: runs.id })
    .from(runs)
    .where(hasEnded(days))
    .orderBy(asc(runs.no))
    .limit(RUNS_AT_ONCE)
    .for("update", { skipLocked: true });
  for (const { id } of old) {
    await context.jobs?.forget(tx, id);
    await tx.delete(runs).where(eq(runs.id, id));
    await notifyDeleted(tx, id);
  }
  return old.length;
}

async function removeEvents(tx: Transaction, days: number): Promise<number> {
  const old = tx
    .select({ place: sql`${events}.ctid` })
    .from(events)
    .innerJoin(runs, eq(runs.id, events.runId))
    .where(and(eq(events.kind, "PROGRESS"), hasEnded(days)))
    .limit(EVENTS_AT_ONCE);
  const gone = await tx
    .delete(events)
    .where(sql`${events}.ctid in ${old}`)
    .returning({ seq: events.seq });
  return gone.length;
}

/** A run that begins meanwhile holds its dataset's row, and is seen once that is let go. */
async function removeDatasets(tx: Transaction, days: number): Promise<number> {
  const unused = notExists(
    tx.select({ id: runs.id }).from(runs).where(eq(runs.datasetHash, datasets.hash)),
  );
  const old = await tx
    .select({ hash: datasets.hash })
    .from(datasets)
    .where(and(olderThan(datasets.createdAt, days), unused))
    .limit(DATASETS_AT_ONCE)
    .for("update", { skipLocked: true });
  if (old.length === 0) return 0;
  const hashes = old.map(({ hash }) => hash);
  const gone = await tx
    .delete(datasets)
    .where(and(inArray(datasets.hash, hashes), unused))
    .returning({ hash: datasets.hash });
  return gone.length;
}

async function removeAudited(tx: Transaction, days: number): Promise<number> {
  const old = tx
    .select({ no: auditLog.no })
    .from(auditLog)
    .where(olderThan(auditLog.at, days))
    .limit(AUDITED_AT_ONCE);
  const gone = await tx
    .delete(auditLog)
    .where(inArray(auditLog.no, old))
    .returning({ no: auditLog.no });
  return gone.length;
}
