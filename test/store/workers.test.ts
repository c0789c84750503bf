import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openWorkQueue, type WorkQueue } from "../../src/jobs/work-queue.ts";
import { type OpenStore, openStore } from "../../src/store/open.ts";
import type { RunRecord } from "../../src/store/records.ts";
import type { HeldChunk } from "../../src/store/worker-records.ts";
import { POSTGRES } from "../support/databases.ts";
import { samplePlan } from "../support/sample-plan.ts";
import { bestOf, scoredChunk } from "../support/scored-chunk.ts";

const LEASE_MS = 60_000;

const ANYTHING = { above: null, exceptRuns: [] } as const;

describe("workers", () => {
  /** Of the engine version of the sample plans, and of a later one. */
  let store: OpenStore;
  let later: OpenStore;
  let queue: WorkQueue;
  let laterQueue: WorkQueue;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const made = await POSTGRES.create();
    drop = made.drop;
    store = await openStore(made.location, { engineVersion: "test" });
    later = await openStore(made.location, { engineVersion: "later" });
    queue = await openWorkQueue(store);
    laterQueue = await openWorkQueue(later);
  });

  afterEach(async () => {
    for (const { name } of await store.workers()) await store.signOff(name);
  });

  afterAll(async () => {
    for (const part of [queue, laterQueue, store, later]) await part?.close();
    await drop?.();
  });

  const beat = (of: OpenStore, name: string, chunks: readonly HeldChunk[], more = {}) => {
    const about = { name, host: "h", pid: 7, packageVersion: "1.2.3", cores: 4, threads: 2 };
    const held = { chunks, ends: [] };
    return of.heartbeat({ about, leaseMs: LEASE_MS, held, idle: true, ...more });
  };

  const create = async (): Promise<RunRecord> => {
    const run = { kernels: "reference", idempotencyKey: null, requestHash: "h" } as const;
    return (await store.createRun({ ...run, plan: samplePlan({ bases: 50 }) })).run;
  };

  const claim = (of: OpenStore, run: RunRecord, worker: string) =>
    of.claimChunks({ runId: run.id, stage: "STAGE_A", worker, leaseMs: LEASE_MS }, 5);

  it("are known by what they say of themselves, until they go or are lost", async () => {
    const run = await create();
    const [held] = await claim(store, run, "w1");
    await beat(store, "w1", [held!]);
    await beat(later, "w2", []);
    const place = { runId: run.id, stage: "STAGE_A", no: 0 };
    expect(await store.workers()).toMatchObject([
      { name: "w1", engineVersion: "test", packageVersion: "1.2.3", cores: 4, lost: false },
      { name: "w2", engineVersion: "later", chunks: [], lost: false },
    ]);
    expect((await store.workers())[0]!.chunks).toEqual([place]);
    await beat(store, "w1", [], { leaseMs: 1 });
    await sleep(20);
    expect((await store.workers()).map((worker) => worker.lost)).toEqual([true, false]);
    await store.signOff("w2");
    expect((await store.workers()).map((worker) => worker.name)).toEqual(["w1"]);
    await store.requestCancel(run.id, null);
  });

  it("leave a run of another engine version alone, and its jobs in their queue", async () => {
    const run = await create();
    expect(await laterQueue.fetch(ANYTHING)).toBeNull();
    expect(await claim(later, run, "w2")).toEqual([]);
    expect((await beat(later, "w2", [])).ailing).toEqual([]);
    await later.recover();
    expect(await laterQueue.fetch(ANYTHING)).toBeNull();
    expect(await queue.fetch(ANYTHING), "it is still there").toMatchObject({
      hint: { runId: run.id },
    });
    // It was lost: whoever is idle and can do it has it sent again.
    expect((await beat(store, "w1", [])).ailing).toEqual([run.id]);
    const chunks = await claim(store, run, "w1");
    expect(chunks.map((chunk) => chunk.no)).toEqual([0, 1]);
    for (const chunk of chunks) {
      const scored = scoredChunk(run.plan, chunk);
      await store.storeChunk(run.id, scored, bestOf(scored));
    }
    const end = { runId: run.id, leaseMs: LEASE_MS };
    expect(await later.claimEnd({ ...end, worker: "w2" })).toBeNull();
    expect(await store.claimEnd({ ...end, worker: "w1" })).toMatchObject({ work: "BEGIN_STAGE_B" });
    await store.releaseEnd(run.id, "w1");

    // A stop is left to a process of its version as well, as long as there is one.
    await later.requestCancel(run.id, null);
    expect(await later.claimEnd({ ...end, worker: "w2" })).toBeNull();
    await store.signOff("w1");
    expect((await beat(later, "w2", [])).ailing).toEqual([run.id]);
    expect(await later.claimEnd({ ...end, worker: "w2" })).toMatchObject({ work: "ABANDON" });
  });
});
