import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { riskCells } from "../../src/core/stages/sweep.ts";
import { sweepTask } from "../../src/runner/sweep-task.ts";
import type { RunRecord } from "../../src/store/records.ts";
import { onBothDatabases, POSTGRES } from "../support/databases.ts";
import {
  ended,
  importSample,
  mediumRequest,
  openService,
  runWhen,
  type ServiceUnderTest,
  smallRequest,
} from "../support/service-under-test.ts";
import { startWorkerProcess } from "../support/worker-process.ts";

const POWER_CUT = { leaseMs: 1_500, heartbeatMs: 300 };

onBothDatabases("a run", (database) => {
  let service: ServiceUnderTest;
  let drop: () => Promise<void>;
  let reference: { digest: string; variantKeys: string[] };

  beforeAll(async () => {
    const made = await database.create();
    drop = made.drop;
    service = await openService(made.location);
    await importSample(service);
    const sync = await service.runs.backtest(smallRequest());
    reference = { digest: sync.digest, variantKeys: sync.rows.map((row) => row.variantKey) };
    expect(reference.variantKeys).toHaveLength(40);
  });

  afterAll(async () => {
    expect(service?.faults).toEqual([]);
    await service?.close();
    await drop?.();
  });

  const expectReference = async (run: RunRecord) => {
    expect(run).toMatchObject({ state: "SUCCEEDED", error: null, digest: reference.digest });
    const page = await service.store.results(run.id, { first: 100, after: null });
    expect(page.items.map((edge) => edge.item.variantKey)).toEqual(reference.variantKeys);
    expect(page.items.map((edge) => edge.item.rank)).toEqual(
      reference.variantKeys.map((_, i) => i + 1),
    );
  };

  /** Stage A by hand in the given order of chunks, before any runner has started. */
  it("has the same digest when its chunks are stored in any order", async () => {
    const { store, pool, library } = service;
    const { run } = await service.runs.startRun(smallRequest({ chunkVariants: 500 }), null);
    const { base } = await sweepTask(library, run.plan, 0);
    const order = (await store.chunks(run.id)).map((chunk) => chunk.no).reverse();
    order.push(...order.splice(0, 3));
    for (const no of order) {
      const id = { runId: run.id, stage: "STAGE_A", no } as const;
      const chunk = await store.claimChunk({ ...id, worker: "by hand", leaseMs: 60_000 });
      const { from, to } = chunk!;
      const result = await pool.runChunk({ ...base, stage: "STAGE_A", from, to });
      const { stride, data: rows } = result.rows;
      const { columns, scored } = result;
      await store.storeChunk(
        run.id,
        { stage: "STAGE_A", no, from, to, scored, stride, rows, columns },
        null,
      );
    }
    await service.runner.start();
    await expectReference(await ended(store, run.id));
  });

  it.each([
    { chunkVariants: 400, workers: 1 },
    { chunkVariants: 997, workers: 2 },
    { chunkVariants: 1_000_000 },
  ])("has the same digest with %o", async (schedule) => {
    const { run } = await service.runs.startRun(smallRequest(schedule), null);
    await expectReference(await ended(service.store, run.id));
  });

  it("tells of its progress without holes, both stages from nothing to all", async () => {
    const { run } = await service.runs.startRun(smallRequest({ chunkVariants: 300 }), null);
    await ended(service.store, run.id);
    const events = await service.store.events(run.id, 0, 1000);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
    expect(events[0].kind).toBe("QUEUED");
    expect(events[1].kind).toBe("STARTED");
    const { estimate, sweep } = run.plan;
    for (const [stage, total] of [
      ["STAGE_A", estimate.stageAVariants],
      ["STAGE_B", 200 * riskCells(sweep)],
    ] as const) {
      const ofStage = events.filter((event) => event.stage === stage);
      const done = ofStage.map((event) => event.done);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
      expect(new Set(ofStage.map((event) => event.total))).toEqual(new Set([total]));
    }
    expect(events.find((event) => event.kind === "STAGE")).toMatchObject({
      stage: "STAGE_B",
      done: 0,
    });
    expect(events.at(-1)).toMatchObject({ kind: "SUCCEEDED", stage: "FINALIZING" });
    expect(events.at(-1)!.done).toBe(events.at(-1)!.total);
    const best = (await service.store.results(run.id, { first: 1, after: null })).items[0].item;
    expect(events.at(-1)!.best).toMatchObject({ variantIndex: best.variantIndex });
    expect(best.metrics).toMatchObject(events.at(-1)!.best!.metrics);
  });
});

onBothDatabases("a run whose process is killed", (database) => {
  it("goes on where it was, with the same digest", async () => {
    const { location, drop } = await database.create();
    let service = await openService(location);
    try {
      await importSample(service);
      const { digest } = await service.runs.backtest(mediumRequest());
      const { run } = await service.runs.startRun(mediumRequest(), null);
      await service.close();

      const worker = await startWorkerProcess(location, { ...POWER_CUT, dies: true, passes: 2 });
      await worker.gone;

      service = await openService(location, POWER_CUT);
      const left = await service.store.run(run.id);
      expect(left!.state).toBe("RUNNING");
      expect(left!.done).toBeGreaterThan(0);
      await service.runner.start();
      expect(await ended(service.store, run.id)).toMatchObject({ state: "SUCCEEDED", digest });
      const workers = (await service.store.chunks(run.id)).map((chunk) => chunk.worker);
      expect(new Set(workers).size).toBe(2);
    } finally {
      await service.close();
      await drop();
    }
  });
});

describe("a run of several processes on postgres", () => {
  it("is finished by two together, with the same digest", async () => {
    const { location, drop } = await POSTGRES.create();
    const service = await openService(location);
    try {
      await importSample(service);
      const { digest } = await service.runs.backtest(mediumRequest());
      const workers = await Promise.all([
        startWorkerProcess(location, { workers: 1 }),
        startWorkerProcess(location, { workers: 1 }),
      ]);
      // On a busy machine one may have done it all before the other woke up: then once more.
      for (let by = new Set(); by.size < 2; ) {
        const { run } = await service.runs.startRun(mediumRequest(), null);
        expect(await ended(service.store, run.id)).toMatchObject({ state: "SUCCEEDED", digest });
        by = new Set((await service.store.chunks(run.id)).map((chunk) => chunk.worker));
      }
      await Promise.all(workers.map((worker) => worker.drain()));
    } finally {
      await service.close();
      await drop();
    }
  });

  it("survives the drain of one of them", async () => {
    const { location, drop } = await POSTGRES.create();
    const service = await openService(location);
    try {
      await importSample(service);
      const { digest } = await service.runs.backtest(mediumRequest());
      const worker = await startWorkerProcess(location, { workers: 1, passes: 2 });
      const { run } = await service.runs.startRun(mediumRequest(), null);
      await runWhen(service.store, run.id, (seen) => seen.done > 0);
      await worker.drain();
      const left = await service.store.run(run.id);
      expect(left!.state).toBe("RUNNING");
      const held = (await service.store.chunks(run.id)).filter((c) => c.state === "RUNNING");
      expect(held).toEqual([]);
      await service.runner.start();
      expect(await ended(service.store, run.id)).toMatchObject({ state: "SUCCEEDED", digest });
    } finally {
      await service.close();
      await drop();
    }
  });
});
