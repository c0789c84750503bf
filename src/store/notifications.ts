import { desc, sql } from "drizzle-orm";
import type { Connection, Database, Transaction } from "./database.ts";
import { runs } from "./schema.ts";

/** Payload: the run's id. A trigger on the events notifies, so whatever appends an event does. */
const RUN_CHANNEL = "sweepline_run";
/** Payload: the id of a run that is to stop or has ended; a trigger on the runs notifies. */
const STOP_CHANNEL = "sweepline_stop";
/** Payload: the import's id. */
const IMPORT_CHANNEL = "sweepline_import";
/** No payload: there may be jobs. */
const JOB_CHANNEL = "sweepline_job";

/** No payload: a token was made or revoked. */
const ACCESS_CHANNEL = "sweepline_access";

/** Runs that a listener hears of again after a lost connection. */
const RECENT_RUNS = 100;

export interface Notifications {
  onRunChanged(listener: (runId: string) => void): () => void;
  onRunStopping(listener: (runId: string) => void): () => void;
  onImportChanged(listener: (importId: string) => void): () => void;
  onJobs(listener: () => void): () => void;
  onAccessChanged(listener: () => void): () => void;
}

/** Wakes whoever waits for jobs when the transaction commits. */
export async function notifyJobs(tx: Connection): Promise<void> {
  await tx.execute(sql`select pg_notify(${JOB_CHANNEL}, '')`);
}

/** Tells every process that tokens are not what they were. */
export async function notifyAccess(tx: Transaction): Promise<void> {
  await tx.execute(sql`select pg_notify(${ACCESS_CHANNEL}, '')`);
}

/** Tells whoever works on a run to look at it again: how urgent it is, and whether it goes on. */
export async function notifyWorkers(tx: Transaction, runId: string): Promise<void> {
  await tx.execute(sql`select pg_notify(${STOP_CHANNEL}, ${runId})`);
}

/** Tells of a run that goes: an event could not, for events go with their run. */
export async function notifyDeleted(tx: Transaction, runId: string): Promise<void> {
  await tx.execute(sql`select pg_notify(${RUN_CHANNEL}, ${runId})`);
}

/** Tells of a change of an import when the transaction commits. */
export async function notifyImport(tx: Transaction, importId: string): Promise<void> {
  await tx.execute(sql`select pg_notify(${IMPORT_CHANNEL}, ${importId})`);
}

/** Fans the database's notifications out to the listeners of this process. */
export async function openNotifications(database: Database): Promise<Notifications> {
  const runListeners = new Set<(runId: string) => void>();
  const stopListeners = new Set<(runId: string) => void>();
  const importListeners = new Set<(importId: string) => void>();
  const jobListeners = new Set<() => void>();
  const accessListeners = new Set<() => void>();
  const runChanged = (runId: string) => {
    for (const listener of runListeners) listener(runId);
  };
  const jobs = () => {
    for (const listener of jobListeners) listener();
  };
  const access = () => {
    for (const listener of accessListeners) listener();
  };
  // What was missed while the connection was down is not known, so the latest runs are all
  // announced.
  const announceRecent = async () => {
    const { db } = database;
    const recent = db.select({ id: runs.id }).from(runs).orderBy(desc(runs.no)).limit(RECENT_RUNS);
    for (const { id } of await recent.catch(() => [])) runChanged(id);
  };
  await database.listen(RUN_CHANNEL, runChanged, announceRecent);
  // A heartbeat tells of what was missed.
  const runStopping = (runId: string) => {
    for (const listener of stopListeners) listener(runId);
  };
  await database.listen(STOP_CHANNEL, runStopping, () => {});
  // Whoever follows an import looks by itself as well, so nothing has to be announced again.
  const importChanged = (importId: string) => {
    for (const listener of importListeners) listener(importId);
  };
  await database.listen(IMPORT_CHANNEL, importChanged, () => {});
  await database.listen(JOB_CHANNEL, jobs, jobs);
  await database.listen(ACCESS_CHANNEL, access, access);
  return {
    onRunChanged: (listener) => subscribe(runListeners, listener),
    onRunStopping: (listener) => subscribe(stopListeners, listener),
    onImportChanged: (listener) => subscribe(importListeners, listener),
    onJobs: (listener) => subscribe(jobListeners, listener),
    onAccessChanged: (listener) => subscribe(accessListeners, listener),
  };
}

function subscribe<L>(listeners: Set<L>, listener: L): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
