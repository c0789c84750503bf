import { setImmediate } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Candles } from "../../src/core/series/candles.ts";
import { complaint, UserError } from "../../src/core/user-error.ts";
import type { WorkerPool } from "../../src/pool/pool.ts";
import type { ChunkTask, ComputePool } from "../../src/pool/task.ts";
import type { RunRecord } from "../../src/store/records.ts";
import { ChunkDoor } from "../support/chunk-door.ts";
import { onBothDatabases, POSTGRES } from "../support/databases.ts";
import {
  ended,
  faultyPool,
  importSample,
  longRequest,
  mediumRequest,
  openService,
  runWhen,
  type ServiceUnderTest,
  scoringBy,
  smallRequest,
} from "../support/service-under-test.ts";

onBothDatabases("a run that is stopped", (database) => {
  const noFault = () => false;
  const door = new ChunkDoor();
  /** Where the pool throws; set by the tests of faults. */
  let isFaulty: (task: ChunkTask) => boolean = noFault;
  let candles: ((hash: string) => Promise<Candles>) | null = null;
  let service: ServiceUnderTest;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const made = await database.create();
    drop = made.drop;
    service = await openService(made.location, {
      heartbeatMs: 100,
      retries: { faults: 2, baseMs: 50 },
      pool: (threads) => faultyPool(door.before(threads), (task) => isFaulty(task)),
      datasets: (library) => ({
        candles: (hash) => (candles ?? ((h) => library.candles(h)))(hash),
        resampled: (hash, timeframe) => library.resampled(hash, timeframe),
      }),
    });
    await importSample(service);
  });

  afterEach(() => {
    door.open();
    isFaulty = noFault;
    candles = null;
  });

  afterAll(async () => {
    await service?.close();
    await drop?.();
  });

  it("is not held up by a worker that has died", async () => {
    const { store, runs, runner } = service;
    const { run } = await runs.startRun(smallRequest({ chunkVariants: 100 }), null);
    const id = { runId: run.id, stage: "STAGE_A", no: 0 } as const;
    await store.claimChunk({ ...id, worker: "dead", leaseMs: 500 });
    await runs.cancelRun(run.id, null);
    expect((await store.run(run.id))!.state).toBe("RUNNING");
    await runner.start();
    expect((await ended(store, run.id)).state).toBe("CANCELLED");
  });

  it("is cancelled in either stage with its best so far, and twice is the same", async () => {
    const { store, runs } = service;
    for (const stage of ["STAGE_A", "STAGE_B"] as const) {
      const request = longRequest(stage, { chunkVariants: 200_000 });
      const { run } = await runs.startRun(request, null);
      // A batch that is under way counts as done in part, and leaves nothing if it is ended.
      const isBest = (r: RunRecord) => r.stage === stage && r.done > 0 && r.best !== null;
      const seen = await runWhen(store, run.id, isBest);
      expect(seen.state).toBe("RUNNING");
      const askedMs = performance.now();
      await runs.cancelRun(run.id, "enough");
      const end = await ended(store, run.id);
      console.log(
        `cancelRun to CANCELLED in ${stage}: ${Math.round(performance.now() - askedMs)} ms`,
      );
      expect(end).toMatchObject({ state: "CANCELLED", stage, cancelReason: "enough", error: null });
      const kept = await store.results(run.id, { first: 100, after: null });
      // On a busy machine there is no time for all forty.
      expect(kept.totalCount).toBeGreaterThanOrEqual(16);
      expect(kept.items[0].item.metrics.sharpe).toBe(end.best!.metrics.sharpe);
      expect(await runs.cancelRun(run.id, "again")).toEqual(end);
    }
  });

  it("is cancelled while its threads do more urgent work, which goes on", async () => {
    const { store, runs } = service;
    const begin = async (priority: "BULK" | "CRITICAL") => {
      const request = longRequest("STAGE_A", { chunkVariants: 200_000, priority });
      const { run } = await runs.startRun(request, null);
      // Until then it may have nothing but a batch that is ended early.
      await runWhen(store, run.id, ({ done, best }) => done > 0 && best !== null);
      return run.id;
    };
    const bulk = await begin("BULK");
    const urgent = await begin("CRITICAL");
    const askedMs = performance.now();
    await runs.cancelRun(bulk, null);
    const end = await ended(store, bulk);
    console.log(`cancelled beneath urgent work: ${Math.round(performance.now() - askedMs)} ms`);
    expect(end).toMatchObject({ state: "CANCELLED", error: null });
    expect((await store.results(bulk, { first: 1, after: null })).totalCount).toBeGreaterThan(0);
    expect((await store.run(urgent))!.state).toBe("RUNNING");
    await runs.cancelRun(urgent, null);
    expect((await ended(store, urgent)).state).toBe("CANCELLED");
  });

  it("has the digest of an undisturbed run after cancel and retry", async () => {
    const { store, runs } = service;
    const { digest } = await runs.backtest(smallRequest());
    door.shut(2);
    const { run } = await runs.startRun(smallRequest({ chunkVariants: 100 }), null);
    await runWhen(store, run.id, (r) => r.done > 0);
    await runs.cancelRun(run.id, null);
    expect((await ended(store, run.id)).state).toBe("CANCELLED");
    door.open();
    await runs.retryRun(run.id);
    expect(await ended(store, run.id)).toMatchObject({ state: "SUCCEEDED", digest });
    const events = await store.events(run.id, 0, 1000);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
  });

  it("ends at its time limit with its best so far", async () => {
    const { store, runs } = service;
    // On a busy machine a second may be over before the first batch: then twice the time.
    for (let rows = 0, seconds = 1; rows === 0; seconds *= 2) {
      const schedule = { chunkVariants: 200_000, timeLimitSeconds: seconds };
      const { run } = await runs.startRun(longRequest("STAGE_A", schedule), null);
      const end = await ended(store, run.id);
      expect(end).toMatchObject({ state: "TIMED_OUT", digest: null, cancelRequested: false });
      for await (const chunk of store.storedRows(run.id, "STAGE_A")) {
        rows += chunk.rows.length / chunk.stride;
      }
      const kept = await store.results(run.id, { first: 1, after: null });
      expect(kept.totalCount).toBe(Math.min(40, rows));
    }
  });

  it("fails after three attempts at a chunk, with what was done", async () => {
    const { store, runs, faults } = service;
    const before = faults.length;
    isFaulty = ({ stage, from, to }) => stage === "STAGE_A" && from <= 1_000 && 1_000 < to;
    const { run } = await runs.startRun(smallRequest({ chunkVariants: 100 }), null);
    const end = await ended(store, run.id);
    expect(end).toMatchObject({ state: "FAILED", error: { code: "INTERNAL" } });
    expect(end.error!.message).toContain("injected fault in STAGE_A at 1000");
    // Its neighbours may have failed with it, once; after that it is begun by itself.
    const mine = faults.slice(before).filter(({ what }) => what === "chunk 10 of STAGE_A");
    expect(mine).toHaveLength(3);
    const attempts = (await store.chunks(run.id, "STAGE_A")).map((chunk) => chunk.attempts);
    expect(Math.max(...attempts.toSpliced(10, 1))).toBeLessThanOrEqual(2);
    expect((await store.results(run.id, { first: 1, after: null })).totalCount).toBeGreaterThan(0);
  });

  it("goes on after a fault that passes", async () => {
    const { store, runs } = service;
    const { digest } = await runs.backtest(smallRequest());
    let thrown = 0;
    isFaulty = ({ from, to }) => from <= 1_000 && 1_000 < to && thrown++ < 2;
    const { run } = await runs.startRun(smallRequest({ chunkVariants: 100 }), null);
    expect(await ended(store, run.id)).toMatchObject({ state: "SUCCEEDED", digest });
    expect(thrown).toBeGreaterThan(2);
  });

  it("fails at once for a mistake that no attempt can mend", async () => {
    const { store, runs, faults, library } = service;
    const before = faults.length;
    let asked = 0;
    candles = async (hash) => {
      // The plan finds its candles, the runner does not.
      if (asked++ === 0) return library.candles(hash);
      throw new UserError("NOT_FOUND", complaint("dataset", "there is no such dataset"));
    };
    const { run } = await runs.startRun(smallRequest({ chunkVariants: 1_000_000 }), null);
    expect(await ended(store, run.id)).toMatchObject({
      state: "FAILED",
      error: { code: "NOT_FOUND" },
    });
    expect(faults.length - before).toBe(1);
  });
});

