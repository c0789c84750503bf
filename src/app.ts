import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn, setTimeout } from "node:timers/promises";
import { destination, type Logger, pino } from "pino";
import type { ServiceConfig } from "./config.ts";
import { variantReport } from "./core/report/variant-report.ts";
import { warmUp } from "./core/surfaces/warm-up.ts";
import { loadDefaultAxes } from "./default-axes.ts";
import { ENGINE_VERSION } from "./engine-version.ts";
import { RunExports } from "./exports/run-exports.ts";
import { openWorkQueue, type WorkQueue } from "./jobs/work-queue.ts";
import { loggedError } from "./monitoring/logged-error.ts";
import { Meters } from "./monitoring/meters.ts";
import { RunLog } from "./monitoring/run-log.ts";
import { createPool, type WorkerPool } from "./pool/pool.ts";
import type { ComputePool } from "./pool/task.ts";
import { SYSTEM_CLOCK } from "./runner/clock.ts";
import { DatasetLibrary } from "./runner/dataset-library.ts";
import { HeldLeases } from "./runner/held-leases.ts";
import type { ImportWish } from "./runner/imports/import-request.ts";
import { ImportService } from "./runner/imports/import-service.ts";
import { RetentionKeeper } from "./runner/retention-keeper.ts";
import { RunService, type RunServiceOptions } from "./runner/run-service.ts";
import { RunSurfaces } from "./runner/run-surfaces.ts";
import { aboutProcess, Runner, type RunnerOptions, workerName } from "./runner/runner.ts";
import { VariantReports } from "./runner/variant-reports.ts";
import { type HealthServer, openHealth, openServer, type RunningServer } from "./server/later.ts";
import { guardsOf, openServiceAdmission, watchDurations } from "./service-admission.ts";
import type { ImportRecord } from "./store/import-records.ts";
import { type OpenStore, openStore } from "./store/open.ts";
import type { QueueLimits } from "./store/queue-limits.ts";
import { DEFAULT_RETRIES } from "./store/retries.ts";
import type { Store } from "./store/store.ts";
import type { StoreSettings } from "./store/store-context.ts";

export { issueToken } from "./access/issue-token.ts";
export type { StrategyCheck } from "./core/canary/check-strategy.ts";
export type { RunProfile } from "./core/stages/run-profile.ts";
export type { RunPlan } from "./plan/run-plan.ts";
export type { ImportResult } from "./runner/dataset-import.ts";
export type { ImportWish } from "./runner/imports/import-request.ts";
export type { RunReport } from "./runner/variant-reports.ts";
export { type AuditRecord, SCOPES, type TokenRecord } from "./store/access-records.ts";
export type { ImportRecord, RejectedRows } from "./store/import-records.ts";
export type { ResultRow, RunEvent, RunRecord } from "./store/records.ts";
export type { Store } from "./store/store.ts";

/** The whole service in one process. Close it, or dispose it: nothing else ends its threads. */
export interface App extends AsyncDisposable {
  readonly config: ServiceConfig;
  readonly log: Logger;
  readonly store: Store;
  readonly datasets: DatasetLibrary;
  readonly imports: ImportService;
  readonly pool: ComputePool;
  readonly runs: RunService;
  readonly meters: Meters;
  /** Serves GraphQL, at the configured port unless another is named. Once only. */
  serve(at?: { readonly port: number }): Promise<RunningServer>;
  /** Health and meters alone, for a process that serves nothing else. Once only. */
  serveHealth(port: number): Promise<HealthServer>;
  /** Drains in order: server, runner, threads, database. A repeat waits for the same end. */
  close(): Promise<void>;
}

export interface AppOptions {
  /**
   * False: requests are planned and answered, but queued runs are left to other processes, which
   * are told of them at once.
   */
  readonly work?: boolean;
  /** Whose runs it works on; a process of another version shares the database with this one. */
  readonly engineVersion?: string;
}

