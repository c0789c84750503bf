import { openWorkQueue } from "../../src/jobs/work-queue.ts";
import { DEFAULT_GUARDS } from "../../src/plan/guards.ts";
import type { RunRequestInput } from "../../src/plan/request.ts";
import { createPool } from "../../src/pool/pool.ts";
import type { PoolOptions } from "../../src/pool/pool-options.ts";
import type { ChunkTask, ComputePool } from "../../src/pool/task.ts";
import { DatasetLibrary } from "../../src/runner/dataset-library.ts";
import type { DatasetSource } from "../../src/runner/dataset-source.ts";
import type { RunFault } from "../../src/runner/run-fault.ts";
import { RunService } from "../../src/runner/run-service.ts";
import { Runner, workerName } from "../../src/runner/runner.ts";
import type { DatabaseLocation } from "../../src/store/database.ts";
import { type OpenStore, openStore } from "../../src/store/open.ts";
import { isTerminal, type RunRecord } from "../../src/store/records.ts";
import { DEFAULT_RETRIES, type RetryPolicy } from "../../src/store/retries.ts";

export interface ServiceOptions {
  readonly workers?: number;
  /** About its threads, over what they have by default. */
  readonly threads?: Omit<PoolOptions, "size">;
  readonly pool?: (pool: ComputePool) => ComputePool;
  readonly datasets?: (library: DatasetLibrary) => DatasetSource;
  readonly leaseMs?: number;
  readonly heartbeatMs?: number;
  readonly retries?: Partial<RetryPolicy>;
}

/** The service without its API: store, queue, pool, runner and what answers requests. */
export interface ServiceUnderTest {
  readonly store: OpenStore;
  readonly pool: ComputePool;
  readonly runs: RunService;
  readonly runner: Runner;
  readonly library: DatasetLibrary;
  readonly faults: readonly RunFault[];
  close(): Promise<void>;
}

export async function openService(
  location: DatabaseLocation,
  options: ServiceOptions = {},
): Promise<ServiceUnderTest> {
  const faults: RunFault[] = [];
  const retries = { ...DEFAULT_RETRIES, ...options.retries };
  const store = await openStore(location, { retries });
  const queue = await openWorkQueue(store, (error) =>
    faults.push({ runId: null, what: "queue", error }),
  );
  const threads = await createPool({
    size: options.workers ?? 2,
    caches: { indicatorBytes: 2 ** 26, atomBytes: 2 ** 24 },
    ...options.threads,
  });
  const pool = options.pool?.(threads) ?? threads;
  const caches = { cacheDir: null, maxMemoryBytes: 2 ** 28, maxDiskBytes: 0 };
  const library = new DatasetLibrary({ store, ...caches });
  const datasets = options.datasets?.(library) ?? library;
  const worker = workerName();
  const { leaseMs, heartbeatMs } = options;
  const runner = new Runner({
    ...{ store, queue, pool, datasets, worker },
    onFault: (fault) => faults.push(fault),
    ...(leaseMs === undefined ? {} : { leaseMs }),
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
  });
  const runs = new RunService({
    ...{ store, pool, datasets, worker },
    guards: { ...DEFAULT_GUARDS, maxVariantsPerStage: 20_000_000 },
    engineVersion: "test",
    kernels: threads.kernels,
    // As long as a test may take: what a busy machine is slow at is no late run.
    syncDeadlineMs: 240_000,
  });
  const close = async () => {
    await runner.drain(0);
    await queue.close();
    await threads.close();
    await store.close();
  };
  return { store, pool, runs, runner, library, faults, close };
}

export const BARS = 2_000;

export async function importSample({ library }: ServiceUnderTest): Promise<void> {
  await library.importSynthetic({ name: "sample", seed: 7, bars: BARS, timeframe: "1h" });
}

type Schedule = NonNullable<RunRequestInput["schedule"]>;

/** 1,891 base variants and 12 risk cells: a tenth of a second. */
export function smallRequest(schedule: Schedule = {}): RunRequestInput {
  return {
    dataset: "sample",
    strategy: {
      indicators: {
        fast: { id: "ma.sma", params: { window: { start: 2, stop: 62, step: 1 } } },
        slow: { id: "ma.sma", params: { window: { start: 3, stop: 63, step: 1 } } },
      },
      signals: [{ rule: "cross", of: "fast", against: "slow" }],
      constraint: "fast.window < slow.window",
    },
    risk: { stopLossPct: ["off", 1, 2, 5], takeProfitPct: ["off", 2, 4] },
    ranking: { primary: { metric: "sharpe" }, secondary: { metric: "maxDrawdownPct" } },
    preselect: 200,
    topK: 40,
    schedule,
  };
}

/** The same strategy with so many values (or risk cells) that its stage takes many seconds. */
export function longRequest(
  stage: "STAGE_A" | "STAGE_B",
  schedule: Schedule = {},
): RunRequestInput {
  const request = smallRequest(schedule);
  if (stage === "STAGE_B") {
    const levels = { start: 0.2, stop: 20, step: 0.2 };
    return { ...request, risk: { stopLossPct: levels, takeProfitPct: levels }, preselect: 900 };
  }
  return { ...request, strategy: windowsUpTo(1_501) };
}

/** A second's work in some fifty chunks, for what is to happen in the middle of a run. */
export function mediumRequest(): RunRequestInput {
  return { ...smallRequest({ chunkVariants: 1_000 }), strategy: windowsUpTo(201) };
}

function windowsUpTo(stop: number): RunRequestInput["strategy"] {
  const window = { start: 2, stop, step: 1 };
  const indicators = {
    fast: { id: "ma.sma", params: { window } },
    slow: { id: "ma.sma", params: { window } },
  };
  return { ...smallRequest().strategy, indicators };
}

type Watched = Pick<OpenStore, "run" | "onRunChanged">;

/** Resolves with the run once `until` holds, looking at every change of it. */
export function runWhen(
  store: Watched,
  runId: string,
  until: (run: RunRecord) => boolean,
): Promise<RunRecord> {
  return new Promise((resolve, reject) => {
    const look = async () => {
      const run = await store.run(runId);
      if (run === null || !until(run)) return;
      unsubscribe();
      resolve(run);
    };
    const unsubscribe = store.onRunChanged((changed) => {
      if (changed === runId) look().catch(reject);
    });
    look().catch(reject);
  });
}

export function ended(store: Watched, runId: string): Promise<RunRecord> {
  return runWhen(store, runId, (run) => isTerminal(run.state));
}

/** A pool whose chunks throw where `fault` says so. */
export function faultyPool(pool: ComputePool, fault: (task: ChunkTask) => boolean): ComputePool {
  return scoringBy(pool, (task, options) => {
    if (fault(task)) throw new Error(`injected fault in ${task.stage} at ${task.from}`);
    return pool.runChunk(task, options);
  });
}

/** The pool, but with chunks scored by `runChunk`. */
export function scoringBy(pool: ComputePool, runChunk: ComputePool["runChunk"]): ComputePool {
  return {
    size: pool.size,
    runChunk: async (task, options) => runChunk(task, options),
    giveBack: (result) => pool.giveBack(result),
    forget: (key) => pool.forget(key),
    runSweep: (task, signal) => pool.runSweep(task, signal),
    score: (task, variants) => pool.score(task, variants),
    report: (task) => pool.report(task),
    check: (task) => pool.check(task),
    stats: () => pool.stats(),
    caches: () => pool.caches(),
    close: () => pool.close(),
  };
}
