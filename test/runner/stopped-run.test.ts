import { afterEach, expect, it } from "vitest";
import { complaint, UserError } from "../../src/core/user-error.ts";
import { onBothDatabases } from "../support/databases.ts";
import {
  ended,
  faultyPool,
  importSample,
  longRequest,
  openService,
  runWhen,
  type ServiceOptions,
  type ServiceUnderTest,
  smallRequest,
} from "../support/service-under-test.ts";

onBothDatabases("a run that is stopped", (database) => {
  const release: (() => Promise<void>)[] = [];

  const open = async (options: ServiceOptions = {}): Promise<ServiceUnderTest> => {
    const { location, drop } = await database.create();
    release.push(drop);
    const service = await openService(location, options);
    release.push(service.close);
    await importSample(service);
    return service;
  };

  const start = async (options: ServiceOptions = {}): Promise<ServiceUnderTest> => {
    const service = await open(options);
    await service.runner.start();
    return service;
  };

  afterEach(async () => {
    for (const undo of release.splice(0).reverse()) await undo();
  });

  it("is cancelled in either stage with its best so far, twice the same, and can be retried", async () => {
    const { store, runs } = await start();
    for (const stage of ["STAGE_A", "STAGE_B"] as const) {
      const request = longRequest(stage, { chunkVariants: 200_000 });
      const { run } = await runs.startRun(request, null);
      const seen = await runWhen(store, run.id, (r) => r.stage === stage && r.done > 0);
      expect(seen.state).toBe("RUNNING");
      const askedMs = performance.now();
      await runs.cancelRun(run.id, "enough");
      const end = await ended(store, run.id);
      console.log(
        `cancelRun to CANCELLED in ${stage}: ${Math.round(performance.now() - askedMs)} ms`,
      );
      expect(end).toMatchObject({ state: "CANCELLED", stage, cancelReason: "enough", error: null });
      const kept = await store.results(run.id, { first: 100, after: null });
      expect(kept.totalCount).toBe(40);
      expect(kept.items[0].item.metrics.sharpe).toBe(end.best!.metrics.sharpe);
      expect(await runs.cancelRun(run.id, "again")).toEqual(end);
    }
  });

  it("has the digest of an undisturbed run after cancel and retry", async () => {
    const { store, runs } = await start();
    const { digest } = await runs.backtest(smallRequest());
    const { run } = await runs.startRun(smallRequest({ chunkVariants: 100 }), null);
    await runWhen(store, run.id, (r) => r.done > 0);
    await runs.cancelRun(run.id, null);
    expect((await ended(store, run.id)).state).toBe("CANCELLED");
    await runs.retryRun(run.id);
    expect(await ended(store, run.id)).toMatchObject({ state: "SUCCEEDED", digest });
    const events = await store.events(run.id, 0, 1000);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
  });

  it("ends at its time limit with its best so far", async () => {
    const { store, runs } = await start();
    const schedule = { chunkVariants: 200_000, timeLimitSeconds: 0.7 };
    const { run } = await runs.startRun(longRequest("STAGE_A", schedule), null);
    const end = await ended(store, run.id);
    expect(end.state).toBe("TIMED_OUT");
    expect((await store.results(run.id, { first: 1, after: null })).totalCount).toBe(40);
  });

  it("is not held up by a worker that has died", async () => {
    const { store, runs, runner } = await open({ heartbeatMs: 100 });
    const { run } = await runs.startRun(smallRequest({ chunkVariants: 100 }), null);
    const id = { runId: run.id, stage: "STAGE_A", no: 0 } as const;
    await store.claimChunk({ ...id, worker: "dead", leaseMs: 500 });
    await runs.cancelRun(run.id, null);
    expect((await store.run(run.id))!.state).toBe("RUNNING");
    await runner.start();
    expect((await ended(store, run.id)).state).toBe("CANCELLED");
  });

  it("fails after three attempts at a chunk, with what was done", async () => {
    const attempts: number[] = [];
    const pool = (threads: ServiceUnderTest["pool"]) =>
      faultyPool(threads, ({ stage, from }) => {
        if (stage !== "STAGE_A" || from !== 300) return false;
        attempts.push(from);
        return true;
      });
    const { store, runs, faults } = await start({ pool });
    const { run } = await runs.startRun(smallRequest({ chunkVariants: 100 }), null);
    const end = await ended(store, run.id);
    expect(end).toMatchObject({ state: "FAILED", error: { code: "INTERNAL" } });
    expect(end.error!.message).toContain("injected fault in STAGE_A at 300");
    expect(attempts).toHaveLength(3);
    expect(faults).toHaveLength(3);
    expect((await store.results(run.id, { first: 1, after: null })).totalCount).toBeGreaterThan(0);
  });

  it("goes on after a fault that passes", async () => {
    let faults = 0;
    const pool = (threads: ServiceUnderTest["pool"]) =>
      faultyPool(threads, ({ from }) => from === 300 && faults++ < 2);
    const { store, runs } = await start({ pool });
    const { digest } = await runs.backtest(smallRequest());
    const { run } = await runs.startRun(smallRequest({ chunkVariants: 100 }), null);
    expect(await ended(store, run.id)).toMatchObject({ state: "SUCCEEDED", digest });
  });

  it("fails at once for a mistake that no attempt can mend", async () => {
    let asked = 0;
    const gone = () => {
      throw new UserError("NOT_FOUND", complaint("dataset", "there is no such dataset"));
    };
    const datasets: ServiceOptions["datasets"] = (library) => ({
      // The plan finds its candles, the runner does not.
      candles: async (hash) => (asked++ === 0 ? library.candles(hash) : gone()),
      resampled: gone,
    });
    const { store, runs, faults } = await start({ datasets });
    const { run } = await runs.startRun(smallRequest({ chunkVariants: 1_000_000 }), null);
    expect(await ended(store, run.id)).toMatchObject({
      state: "FAILED",
      error: { code: "NOT_FOUND" },
    });
    expect(faults).toHaveLength(1);
  });
});