describe("a chunk that ends its thread every time", () => {
  let poisoned = false;

  /** One chunk at a time, so that nobody else's is hit; the thread is gone once it is at work. */
  const deadly = (pool: ComputePool): ComputePool => {
    let former: Promise<unknown> = Promise.resolve();
    const alone = <T>(work: () => Promise<T>): Promise<T> => {
      const turn = former.then(work);
      former = turn.catch(() => {});
      return turn;
    };
    const other = Promise.withResolvers<void>();
    const threads = pool as WorkerPool;
    return scoringBy(pool, async (task, options) => {
      if (!poisoned || task.stage !== "STAGE_A" || task.from !== 10_000) {
        const result = await alone(() => pool.runChunk(task, options));
        if (poisoned) other.resolve();
        return result;
      }
      // Something is there to be read before it begins.
      await other.promise;
      return alone(async () => {
        let over = false;
        const result = pool.runChunk(task, options).finally(() => {
          over = true;
        });
        result.catch(() => {});
        while (!over) {
          // One that dies before it is ready is another fault: no attempt counts.
          await threads.ready();
          if (threads.stats().busy > 0) await threads.terminateWorker(0);
          else await setImmediate();
        }
        return result;
      });
    });
  };

  it("is begun as often as allowed, then the run is FAILED with its error", async () => {
    const { location, drop } = await POSTGRES.create();
    const options = { workers: 1, retries: { faults: 2, baseMs: 50 }, pool: deadly };
    const service = await openService(location, { ...options, heartbeatMs: 100 });
    try {
      const { store, runs, pool, runner } = service;
      await importSample(service);
      await runner.start();
      const { digest } = await runs.backtest(mediumRequest());
      poisoned = true;
      // Chunks of a quarter of a second: there is time to hit them.
      const request = { ...mediumRequest(), schedule: { chunkVariants: 10_000 } };
      const { run } = await runs.startRun(request, null);
      const end = await ended(store, run.id);
      expect(end).toMatchObject({ state: "FAILED", error: { code: "INTERNAL" } });
      expect(end.error!.message).toContain("thread");
      const [poison] = (await store.chunks(run.id)).filter((chunk) => chunk.from === 10_000);
      expect(poison).toMatchObject({ state: "PENDING", attempts: 3, error: end.error });
      expect(pool.stats().replacedWorkers).toBeGreaterThanOrEqual(3);
      const kept = await store.results(run.id, { first: 1, after: null });
      expect(kept.totalCount).toBe(40);

      poisoned = false;
      await runs.retryRun(run.id);
      expect(await ended(store, run.id)).toMatchObject({ state: "SUCCEEDED", digest });
    } finally {
      await service.close();
      await drop();
    }
  });
});

