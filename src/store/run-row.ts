import { eq, getColumns, inArray, type SQL, sql } from "drizzle-orm";
import { type RunProfile, runProfile } from "../core/stages/run-profile.ts";
import type { Connection, Transaction } from "./database.ts";
import { priorityName } from "./priorities.ts";
import { etaSeconds } from "./progress.ts";
import { type ChunkState, isTerminal, type RunRecord } from "./records.ts";
import { chunks, runs } from "./schema.ts";
import type { RunStatus } from "./store.ts";

export type RunRow = typeof runs.$inferSelect;

/** A run whose row this transaction has locked, with the database's clock at that moment. */
export type LockedRun = RunRow & { readonly now: Date };

/**
 * Locks the run's row. Everything that changes a run, its chunks or its events does this first, so
 * changes of one run follow one another and event numbers have no holes.
 */
export async function lockRun(tx: Transaction, id: string): Promise<LockedRun | null> {
  const locked = tx.$with("locked").as(tx.select().from(runs).where(eq(runs.id, id)).for("update"));
  // Read from the locked row, so after any wait for the lock.
  const now = sql`clock_timestamp()`.mapWith(runs.createdAt).as("now");
  const [row] = await tx
    .with(locked)
    .select({ ...getColumns(locked), now })
    .from(locked);
  return row ?? null;
}

/** A run with the database's clock, which others may change meanwhile. */
export async function readRun(db: Connection, id: string): Promise<LockedRun | null> {
  const now = sql`clock_timestamp()`.mapWith(runs.createdAt);
  const [row] = await db
    .select({ ...getColumns(runs), now })
    .from(runs)
    .where(eq(runs.id, id));
  return row ?? null;
}

export async function runById(db: Connection, id: string): Promise<RunRecord | null> {
  const [row] = await db.select().from(runs).where(eq(runs.id, id));
  return row === undefined ? null : toRecord(row);
}

export async function runsById(db: Connection, ids: readonly string[]): Promise<RunRecord[]> {
  const rows = await db
    .select()
    .from(runs)
    .where(inArray(runs.id, [...ids]));
  return rows.map(toRecord);
}

export async function runStatus(db: Connection, id: string): Promise<RunStatus | null> {
  const { state, stopState, priority } = runs;
  const status = { state, stopState, priority };
  const [row] = await db.select(status).from(runs).where(eq(runs.id, id));
  return row ?? null;
}

/** States of a stage's chunks, as a condition that the chunk index answers. */
export function chunkIn(runId: string, stage: string, ...states: ChunkState[]): SQL {
  const list = sql.join(
    states.map((state) => sql`${state}`),
    sql`, `,
  );
  return sql`${chunks.runId} = ${runId} and ${chunks.stage} = ${stage}
    and ${chunks.state} in (${list})`;
}

function profileOf({ spent, state, startedAt, finishedAt }: RunRow): RunProfile | null {
  if (startedAt === null) return null;
  const end = isTerminal(state) ? finishedAt : null;
  return runProfile(spent, (end ?? new Date()).getTime() - startedAt.getTime());
}

export function toRecord(row: RunRow): RunRecord {
  const { request } = row.plan;
  const running = row.state === "RUNNING";
  return {
    id: row.id,
    owner: row.owner,
    state: row.state,
    stage: row.stage,
    plan: row.plan,
    planHash: row.planHash,
    datasetHash: row.datasetHash,
    engineVersion: row.plan.engineVersion,
    kernels: row.kernels,
    label: request.label ?? null,
    priority: priorityName(row.priority),
    deadline: row.deadline,
    timeUpAt: row.timeUpAt,
    queuedAt: row.queuedAt,
    workers: request.schedule.workers ?? null,
    done: row.done,
    total: row.total,
    variantsPerSecond: row.variantsPerSecond,
    etaSeconds: running ? etaSeconds(row) : null,
    best: row.best,
    lastSeq: row.lastSeq,
    digest: row.digest,
    error: row.error,
    cancelRequested: row.stopState === "CANCELLED",
    stopState: row.stopState,
    cancelReason: row.stopState === "CANCELLED" ? row.stopReason : null,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: isTerminal(row.state) ? row.finishedAt : null,
    profile: profileOf(row),
  };
}