const PACKAGE_VERSION: string = JSON.parse(
  readFileSync(join(import.meta.dirname, "../package.json"), "utf8"),
).version;

/** Opens everything the service needs; what was opened is closed again when a later part fails. */
export async function createApp(config: ServiceConfig, options: AppOptions = {}): Promise<App> {
  const defaultAxes = loadDefaultAxes();
  const log = createLog(config);
  await using opening = new AsyncDisposableStack();
  const { engineVersion = ENGINE_VERSION, work = true } = options;
  const watch = watchDurations();
  const store = await openServiceStore(config, {
    ...{ engineVersion, watchWait: () => watch.databaseWaits.begin() },
    onLogFault: (err) => log.warn({ err }, "the database's log was not shortened"),
  });
  opening.defer(() => store.close());
  const pool = await openPool(config, log);
  opening.defer(() => pool.close());
  const admission = openServiceAdmission(config, { ...watch, store, pool, log });
  opening.defer(() => admission.close());
  const datasets = createLibrary(config, store);
  const parts = { store, pool, datasets, worker: workerName(), leases: new HeldLeases() };
  const meters = new Meters({
    ...{ store, pool, admission },
    caches: () => [...datasets.stats(), ...pool.caches()],
  });
  const watchers = watchersOf(log, meters);
  const gate = admission.control;
  const runs = createRuns(config, pool, { ...parts, ...watchers, gate, engineVersion });
  const imports = createImports(config, parts, log);
  opening.defer(() => imports.close());
  if (work) await imports.watch();
  const surfaces = new RunSurfaces(store, config.caches.columnBytes);
  const exports = new RunExports({
    store,
    engineVersion,
    report: (runId, place, options) => runs.report(runId, place, options),
  });
  const onQueueFault = (error: Error) => watchers.onFault({ runId: null, what: "queue", error });
  const queue = await openWorkQueue(store, onQueueFault);
  opening.defer(() => queue.close());
  if (work) opening.use(keepRetention(config, store, log));
  const working = work ? opening.use(await startWork({ ...parts, queue }, config, watchers)) : null;
  log.info({ backend: store.backend, workers: pool.size, worker: parts.worker }, "ready");
  const opened = opening.move();
  let closing: Promise<void> | undefined;
  let server: RunningServer | null = null;
  let health: HealthServer | null = null;
  const metrics = () => meters.scrape();
  const drain = async () => {
    health?.drain();
    // At the same time: together they have `drainSeconds`, not each.
    const worked = Promise.resolve(working?.[Symbol.asyncDispose]());
    await Promise.all([server?.close(worked), worked]);
    await health?.close();
    await opened.disposeAsync();
  };
  const close = () => {
    closing ??= drain();
    return closing;
  };
  const serve = async ({ port } = { port: config.port }) => {
    const services = {
      ...parts,
      ...{ imports, runs, surfaces, exports, admission, defaultAxes, engineVersion },
    };
    const { host, graphql, traffic, deadlines } = config;
    const drainMs = deadlines.drainSeconds * 1_000;
    server = await openServer({
      ...{ services, log, host, port, traffic, drainMs, metrics },
      watchQuery: () => watch.queries.begin(),
      ...graphql,
    });
    log.info({ url: server.url, tokens: !server.isOpen }, "serving");
    return server;
  };
  const serveHealth = async (port: number) => {
    const services = { store, pool, admission };
    health = await openHealth({ services, host: config.host, port, metrics });
    return health;
  };
  return {
    ...{ config, log, ...parts, imports, runs, meters },
    ...{ serve, serveHealth, close },
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Compiles what answers questions to metric columns, so that the first one takes little longer than
 * others: for a process that serves, while its database opens.
 */
export async function compileQuestions(): Promise<void> {
  for (const _ of warmUp()) await nextTurn();
}

/** The database with its queue: what becomes due is told to the processes at work at once. */
export async function openStoreWithQueue(config: ServiceConfig): Promise<Store> {
  await using opening = new AsyncDisposableStack();
  const store = await openServiceStore(config);
  opening.defer(() => store.close());
  const queue = await openWorkQueue(store);
  opening.defer(() => queue.close());
  const opened = opening.move();
  return { ...store, close: () => opened.disposeAsync() };
}

/** The database alone, its schema up to date. */
export function openServiceStore(
  config: ServiceConfig,
  settings: Partial<StoreSettings> = {},
): Promise<OpenStore> {
  const { databaseUrl, dataDir } = config;
  const location =
    databaseUrl === null ? { dataDir: join(dataDir, "database") } : { url: databaseUrl };
  const retries = { ...DEFAULT_RETRIES, ...config.retries };
  const ageingMs = config.priorities.ageingSeconds * 1_000;
  return openStore(location, { retries, ageingMs, engineVersion: ENGINE_VERSION, ...settings });
}

export type DatasetImports = Pick<DatasetLibrary, "importCandles" | "importSynthetic">;

/** What an import needs: the database, without threads. */
export async function openDatasets(
  config: ServiceConfig,
): Promise<DatasetImports & AsyncDisposable> {
  const store = await openServiceStore(config);
  const library = createLibrary(config, store);
  return {
    importCandles: (request) => library.importCandles(request),
    importSynthetic: (request) => library.importSynthetic(request),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

/** Imports that are followed, for a command that works on one itself. */
export interface Imports extends AsyncDisposable {
  start(wish: ImportWish): Promise<ImportRecord>;
  /** Goes on with one that ended early, or whose process is gone. */
  resume(id: string): Promise<ImportRecord>;
  /** UserError NOT_FOUND. */
  find(id: string): Promise<ImportRecord>;
  readonly store: Store;
  /** Lets go of what is under way. */
  close(): Promise<void>;
}

export async function openImports(config: ServiceConfig): Promise<Imports> {
  await using opening = new AsyncDisposableStack();
  const store = await openServiceStore(config);
  opening.defer(() => store.close());
  const parts = { store, datasets: createLibrary(config, store), worker: workerName() };
  const imports = createImports(config, parts, createLog(config));
  opening.defer(() => imports.close());
  const opened = opening.move();
  return {
    store,
    start: (wish) => imports.start(wish),
    resume: (id) => imports.resume(id),
    find: (id) => imports.find(id),
    close: () => imports.close(),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Exports made in this process, for a command that has nothing else to do. */
export function openExports(store: Store, config: ServiceConfig): RunExports {
  const reports = openReports(store, config);
  return new RunExports({
    store,
    engineVersion: ENGINE_VERSION,
    report: (runId, place, options) => reports.report(runId, place, options),
  });
}

/** Reports computed in this thread, for a command that has nothing else to do. */
export function openReports(store: Store, config: ServiceConfig): VariantReports {
  return new VariantReports({
    store,
    datasets: createLibrary(config, store),
    engineVersion: ENGINE_VERSION,
    compute: async ({ sweep, candles, choice }) => variantReport(sweep, candles, choice),
  });
}

interface Parts {
  readonly store: OpenStore;
  readonly pool: ComputePool;
  readonly datasets: DatasetLibrary;
  readonly worker: string;
  readonly leases: HeldLeases;
  readonly queue: WorkQueue;
}

type Watchers = Required<Pick<RunnerOptions, "onFault" | "onStep">>;

/** What is done for runs goes to the log and to the meters. */
function watchersOf(log: Logger, meters: Meters): Watchers {
  const runLog = new RunLog(log);
  return {
    onFault: (fault) => {
      runLog.fault(fault);
      meters.fault(fault);
    },
    onStep: (step) => {
      runLog.step(step);
      meters.step(step);
    },
  };
}

/** Takes up queued work until disposed, which stores the chunks in hand or gives them back. */
async function startWork(
  parts: Parts,
  config: ServiceConfig,
  watchers: Watchers,
): Promise<AsyncDisposable> {
  await using starting = new AsyncDisposableStack();
  const leaseMs = config.deadlines.leaseSeconds * 1_000;
  const runner = new Runner({
    ...parts,
    about: aboutProcess(PACKAGE_VERSION),
    ...{ leaseMs, heartbeatMs: leaseMs / 3 },
    ...watchers,
  });
  starting.defer(() => runner.drain(config.deadlines.drainSeconds * 1_000));
  await runner.start();
  return starting.move();
}

function openPool(config: ServiceConfig, log: Logger) {
  const { workers, kernels, caches, workerMemoryBytes } = config;
  const restarts = {
    onWait: (err: Error | null, waitMs: number) =>
      log.error({ err, waitMs }, "a thread died before it was ready, another is started later"),
  };
  return createPool({ size: workers, kernels, caches, threadBytes: workerMemoryBytes, restarts });
}

function keepRetention(config: ServiceConfig, store: Store, log: Logger): AsyncDisposable {
  const keeper = new RetentionKeeper({
    ...{ store, retention: config.retention, clock: SYSTEM_CLOCK },
    onRemoved: (removed) => log.info(removed, "removed what was old"),
    onFault: (err) => log.error({ err }, "retention"),
  });
  return { [Symbol.asyncDispose]: () => keeper.close() };
}

type RunParts = Pick<
  RunServiceOptions,
  | "store"
  | "pool"
  | "datasets"
  | "worker"
  | "leases"
  | "gate"
  | "engineVersion"
  | "onFault"
  | "onStep"
>;

function createRuns(config: ServiceConfig, { kernels }: WorkerPool, parts: RunParts): RunService {
  return new RunService({
    ...parts,
    guards: guardsOf(config),
    caches: config.caches,
    columns: config.columns,
    limits: queueLimits(config),
    kernels,
    syncDeadlineMs: config.deadlines.syncDeadlineSeconds * 1_000,
  });
}

function queueLimits(config: ServiceConfig): QueueLimits {
  const { maxQueuedRuns, maxUnfinishedRunsOfOwner, priorities } = config;
  return {
    maxQueued: maxQueuedRuns,
    maxUnfinishedOfOwner: maxUnfinishedRunsOfOwner,
    maxQueuedOf: {
      CRITICAL: priorities.maxQueuedCritical,
      HIGH: priorities.maxQueuedHigh,
      NORMAL: priorities.maxQueuedNormal,
      LOW: priorities.maxQueuedLow,
      BULK: priorities.maxQueuedBulk,
    },
  };
}

function createLog(config: ServiceConfig): Logger {
  // Synchronous, so that the last line of a process that dies is not lost; stdout is for results.
  const serializers = { err: loggedError };
  const options = { level: config.log.level, base: null, serializers };
  return pino(options, destination({ fd: 2, sync: true }));
}

function createImports(
  { imports, deadlines }: ServiceConfig,
  parts: { readonly store: Store; readonly datasets: DatasetLibrary; readonly worker: string },
  log: Logger,
): ImportService {
  return new ImportService({
    ...parts,
    ...imports,
    leaseMs: deadlines.leaseSeconds * 1_000,
    world: {
      settings: imports.exchanges,
      nowMs: Date.now,
      random: Math.random,
      sleep: async (ms, signal) => {
        await setTimeout(ms, undefined, { signal }).catch(() => {});
      },
    },
    onFault: ({ importId, error }) => log.error({ importId, err: error }, "import"),
  });
}

function createLibrary(config: ServiceConfig, store: Store): DatasetLibrary {
  return new DatasetLibrary({
    store,
    cacheDir: join(config.dataDir, "datasets"),
    maxMemoryBytes: config.caches.datasetMemoryBytes,
    maxDiskBytes: config.caches.datasetDiskBytes,
  });
}
