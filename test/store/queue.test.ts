import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { UserError } from "../../src/core/user-error.ts";
import { openWorkQueue, type WorkQueue } from "../../src/jobs/work-queue.ts";
import { type OpenStore, openStore } from "../../src/store/open.ts";
import type { Priority } from "../../src/store/priorities.ts";
import type { QueueLimits } from "../../src/store/queue-limits.ts";
import type { RunRecord } from "../../src/store/records.ts";
import { onBothDatabases } from "../support/databases.ts";
import { samplePlan } from "../support/sample-plan.ts";
import { scoredChunk } from "../support/scored-chunk.ts";

const ANYTHING = { above: null, exceptRuns: [] } as const;
const AGEING_MS = 60_000;
const WISH = { worker: "w1", leaseMs: 60_000 };

onBothDatabases("the queue", (database) => {
  let store: OpenStore;
  let queue: WorkQueue;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const made = await database.create();
    drop = made.drop;
    store = await openStore(made.location, { ageingMs: AGEING_MS });
    queue = await openWorkQueue(store);
  });

  afterAll(async () => {
    await queue?.close();
    await store?.close();
    await drop?.();
  });

  interface Wish {
    readonly limits?: QueueLimits;
    readonly schedule?: object;
    readonly key?: string;
  }

  async function start(priority: Priority, { limits, schedule, key }: Wish = {}) {
    const plan = samplePlan();
    const asked = { ...plan.request.schedule, priority, ...schedule };
    const { run } = await store.createRun({
      plan: { ...plan, request: { ...plan.request, schedule: asked } },
      ...{ kernels: "reference", idempotencyKey: key ?? null, requestHash: "h" },
      ...(limits === undefined ? {} : { limits }),
    });
    return run;
  }

  /** Follows the next job to its run, and takes a chunk of it. */
  async function take(wanted: Parameters<WorkQueue["fetch"]>[0] = ANYTHING) {
    const job = await queue.fetch(wanted);
    if (job === null) return null;
    await queue.complete(job.id);
    const { runId } = job.hint;
    const claim = { runId, stage: "STAGE_A", ...WISH } as const;
    const [chunk] = await store.claimChunks(claim, 1);
    return chunk === undefined ? null : { runId, chunk };
  }

  /** Moves a moment of runs into the past, as if so long had gone by. */
  async function longAgo(
    moment: "queued_at" | "deadline" | "time_up_at",
    byMs: number,
    runs: RunRecord[],
  ) {
    const column = sql.identifier(moment);
    const shift = sql`${byMs}::float8 * interval '1 ms'`;
    for (const { id } of runs) {
      const { db } = store.database;
      await db.execute(sql`update runs set ${column} = ${column} - ${shift} where id = ${id}`);
    }
  }

  async function end(...runs: readonly RunRecord[]) {
    for (const run of runs) {
      await store.requestCancel(run.id, null);
      for (const chunk of await store.chunks(run.id)) {
        if (chunk.state !== "RUNNING") continue;
        const { columns: _, ...rows } = scoredChunk(run.plan, chunk);
        await store.storePartialChunk(run.id, rows, WISH.worker);
      }
      // What was overdue before ends as that.
      const { stopState } = (await store.run(run.id))!;
      const end = { state: stopState ?? "CANCELLED", rows: [], digest: null, error: null } as const;
      await store.finishRun(run.id, end);
    }
  }

  it("goes by priority, then by age; a retried run goes behind", async () => {
    const names: Priority[] = ["NORMAL", "BULK", "HIGH", "NORMAL", "CRITICAL", "LOW", "HIGH"];
    const runs: RunRecord[] = [];
    for (const name of names) runs.push(await start(name));
    const order = [4, 2, 6, 0, 3, 5, 1].map((i) => runs[i]!.id);
    const places = await store.queuePositions(order);
    expect(order.map((id) => places.get(id)!.position)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const classes = await store.queueClasses();
    expect(classes.map(({ waiting }) => waiting)).toEqual([1, 2, 2, 1, 1]);
    expect(classes[0]!.waitingSince).toBeInstanceOf(Date);

    await store.requestCancel(runs[2]!.id, null);
    await store.retryRun(runs[2]!.id);
    const again = [4, 6, 2, 0, 3, 5, 1].map((i) => runs[i]!.id);
    const found: string[] = [];
    while (found.length < again.length) {
      const { runId } = (await take())!;
      // All of a run before any of the next, though that was there first when a stage began.
      if (found.at(-1) === runId) continue;
      found.push(runId);
      for (let more = true; more; )
        more = (await store.claimChunks({ runId, stage: "STAGE_A", ...WISH }, 9)).length > 0;
    }
    expect(found).toEqual(again);
    await end(...runs);
  });

  it("gives what is above a priority, and not what somebody has enough of", async () => {
    const runs = [await start("BULK"), await start("NORMAL"), await start("HIGH")];
    const [bulk, normal, high] = runs as [RunRecord, RunRecord, RunRecord];
    expect(await queue.fetch({ above: 40, exceptRuns: [] })).toBeNull();
    // Of whoever has its hands full of CRITICAL: the range above is empty.
    expect(await queue.fetch({ above: 50, exceptRuns: [] })).toBeNull();
    expect(await take({ above: 10, exceptRuns: [high.id] })).toMatchObject({ runId: normal.id });
    await store.setRunPriority(bulk.id, "CRITICAL");
    expect(await take({ above: 40, exceptRuns: [] })).toMatchObject({ runId: bulk.id });
    expect((await store.run(bulk.id))!.priority).toBe("CRITICAL");
    await end(...runs);
    await expect(store.setRunPriority(bulk.id, "LOW")).rejects.toThrow("no priority any more");
  });

  it("lets nothing starve, and keeps the order of one priority whatever waits", async () => {
    const urgent = await start("CRITICAL");
    const bulk = [await start("BULK"), await start("BULK")] as const;
    const { chunk } = (await take())!;
    expect(chunk.runId).toBe(urgent.id);
    const keepOn = async (no: number) => {
      const held = (await store.chunks(urgent.id)).find((each) => each.no === no)!;
      return (await store.storeChunk(urgent.id, scoredChunk(urgent.plan, held), null, WISH)).next;
    };
    const beat = () =>
      store.heartbeat({
        about: { name: "w1", host: "h", pid: 1, packageVersion: "1", cores: 1, threads: 1 },
        ...{ leaseMs: 60_000, held: { chunks: [], ends: [] }, idle: false },
      });
    await beat();
    expect(await keepOn(0), "it has not waited long").toMatchObject({ no: 1 });
    await longAgo("queued_at", 4 * AGEING_MS, [...bulk]);
    await beat();
    await beat();
    expect(await keepOn(1), "whoever is done goes to what has waited").toBeNull();
    const lifted = await take();
    expect(lifted, "the first of its priority").toMatchObject({ runId: bulk[0].id });
    expect(await take(), "one turn").toMatchObject({ runId: urgent.id });
    await end(urgent, ...bulk);
  });

  it("has bounds as a whole, of a priority and of an owner, reached by one of many", async () => {
    const limits = { maxQueued: 3, maxQueuedOf: { BULK: 1 } };
    const code = (error: UserError) => `${error.code} ${error.details.retryAfterMs}`;
    const attempts = Array.from({ length: 4 }, () => start("BULK", { limits, key: "the same" }));
    const same = await Promise.all(attempts);
    expect(new Set(same.map(({ id }) => id)).size).toBe(1);
    const more = await Promise.all(
      Array.from({ length: 4 }, () => start("LOW", { limits }).catch(code)),
    );
    const refused = more.filter((answer) => typeof answer === "string");
    expect(refused).toHaveLength(2);
    expect(refused[0]).toMatch(/^QUEUE_FULL \d+$/);
    await expect(start("BULK", { limits })).rejects.toMatchObject({ code: "QUEUE_FULL" });
    expect(await start("BULK", { limits, key: "the same" })).toMatchObject({ id: same[0]!.id });
    const low = more.find((answer) => typeof answer !== "string")!;
    await expect(
      store.setRunPriority(low.id, "BULK", limits),
      "a bound of a priority cannot be passed by",
    ).rejects.toMatchObject({ code: "QUEUE_FULL" });

    await end(low);
    const retries = await Promise.all(
      Array.from({ length: 2 }, () =>
        Promise.all([
          store.retryRun(low.id, limits).catch((error: UserError) => error.code),
          start("LOW", { limits }).catch((error: UserError) => error.code),
        ]),
      ),
    );
    const taken = retries.flat().filter((answer) => typeof answer !== "string");
    expect(taken, "one place, one winner").toHaveLength(1);
    const own = { maxUnfinishedOfOwner: 3 };
    await expect(start("HIGH", { limits: own })).rejects.toMatchObject({ code: "QUOTA_EXCEEDED" });
    const left = [...same.slice(0, 1), ...more, ...taken].filter((run) => typeof run !== "string");
    await end(...left);
  });

  it("ends runs at their deadline, wherever they are", async () => {
    const schedule = { deadline: new Date(Date.now() + 3_600_000).toISOString() };
    const over = { deadline: new Date(Date.now() - 1_000).toISOString() };
    const waiting = await start("LOW", { schedule, key: "late" });
    const paused = await start("LOW", { schedule });
    const working = await start("HIGH", { schedule });
    await store.pauseRun(paused.id);
    expect(await take()).toMatchObject({ runId: working.id });
    await longAgo("deadline", 3_601_000, [waiting, paused, working]);
    await store.recover();
    for (const { id } of [waiting, paused]) {
      expect(await store.run(id)).toMatchObject({ state: "TIMED_OUT", startedAt: null });
      const last = (await store.events(id, 0, 10)).at(-1)!;
      const message = expect.stringMatching(/deadline/);
      expect(last).toMatchObject({ kind: "TIMED_OUT", message });
      expect((await store.run(id))!.error).toMatchObject({ code: "DEADLINE", message });
    }
    expect(await store.run(working.id)).toMatchObject({ state: "RUNNING", stopState: "TIMED_OUT" });
    const late = start("LOW", { schedule: over });
    await expect(late).rejects.toMatchObject({ code: "VALIDATION" });
    expect((await start("LOW", { schedule: over, key: "late" })).id).toBe(waiting.id);
    expect(await store.retryRun(waiting.id)).toMatchObject({ state: "QUEUED", deadline: null });
    await end(waiting, working);
  });

  it("begins no run after its deadline, and ends one that somebody would have begun", async () => {
    const schedule = { deadline: new Date(Date.now() + 3_600_000).toISOString() };
    const [late, working] = [await start("HIGH", { schedule }), await start("LOW", { schedule })];
    await store.claimChunks({ runId: working.id, stage: "STAGE_A", ...WISH }, 1);
    await longAgo("deadline", 3_601_000, [late, working]);
    expect(await take()).toBeNull();
    expect(await store.run(late.id)).toMatchObject({ state: "TIMED_OUT", startedAt: null });
    const more = { runId: working.id, stage: "STAGE_A", ...WISH } as const;
    expect(await store.claimChunks(more, 1)).toEqual([]);
    const stopping = { state: "RUNNING", stopState: "TIMED_OUT", error: { code: "DEADLINE" } };
    expect(await store.run(working.id)).toMatchObject(stopping);
    await end(working);
  });

  it("counts a time limit from the start, without pauses", async () => {
    const run = await start("NORMAL", { schedule: { timeLimitSeconds: 60 } });
    expect((await store.run(run.id))!.timeUpAt).toBeNull();
    expect(await take()).toMatchObject({ runId: run.id });
    await store.pauseRun(run.id);
    await longAgo("time_up_at", 61_000, [run]);
    const { timeUpAt } = (await store.run(run.id))!;
    await sleep(100);
    await store.recover();
    expect(await store.run(run.id)).toMatchObject({ state: "PAUSED", stopState: null });
    await store.resumeRun(run.id);
    const later = (await store.run(run.id))!.timeUpAt!;
    expect(later.getTime() - timeUpAt!.getTime()).toBeGreaterThanOrEqual(90);
    await longAgo("time_up_at", 61_000, [run]);
    await store.stopOverdue(run.id);
    const message = "the time limit of 60 s was reached";
    const over = { stopState: "TIMED_OUT", error: { code: "TIME_LIMIT", message } };
    expect(await store.run(run.id)).toMatchObject(over);
    await end(run);
  });
});
