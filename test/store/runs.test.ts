import { setTimeout as sleep } from "node:timers/promises";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { RANKING_METRICS } from "../../src/core/metrics/ranking-metric.ts";
import { type OpenStore, openStore } from "../../src/store/open.ts";
import type { ResultRow, RunRecord } from "../../src/store/records.ts";
import * as schema from "../../src/store/schema.ts";
import type { StoredRows } from "../../src/store/store.ts";
import type { HeldWork } from "../../src/store/worker-records.ts";
import { onBothDatabases } from "../support/databases.ts";
import { samplePlan } from "../support/sample-plan.ts";
import { bestOf, metricOf, scoredChunk } from "../support/scored-chunk.ts";

const LEASE_MS = 60_000;
/** Three attempts after a fault, almost at once. */
const RETRIES = { faults: 2, userErrors: 0, baseMs: 1, maxMs: 4 };
const METRICS = Object.fromEntries(RANKING_METRICS.map((metric) => [metric, null]));
const ROW: ResultRow = {
  rank: 1,
  variantIndex: 1,
  variantKey: "key",
  params: {},
  stopLossPct: null,
  trailingStopPct: null,
  takeProfitPct: null,
  metrics: METRICS as ResultRow["metrics"],
};

onBothDatabases("runs", (database) => {
  let store: OpenStore;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const made = await database.create();
    drop = made.drop;
    store = await openStore(made.location, { retries: RETRIES, random: () => 0 });
  });

  afterAll(async () => {
    await store?.close();
    await drop?.();
  });

  const create = async (overrides: Parameters<typeof samplePlan>[0] = {}): Promise<RunRecord> => {
    const plan = samplePlan(overrides);
    const run = { plan, kernels: "reference", idempotencyKey: null, requestHash: "h" } as const;
    return (await store.createRun(run)).run;
  };

  const claim = (run: RunRecord, no: number, worker = "w1", leaseMs = LEASE_MS) =>
    store.claimChunk({ runId: run.id, stage: "STAGE_A", no, worker, leaseMs });

  const scoreChunk = async (run: RunRecord, no: number, worker = "w1") => {
    const stage = (await store.run(run.id))!.stage as "STAGE_A" | "STAGE_B";
    const id = { runId: run.id, stage, no };
    const chunk = await store.claimChunk({ ...id, worker, leaseMs: LEASE_MS });
    if (chunk === null) return { stored: false, stageComplete: false };
    const scored = scoredChunk(run.plan, chunk);
    return store.storeChunk(run.id, scored, bestOf(scored));
  };

  it("gives a chunk to one of many who ask at once", async () => {
    const run = await create();
    const workers = Array.from({ length: 8 }, (_, i) => `w${i}`);
    const claims = await Promise.all(workers.map((worker) => claim(run, 0, worker)));
    const winners = claims.filter((c) => c !== null);
    expect(winners).toHaveLength(1);
    expect(winners[0]).toMatchObject({ state: "RUNNING", attempts: 1, from: 0, to: 25 });
    expect((await store.run(run.id))!.state).toBe("RUNNING");
  });

  it("gives a chunk away when its lease has run out, and keeps the first result", async () => {
    const run = await create();
    const slow = await claim(run, 0, "slow", 1);
    await sleep(20);
    expect(await claim(run, 0, "quick"), "not yet given back").toBeNull();
    await store.recover();
    const [back] = await store.chunks(run.id);
    const error = {
      code: "WORKER_LOST",
      message: "worker slow was lost while it worked on it",
    };
    expect(back).toMatchObject({ state: "PENDING", attempts: 1, worker: null, error });
    await sleep(10);
    expect(await claim(run, 0, "quick")).toMatchObject({ worker: "quick", attempts: 2 });
    const scored = scoredChunk(run.plan, slow!);
    expect((await store.storeChunk(run.id, scored, null)).stored).toBe(true);
    expect((await store.storeChunk(run.id, scored, null)).stored).toBe(false);
    expect((await store.chunks(run.id))[0].state).toBe("DONE");
    expect((await store.run(run.id))!.done).toBe(25);
  });

  it("extends the leases of what a worker says it holds, and no others", async () => {
    const run = await create();
    const [held, orphan, foreign] = [
      await claim(run, 0),
      await claim(run, 1),
      await claim(run, 2, "w2"),
    ];
    const leases = async () => (await store.chunks(run.id)).map((c) => c.leaseUntil?.getTime());
    const before = await leases();
    const about = { name: "w1", host: "h", pid: 1, packageVersion: "1", cores: 2, threads: 2 };
    const beat = (leaseMs: number, chunks: HeldWork["chunks"]) =>
      store.heartbeat({ about, leaseMs, held: { chunks, ends: [run.id] }, idle: false });
    await beat(LEASE_MS * 2, [held!, foreign!]);
    const after = await leases();
    expect(after[0]! - before[0]!).toBeGreaterThan(LEASE_MS / 2);
    expect(after.slice(1)).toEqual(before.slice(1));
    await beat(1, []);
    expect(await leases()).toEqual(after);
    expect(orphan!.worker).toBe("w1");
  });

  it("recovers chunks of dead workers and fails a run that keeps losing them", async () => {
    const run = await create();
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect(await claim(run, 1, "dying", 1)).toMatchObject({ attempts: attempt });
      await sleep(20);
      await store.recover();
      await sleep(10);
    }
    const error = {
      code: "WORKER_LOST",
      message: "chunk 1 of STAGE_A, attempt 3: worker dying was lost while it worked on it",
    };
    expect((await store.run(run.id))!).toMatchObject({ state: "FAILED", error });
    // Whoever retries begins to count anew.
    await store.retryRun(run.id);
    expect((await store.chunks(run.id))[1]).toMatchObject({
      attempts: 0,
      retryAt: null,
      error: null,
    });
  });

  it("counts failures but not releases, and fails the run on the last attempt", async () => {
    const run = await create();
    const id = { runId: run.id, stage: "STAGE_A", no: 2 } as const;
    for (let i = 0; i < 5; i++) {
      expect(await claim(run, 2)).toMatchObject({ attempts: 1 });
      await store.releaseChunks([id], "w1");
    }
    const error = { code: "INTERNAL", message: "boom" };
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect(await claim(run, 2)).toMatchObject({ attempts: attempt });
      await store.failChunk(id, "w1", { kind: "OPERATION", error });
      await store.failChunk(id, "w1", { kind: "OPERATION", error });
      expect((await store.chunks(run.id))[2]).toMatchObject({ attempts: attempt, error });
      await sleep(20);
    }
    expect((await store.run(run.id))!).toMatchObject({ state: "FAILED", error });
    expect(await claim(run, 3)).toBeNull();
  });

  it("tries a user's mistake no second time", async () => {
    const run = await create();
    const id = { runId: run.id, stage: "STAGE_A", no: 0 } as const;
    await claim(run, 0);
    const error = { code: "NOT_FOUND", message: "there is no such dataset" };
    await store.failChunk(id, "w1", { kind: "USER", error });
    expect((await store.run(run.id))!).toMatchObject({ state: "FAILED", error });
  });

  it("holds a failed end back, and ends the run when its attempts are used up", async () => {
    const run = await create({ bases: 20 });
    await scoreChunk(run, 0);
    const end = { runId: run.id, worker: "w1", leaseMs: LEASE_MS };
    const error = { code: "INTERNAL", message: "boom" };
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect(await store.claimEnd(end)).toMatchObject({ attempt });
      await store.failEnd(run.id, "another", { kind: "OPERATION", error });
      await store.failEnd(run.id, "w1", { kind: "OPERATION", error });
      await sleep(20);
    }
    expect(await store.run(run.id)).toMatchObject({ state: "FAILED", error });
    expect(await store.claimEnd(end)).toBeNull();
  });

  it("numbers events without holes when many write at once", async () => {
    const run = await create({ bases: 400, chunkVariants: 10 });
    const heard = vi.fn();
    const unsubscribe = store.onRunChanged(heard);
    const lanes = Array.from({ length: 8 }, async (_, lane) => {
      for (let no = lane; no < 40; no += 8) {
        await scoreChunk(run, no, `w${lane}`);
        await store.reportProgress({
          runId: run.id,
          stage: "STAGE_A",
          worker: `w${lane}`,
          chunks: [],
          best: null,
        });
      }
    });
    await Promise.all(lanes);
    const events = await store.events(run.id, 0, 1000);
    expect(events.map((e) => e.seq)).toEqual(events.map((_, i) => i + 1));
    const done = events.map((e) => e.done);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    const last = (await store.run(run.id))!;
    expect(last).toMatchObject({ done: 400, total: 400, lastSeq: events.length });
    const best = Math.max(...Array.from({ length: 400 }, (_, i) => metricOf(i)));
    expect(last.best!.metrics.totalReturnPct).toBe(best);
    await expect.poll(() => heard.mock.calls.flat()).toContain(run.id);
    unsubscribe();
    expect(await store.events(run.id, events.length - 2, 1)).toEqual([events[events.length - 2]]);
  });

  it("takes back chunks of one worker together, and leaves others theirs", async () => {
    const run = await create();
    for (const [no, worker] of ["w1", "w1", "w2"].entries()) await claim(run, no, worker);
    const [first, ...others] = await store.chunks(run.id);
    await store.releaseChunks([first!, ...others], "w1");
    expect((await store.chunks(run.id)).slice(0, 3).map((c) => c.attempts)).toEqual([0, 0, 1]);
  });

  it("adds up what several processes have in flight and never goes back", async () => {
    const run = await create();
    await claim(run, 0, "w1");
    await claim(run, 1, "w2");
    const report = async (worker: string, no: number, scored: number) => {
      const chunks = [{ no, scored }];
      await store.reportProgress({ runId: run.id, stage: "STAGE_A", worker, chunks, best: null });
      return (await store.run(run.id))!.done;
    };
    expect(await report("w1", 0, 10)).toBe(10);
    expect(await report("w2", 1, 7)).toBe(17);
    expect(await report("w1", 1, 25), "a chunk of somebody else").toBe(17);
    await store.releaseChunks([{ runId: run.id, stage: "STAGE_A", no: 1 }], "w2");
    expect(await report("w1", 0, 12)).toBe(17);
  });

  it("completes both stages, and reads back what was stored to the bit", async () => {
    const run = await create({ bases: 100, chunkVariants: 40, preselect: 7 });
    const first = await scoreChunk(run, 0);
    expect(first).toEqual({ stored: true, stageComplete: false, next: null });
    await scoreChunk(run, 2);
    expect(await store.claimEnd({ runId: run.id, worker: "w", leaseMs: 1000 })).toBeNull();
    expect(await scoreChunk(run, 1)).toMatchObject({ stored: true, stageComplete: true });
    const claimed = await store.claimEnd({ runId: run.id, worker: "w", leaseMs: 60_000 });
    expect(claimed).toMatchObject({ work: "BEGIN_STAGE_B", attempt: 1 });
    expect(await store.claimEnd({ runId: run.id, worker: "x", leaseMs: 1000 })).toBeNull();
    const shortlist = Float64Array.from([99, 3, 1, 50, 2 ** 53 - 1, 7, 0]);
    await store.beginStageB(run.id, shortlist, { chunkVariants: 3, variantsPerBase: 6 });
    await store.beginStageB(run.id, shortlist, { chunkVariants: 3, variantsPerBase: 6 });
    expect(await store.shortlist(run.id)).toEqual(shortlist);
    expect((await store.run(run.id))!).toMatchObject({ stage: "STAGE_B", done: 0, total: 42 });
    expect((await store.chunks(run.id, "STAGE_B")).map((c) => c.to)).toEqual([3, 6, 7]);

    const columns: number[] = [];
    for await (const chunk of store.storedChunks(run.id, "STAGE_A")) {
      expect(chunk.from).toBe(columns.length);
      columns.push(...chunk.columns[0]);
    }
    expect(columns).toEqual(Array.from({ length: 100 }, (_, i) => metricOf(i)));

    for (const no of [2, 0, 1]) await scoreChunk(run, no);
    expect((await store.run(run.id))!).toMatchObject({ stage: "FINALIZING", done: 42, total: 42 });
    const finalize = await store.claimEnd({ runId: run.id, worker: "w", leaseMs: 60_000 });
    expect(finalize).toMatchObject({ work: "FINALIZE" });
    const end = { state: "SUCCEEDED", rows: [], digest: "d", error: null } as const;
    await store.pauseRun(run.id);
    expect(await store.finishRun(run.id, end), "held").toBe(false);
    expect(await store.resumeRun(run.id)).toMatchObject({ state: "RUNNING" });
    expect(await store.finishRun(run.id, end)).toBe(true);
    expect(await store.finishRun(run.id, { ...end, digest: "other" })).toBe(false);
    expect((await store.run(run.id))!).toMatchObject({ state: "SUCCEEDED", digest: "d" });
    await expect(store.retryRun(run.id)).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("cancels at once what nobody has begun, and for ever", async () => {
    const run = await create();
    const cancelled = await store.requestCancel(run.id, "bored");
    expect(cancelled).toMatchObject({ state: "CANCELLED", cancelReason: "bored" });
    expect(await store.requestCancel(run.id, "again")).toEqual(cancelled);
    expect((await store.events(run.id, 0, 10)).at(-1)).toMatchObject({
      kind: "CANCELLED",
      message: "bored",
    });
    expect(await claim(run, 0)).toBeNull();
  });

  it("waits for a cancelled run's workers, keeps their scores, and can be retried", async () => {
    const run = await create();
    await scoreChunk(run, 0);
    const chunk = await claim(run, 1);
    expect(await store.requestCancel(run.id, null)).toMatchObject({ state: "RUNNING" });
    expect((await store.runStatus(run.id))!.stopState).toBe("CANCELLED");
    const endClaim = { runId: run.id, worker: "w", leaseMs: 60_000 };
    expect(await store.claimEnd(endClaim), "worked on").toBeNull();
    const whole = scoredChunk(run.plan, chunk!);
    const part: StoredRows = { ...whole, scored: 3, rows: whole.rows.slice(0, 6) };
    expect(await store.storePartialChunk(run.id, part, "w1")).toBe(true);
    expect(await store.storePartialChunk(run.id, part, "w1")).toBe(false);
    expect(await store.claimEnd(endClaim)).toMatchObject({ work: "STOP" });
    const rows: StoredRows[] = [];
    for await (const stored of store.storedRows(run.id, "STAGE_A")) rows.push(stored);
    expect(rows.map((r) => [r.no, r.scored, r.rows.length])).toEqual([
      [0, 25, 50],
      [1, 3, 6],
    ]);
    const end = { state: "CANCELLED", rows: [], digest: null, error: null } as const;
    await store.finishRun(run.id, end);
    await store.releaseEnd(run.id, "w");

    const again = await store.retryRun(run.id);
    expect(again).toMatchObject({ state: "QUEUED", done: 25, cancelRequested: false });
    const states = (await store.chunks(run.id)).map((c) => c.state);
    expect(states).toEqual(["DONE", "PENDING", "PENDING", "PENDING"]);
    for (const no of [1, 2, 3]) await scoreChunk(run, no);
    expect(await store.claimEnd(endClaim)).toMatchObject({ work: "BEGIN_STAGE_B" });
  });

  it("pauses at the chunk and resumes", async () => {
    const run = await create();
    const chunk = await claim(run, 0);
    await store.pauseRun(run.id);
    expect(await claim(run, 1)).toBeNull();
    const scored = scoredChunk(run.plan, chunk!);
    expect((await store.storeChunk(run.id, scored, null)).stored).toBe(true);
    expect(await store.resumeRun(run.id)).toMatchObject({ state: "RUNNING" });
    expect(await claim(run, 1)).toMatchObject({ state: "RUNNING" });
    const waiting = await create();
    await store.pauseRun(waiting.id);
    expect(await store.resumeRun(waiting.id)).toMatchObject({ state: "QUEUED" });
    await store.requestCancel(waiting.id, null);
    await expect(store.pauseRun(waiting.id)).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("deletes an ended run with all that was stored of it, and no other", async () => {
    const plan = samplePlan();
    const request = { plan, kernels: "reference", requestHash: "h" } as const;
    const start = async (idempotencyKey: string) =>
      (await store.createRun({ ...request, idempotencyKey })).run;
    const [run, other] = [await start("delete me"), await start("keep me")];
    for (const { id } of [run, other]) await scoreChunk((await store.run(id))!, 0);
    const late = await claim(run, 1, "late");
    await store.requestCancel(run.id, null);
    const inTime = { code: "CONFLICT", message: expect.stringContaining("before it has ended") };
    for (const id of [run.id, other.id]) {
      await expect(store.deleteRun(id)).rejects.toMatchObject(inTime);
    }
    await store.beginStageB(other.id, Float64Array.of(1), { chunkVariants: 1, variantsPerBase: 1 });
    const end = { state: "CANCELLED", rows: [ROW], digest: null, error: null } as const;
    for (const { id } of [run, other]) expect(await store.finishRun(id, end)).toBe(true);

    const others = await rowsOf(store, other.id);
    expect(Object.values(others).every((rows) => rows > 0)).toBe(true);
    const heard = vi.fn();
    const unsubscribe = store.onRunChanged(heard);
    await store.deleteRun(run.id);
    await expect.poll(() => heard.mock.calls.flat()).toContain(run.id);
    unsubscribe();
    expect(await store.run(run.id)).toBeNull();
    expect(Object.values(await rowsOf(store, run.id)).every((rows) => rows === 0)).toBe(true);
    expect(await rowsOf(store, other.id)).toEqual(others);

    // A worker that comes late changes nothing and fails at nothing.
    const scored = scoredChunk(run.plan, late!);
    expect((await store.storeChunk(run.id, scored, null)).stored).toBe(false);
    expect(await store.storePartialChunk(run.id, scored, "late")).toBe(false);
    await store.releaseChunks([late!], "late");
    expect(await claim(run, 2)).toBeNull();
    expect(await store.finishRun(run.id, end)).toBe(false);
    await expect(store.deleteRun(run.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await start("delete me")).id).not.toBe(run.id);
  });

  if (database.name === "pglite") {
    it("gives the room of a deleted run back", async () => {
      const bytes = async () => {
        const size = sql`select pg_total_relation_size('chunk_results')::float8 as bytes`;
        const { rows } = (await store.database.db.execute(size)) as { rows: { bytes: number }[] };
        return rows[0].bytes;
      };
      const before = await bytes();
      const columns = [Float64Array.from({ length: 200_000 }, () => Math.random())];
      for (let i = 0; i < 3; i++) {
        const run = await create();
        const chunk = await claim(run, 0);
        await store.storeChunk(run.id, { ...scoredChunk(run.plan, chunk!), columns }, null);
        const end = { state: "FAILED", rows: [], digest: null, error: null } as const;
        await store.finishRun(run.id, end);
        await store.deleteRun(run.id);
      }
      expect((await bytes()) - before).toBeLessThan(columns[0].byteLength);
    });
  }
});

/** How many rows each table holds of a run. */
async function rowsOf({ database }: OpenStore, runId: string): Promise<Record<string, number>> {
  const { chunks, chunkResults, events, idempotencyKeys, results, shortlists } = schema;
  const tables = { chunks, chunkResults, events, idempotencyKeys, results, shortlists };
  const counts: Record<string, number> = {};
  for (const [name, table] of Object.entries(tables)) {
    counts[name] = await database.db.$count(table, eq(table.runId, runId));
  }
  return counts;
}
