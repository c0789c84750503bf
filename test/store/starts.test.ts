import { expect, it } from "vitest";
import type { RunRecord } from "../../src/store/records.ts";
import { onBothDatabases } from "../support/databases.ts";
import { samplePlan } from "../support/sample-plan.ts";
import { storeOfSuite } from "../support/suite-store.ts";

onBothDatabases("starts of runs", (database) => {
  const store = storeOfSuite(database);

  const create = async (overrides: Parameters<typeof samplePlan>[0]): Promise<RunRecord> => {
    const plan = samplePlan(overrides);
    const run = { plan, kernels: "reference", idempotencyKey: null, requestHash: "h" } as const;
    return (await store().createRun(run)).run;
  };

  it("creates a run with chunks that cover Stage A once", async () => {
    const run = await create({ bases: 103, chunkVariants: 25 });
    expect(run).toMatchObject({ state: "QUEUED", stage: "STAGE_A", done: 0, total: 103 });
    const chunks = await store().chunks(run.id);
    expect(chunks.map((c) => [c.from, c.to])).toEqual([
      [0, 25],
      [25, 50],
      [50, 75],
      [75, 100],
      [100, 103],
    ]);
    expect((await store().run(run.id))!.plan).toEqual(run.plan);
    expect(Object.keys((await store().run(run.id))!.plan)).toEqual(Object.keys(run.plan));
  });

  it("knows no run by an unknown or odd id", async () => {
    expect(await store().run("no such run")).toBeNull();
    expect(await store().requestCancel("'; drop table runs", null)).toBeNull();
    await expect(store().retryRun("nope")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("gives the same run for the same key and request, also at the same time", async () => {
    const plan = samplePlan();
    const start = (requestHash: string) =>
      store().createRun({ plan, kernels: "reference", idempotencyKey: "key", requestHash });
    const starts = await Promise.all(Array.from({ length: 6 }, () => start("h")));
    expect(new Set(starts.map((s) => s.run.id)).size).toBe(1);
    expect(starts.filter((s) => s.created)).toHaveLength(1);
    await expect(start("other")).rejects.toMatchObject({
      code: "IDEMPOTENCY_CONFLICT",
      details: { runId: starts[0].run.id },
    });
  });

  it("refuses a run over the queue's bound", async () => {
    const plan = samplePlan();
    const run = { plan, kernels: "reference", idempotencyKey: null, requestHash: "h" } as const;
    const queued = (await store().countRuns()).QUEUED;
    await expect(
      store().createRun({ ...run, limits: { maxQueued: queued } }),
    ).rejects.toMatchObject({
      code: "QUEUE_FULL",
      details: { queued, allowed: queued },
    });
    expect((await store().createRun({ ...run, limits: { maxQueued: queued + 1 } })).created).toBe(
      true,
    );
  });
});
