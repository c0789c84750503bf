import pg from "pg";
import { Durations } from "../../src/admission/durations.ts";
import { type OpenAdmission, openAdmission } from "../../src/admission/open-admission.ts";
import { SENSOR_NAMES, type SensorLines } from "../../src/admission/reading.ts";
import { loadDefaultAxes } from "../../src/default-axes.ts";
import { RunExports } from "../../src/exports/run-exports.ts";
import { openWorkQueue, type WorkQueue } from "../../src/jobs/work-queue.ts";
import { createPool, type WorkerPool } from "../../src/pool/pool.ts";
import { DatasetLibrary } from "../../src/runner/dataset-library.ts";
import {
  ImportService,
  type ImportServiceOptions,
} from "../../src/runner/imports/import-service.ts";
import { RunService, type RunServiceOptions } from "../../src/runner/run-service.ts";
import { RunSurfaces } from "../../src/runner/run-surfaces.ts";
import { Runner, workerName } from "../../src/runner/runner.ts";
import type { ServerOptions } from "../../src/server/server-options.ts";
import { type RunningServer, startServer } from "../../src/server/start-server.ts";
import type { DatabaseLocation } from "../../src/store/database.ts";
import { type OpenStore, openStore } from "../../src/store/open.ts";
import { PRIORITIES } from "../../src/store/priorities.ts";
import { ChunkDoor } from "../support/chunk-door.ts";
import { POSTGRES, type TestDatabase } from "../support/databases.ts";

export const TEST_GUARDS = {
  maxVariantsPerStage: 2_000_000,
  maxBytes: 4 * 1024 ** 3,
  chunkSeconds: 0.1,
};

export interface LoggedError {
  readonly fields: { readonly requestId?: string; readonly err?: unknown };
  readonly message: string;
}

/** Lines that no machine passes, however busy it is with other tests. */
const FAR = { recover: 1e8, warn: 1e9, open: 1e9 };
const FAR_LINES = Object.fromEntries(SENSOR_NAMES.map((name) => [name, FAR])) as SensorLines;

function testAdmission(pool: WorkerPool): OpenAdmission {
  return openAdmission({
    settings: {
      ...{ mode: "STANDALONE", override: "AUTOMATIC", lines: FAR_LINES },
      ...{ breaches: 3, coolDownMs: 500, maxCoolDownMs: 1_000, everyMs: 50 },
    },
    ...{ pool, urgentFrom: PRIORITIES.CRITICAL },
    ...{ databaseWaits: new Durations(1_000), queries: new Durations(1_000) },
    databaseBytes: () => null,
  });
}

interface Opened {
  readonly store: OpenStore;
  readonly queue: WorkQueue;
  readonly pool: WorkerPool;
  readonly drop: () => Promise<void>;
}

type RunLimits = Partial<Pick<RunServiceOptions, "limits" | "columns" | "guards">> &
  Partial<Pick<ImportServiceOptions, "folder" | "maxBytes" | "maxActive" | "world">> & {
    /** Of the pool: one, whose start costs what half an API suite does, where nothing needs two. */
    readonly threads?: number;
  };

/** What a busy machine is slow at is no late request, hello or goodbye. */
const PATIENT = { drainMs: 20_000, connectionInitWaitMs: 60_000, queryTimeoutMs: 240_000 };

/** The real clock, without patience. */
export const IMPATIENT_WORLD: ImportServiceOptions["world"] = {
  settings: {},
  nowMs: Date.now,
  sleep: async () => {},
  random: () => 0,
};

/** The whole service on one database, with everything real, and its log in memory. */
export class TestService implements AsyncDisposable {
  readonly store: OpenStore;
  readonly pool: WorkerPool;
  /** Open, and before the pool for whatever is scored by runs. */
  readonly door = new ChunkDoor();
  readonly datasets: DatasetLibrary;
  readonly imports: ImportService;
  readonly runs: RunService;
  readonly surfaces: RunSurfaces;
  readonly exports: RunExports;
  readonly admission: OpenAdmission;
  readonly defaultAxes = loadDefaultAxes();
  readonly errors: LoggedError[] = [];
  server!: RunningServer;
  readonly #queue: WorkQueue;
  readonly #runner: Runner;
  readonly #drop: () => Promise<void>;

