import { expect, it } from "vitest";
import { onBothDatabases } from "../support/databases.ts";
import { samplePlan } from "../support/sample-plan.ts";
import { scoredChunk } from "../support/scored-chunk.ts";
import { storeOfSuite } from "../support/suite-store.ts";

const LEASE_MS = 60_000;

onBothDatabases("the next chunk", (database) => {
  const store = storeOfSuite(database);

  it("comes with the one that is stored, but not past a more urgent run", async () => {
    const started = { kernels: "reference", idempotencyKey: null, requestHash: "h" } as const;
    const { run } = await store().createRun({ ...started, plan: samplePlan() });
    const wish = { worker: "w1", leaseMs: LEASE_MS };
    const keep = async (no: number) => {
      const [chunk] = (await store().chunks(run.id)).filter((c) => c.no === no);
      return store().storeChunk(run.id, scoredChunk(run.plan, chunk!), null, wish);
    };
    const first = await store().claimChunk({ runId: run.id, stage: "STAGE_A", ...wish });
    expect(first).toMatchObject({ no: 0 });
    const { next } = await keep(0);
    const [, second] = await store().chunks(run.id);
    expect(next).toEqual(second);
    expect(next).toMatchObject({ no: 1, state: "RUNNING", worker: "w1", attempts: 1 });
    const plan = samplePlan({ bases: 10 });
    const schedule = { ...plan.request.schedule, priority: "CRITICAL" as const };
    const urgent = await store().createRun({
      plan: { ...plan, request: { ...plan.request, schedule } },
      ...started,
    });
    expect((await keep(1)).next).toBeNull();
    const taken = { runId: urgent.run.id, stage: "STAGE_A", ...wish } as const;
    expect(await store().claimChunk(taken)).toMatchObject({ runId: urgent.run.id });
    expect(await store().claimChunk({ ...taken, runId: run.id })).toMatchObject({ no: 2 });
    expect((await keep(2)).next, "it has none that waits").toMatchObject({ no: 3 });
    await store().pauseRun(run.id);
    expect(await keep(3)).toMatchObject({ stored: true, stageComplete: true, next: null });
  });
});