it("a run whose threads cannot be started waits for them, and counts no attempt", async () => {
  const { location, drop } = await POSTGRES.create();
  const door = new ChunkDoor();
  // A door has no threads to end.
  let pool!: WorkerPool;
  const behind = (threads: ComputePool) => {
    pool = threads as WorkerPool;
    return door.before(pool);
  };
  const service = await openService(location, { workers: 1, pool: behind });
  try {
    const { store, runs, runner } = service;
    await importSample(service);
    await runner.start();
    const { digest } = await runs.backtest(mediumRequest());
    door.shut(2);
    const { run } = await runs.startRun(mediumRequest(), null);
    await runWhen(store, run.id, ({ done }) => done > 0);
    // In the middle of chunks, with others to come.
    door.letThrough(0);
    await expect.poll(() => pool.stats().busy, { interval: 1 }).toBe(1);
    // The first is replaced at once, and so are two that die before they are ready.
    while (pool.stats().alive > 0) await pool.terminateWorker(0);
    await expect(runs.backtest(mediumRequest())).rejects.toMatchObject({
      code: "SERVICE_OVERLOADED",
    });
    expect((await store.run(run.id))!.state).toBe("RUNNING");
    door.open();
    expect(await ended(store, run.id)).toMatchObject({ state: "SUCCEEDED", digest });
    const attempts = (await store.chunks(run.id)).map((chunk) => chunk.attempts);
    expect(attempts).toEqual(attempts.map(() => 1));
    expect(pool.stats()).toMatchObject({ alive: 1, failedStarts: 3 });
  } finally {
    await service.close();
    await drop();
  }
});
