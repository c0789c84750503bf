import { sql } from "drizzle-orm";
import { accessStore } from "./access-store.ts";
import { countOpenChunks } from "./chunk-list.ts";
import { chunkStore } from "./chunk-store.ts";
import { type Database, type DatabaseLocation, openDatabase } from "./database.ts";
import * as datasets from "./datasets.ts";
import { importStore } from "./imports.ts";
import type { JobSink } from "./job-sink.ts";
import { libraryStore } from "./library-store.ts";
import { columnStore } from "./metric-columns.ts";
import { missingMigrations } from "./migrate.ts";
import { openNotifications } from "./notifications.ts";
import { queueClasses, queuePositions } from "./queue-view.ts";
import { recover, stopOverdueRun, takeBackAll } from "./recovery.ts";
import { resultsOf } from "./results.ts";
import { removeOld } from "./retention.ts";
import * as control from "./run-control.ts";
import { eventsAfter } from "./run-events.ts";
import { listRuns } from "./run-list.ts";
import { setRunPriority } from "./run-priority.ts";
import { runById, runStatus, runsById } from "./run-row.ts";
import * as runs from "./runs.ts";
import * as stageEnds from "./stage-ends.ts";
import type { Store } from "./store.ts";
import { STORE_DEFAULTS, type StoreContext, type StoreSettings } from "./store-context.ts";
import { workerStore } from "./workers.ts";

/** A store that this process has opened, with what the queue needs to join its transactions. */
export interface OpenStore extends Store {
  readonly database: Database;
  /** From here on jobs are sent in the transactions that make work due. */
  attachJobs(jobs: JobSink): void;
  /** Throws when the database does not answer. */
  ping(): Promise<void>;
}

/**
 * Opens the database and brings its schema up to date: PostgreSQL by `url`, otherwise the embedded
 * one in `dataDir`, or in memory without a directory.
 */
export async function openStore(
  location: DatabaseLocation = {},
  settings: Partial<StoreSettings> = {},
): Promise<OpenStore> {
  const database = await openDatabase(location, settings);
  const context: StoreContext = { ...STORE_DEFAULTS, ...settings, db: database.db, jobs: null };
  if (database.backend === "pglite") await takeBackAll(context);
  const notifications = await openNotifications(database);
  const { db } = database;
  return {
    backend: database.backend,
    engineVersion: context.engineVersion,
    database,
    access: accessStore(context, notifications),
    attachJobs: (jobs) => {
      context.jobs = jobs;
    },
    ...libraryStore(context),
    ping: async () => {
      await db.execute(sql`select 1`);
    },

    saveDataset: (record, blocks) => datasets.saveDataset(db, record, blocks),
    datasetByHash: (hash) => datasets.datasetByHash(db, hash),
    datasetsByHash: (hashes) => datasets.datasetsByHash(db, hashes),
    findDataset: (hashOrName) => datasets.findDataset(db, hashOrName),
    listDatasets: (page) => datasets.listDatasets(db, page),
    datasetBlocks: (hash) => datasets.blocksOf(db, hash),

    ...importStore(db),
    ...workerStore(context),

    formerRun: (key) => runs.formerRun(db, key),
    createRun: (run) => runs.createRunOnce(context, run),
    run: (id) => runById(db, id),
    runsById: (ids) => runsById(db, ids),
    runStatus: (id) => runStatus(db, id),
    listRuns: (page, filter, orderBy) => listRuns(db, page, filter, orderBy),
    results: (runId, page, orderBy) => resultsOf(db, runId, page, orderBy),
    countRuns: () => runs.countRuns(db),
    countOpenChunks: () => countOpenChunks(db),
    missingMigrations: () => missingMigrations(db),

    ...controlOf(context, database),

    ...chunkStore(context, database),
    ...columnStore(database),

    ...stageEndsOf(context),
    recover: (runIds) => recover(context, runIds),
    removeOld: async (retention) => {
      const removed = await removeOld(context, retention);
      const any = removed.runs + removed.events > 0;
      if (any && database.backend === "pglite") await db.execute(control.VACUUM);
      return removed;
    },

    events: (runId, afterSeq, limit) => eventsAfter(db, runId, afterSeq, limit),
    onRunChanged: notifications.onRunChanged,
    onRunStopping: notifications.onRunStopping,
    onImportChanged: notifications.onImportChanged,
    onJobs: notifications.onJobs,
    close: () => database.close(),
  };
}

type StageEnds = "beginStageB" | "shortlist" | "finishRun" | "claimEnd" | "failEnd" | "releaseEnd";

function stageEndsOf(context: StoreContext): Pick<Store, StageEnds> {
  return {
    beginStageB: (runId, shortlist, plan) => stageEnds.beginStageB(context, runId, shortlist, plan),
    shortlist: (runId) => stageEnds.shortlistOf(context.db, runId),
    finishRun: (runId, end) => stageEnds.finishRun(context, runId, end),
    claimEnd: (claim) => stageEnds.claimEnd(context, claim),
    failEnd: (runId, worker, fault) => stageEnds.failEnd(context, runId, worker, fault),
    releaseEnd: (runId, worker) => stageEnds.releaseEnd(context, runId, worker),
  };
}

type Control =
  | "requestCancel"
  | "requestStop"
  | "pauseRun"
  | "resumeRun"
  | "retryRun"
  | "setRunPriority"
  | "stopOverdue"
  | "queueClasses"
  | "queuePositions"
  | "deleteRun";

function controlOf(context: StoreContext, database: Database): Pick<Store, Control> {
  return {
    requestCancel: (runId, reason) =>
      control.requestStop(context, runId, { state: "CANCELLED", reason }),
    requestStop: (runId, stop) => control.requestStop(context, runId, stop),
    pauseRun: (runId) => control.pauseRun(context, runId),
    resumeRun: (runId) => control.resumeRun(context, runId),
    retryRun: (runId, limits) => control.retryRun(context, runId, limits),
    setRunPriority: (runId, priority, limits) => setRunPriority(context, runId, priority, limits),
    stopOverdue: (runId) => stopOverdueRun(context, runId),
    queueClasses: () => queueClasses(context.db),
    queuePositions: (ids) => queuePositions(context.db, ids),
    deleteRun: async (runId) => {
      await control.deleteRun(context, runId);
      // PostgreSQL sees to it by itself; the embedded database has no background process.
      if (database.backend === "pglite") await database.db.execute(control.VACUUM);
    },
  };
}