  /**
   * On a new database that goes with it, unless one is named: of a server, which answers in a
   * fraction of the embedded one's time.
   */
  static async start(
    location: DatabaseLocation | TestDatabase = POSTGRES,
    limits: RunLimits = {},
  ): Promise<TestService> {
    const own = "create" in location ? await location.create() : null;
    const store = await openStore("create" in location ? own?.location : location);
    const queue = await openWorkQueue(store);
    const pool = await createPool({
      size: limits.threads ?? 1,
      caches: { indicatorBytes: 2 ** 26, atomBytes: 2 ** 24 },
    });
    const drop = own?.drop ?? (async () => {});
    const service = new TestService({ store, queue, pool, drop }, limits);
    await service.#runner.start();
    await service.serve();
    return service;
  }

  constructor({ store, queue, pool, drop }: Opened, limits: RunLimits) {
    this.store = store;
    this.#drop = drop;
    this.pool = pool;
    this.#queue = queue;
    this.datasets = new DatasetLibrary({
      store,
      cacheDir: null,
      maxMemoryBytes: 64 * 1024 ** 2,
      maxDiskBytes: 0,
    });
    const scoring = this.door.before(pool);
    const parts = { store, pool: scoring, datasets: this.datasets, worker: workerName() };
    this.imports = new ImportService({
      ...parts,
      folder: null,
      maxBytes: 2 ** 20,
      maxActive: 4,
      world: IMPATIENT_WORLD,
      onFault: ({ error }) => this.errors.push({ fields: { err: error }, message: "import" }),
      ...limits,
    });
    this.admission = testAdmission(pool);
    this.runs = new RunService({
      ...parts,
      gate: this.admission.control,
      guards: TEST_GUARDS,
      engineVersion: "test",
      kernels: pool.kernels,
      syncDeadlineMs: 240_000,
      ...limits,
    });
    this.surfaces = new RunSurfaces(store, 64 * 2 ** 20);
    this.exports = new RunExports({
      store,
      engineVersion: "test",
      report: (runId, place, options) => this.runs.report(runId, place, options),
    });
    this.#runner = new Runner({ ...parts, queue });
  }

  get url(): string {
    return this.server.url;
  }

  get wsUrl(): string {
    return this.server.url.replace(/^http/, "ws");
  }

  /** Another server over the same services; the caller closes it, except the last one. */
  async serve(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
    const { store, datasets, imports, runs, surfaces, exports, pool, defaultAxes } = this;
    const { admission } = this;
    this.server = await startServer({
      services: {
        store,
        datasets,
        imports,
        runs,
        surfaces,
        exports,
        admission,
        pool,
        engineVersion: "test",
        defaultAxes,
      },
      log: {
        info: () => {},
        error: (fields: LoggedError["fields"], message) => this.errors.push({ fields, message }),
      },
      ...PATIENT,
      ...options,
    });
    return this.server;
  }

  async importSynthetic(name: string, bars: number): Promise<void> {
    await this.datasets.importSynthetic({ name, seed: 7, bars, timeframe: "1h" });
  }

  /**
   * Statements of work that asks the same every time: the fewest of some rounds, as the runner's
   * own, which go on beside it, can only add to them.
   */
  async fewestStatements(work: () => Promise<void>): Promise<string[]> {
    let fewest = await this.countStatements(work);
    for (let round = 1; round < 5; round++) {
      const statements = await this.countStatements(work);
      if (statements.length < fewest.length) fewest = statements;
    }
    return fewest;
  }

  /** Statements that reach the database while the work goes on, the runner's own among them. */
  async countStatements(work: () => Promise<void>): Promise<string[]> {
    const statements: string[] = [];
    const { query } = pg.Client.prototype;
    const noted = function (this: pg.Client, ...args: Parameters<typeof query>) {
      const [statement] = args as [string | pg.QueryConfig, ...unknown[]];
      statements.push(typeof statement === "string" ? statement : statement.text);
      return query.apply(this, args);
    };
    pg.Client.prototype.query = noted as typeof query;
    try {
      await work();
    } finally {
      pg.Client.prototype.query = query;
    }
    return statements;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
    await this.imports.close();
    await this.#runner.drain(0);
    this.admission.close();
    await this.pool.close();
    await this.#queue.close();
    await this.store.close();
    await this.#drop();
  }
}
