import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { canonicalBytes } from "../../src/core/stages/digest.ts";
import { createPermits, limitPermits, Permit, takeBackPermits } from "../../src/pool/permits.ts";
import type { WorkerPool } from "../../src/pool/pool.ts";
import type { ChunkProgress, ChunkTask } from "../../src/pool/task.ts";
import { poolsOfTests } from "../support/open-pools.ts";
import { chunkHere, HEAVY, LIGHT, stageA } from "../support/pool-tasks.ts";

const opened = poolsOfTests();
const openPool = (size: number) => opened({ size });

const PART: ChunkTask = { ...stageA(HEAVY), from: 100_000, to: 160_000 };
const NEVER = () => false;

describe("permits", () => {
  const permitOf = (words: Int32Array, no: number) => new Permit(words, no, () => {});

  it("are had by as many as there may be", () => {
    const words = createPermits(3);
    const [a, b, c] = [2, 3, 4].map((no) => permitOf(words, no));
    expect([a, b, c].map((permit) => permit.take(NEVER))).toEqual([true, true, true]);
    limitPermits(words, 1);
    // The one in the first place keeps it, the others stop.
    expect([a, b, c].map((permit) => permit.goesOn())).toEqual([true, false, false]);
    expect([b, c].map((permit) => permit.take(() => true))).toEqual([false, false]);
    a.release();
    expect(c.take(NEVER)).toBe(true);
    expect(b.take(() => true)).toBe(false);
    limitPermits(words, 9);
    expect([a, b].map((permit) => permit.take(NEVER))).toEqual([true, true]);
    expect([a, b, c].map((permit) => permit.goesOn())).toEqual([true, true, true]);
  });

  it("have a limit of their own for what is urgent, which nobody waits for in vain", () => {
    const words = createPermits(2);
    limitPermits(words, 0, { from: 50, threads: 1 });
    const [a, b] = [permitOf(words, 2), permitOf(words, 3)];
    expect(a.take(() => true, 49)).toBe(false);
    expect(a.take(NEVER, 50)).toBe(true);
    expect([a.goesOn(50), b.take(() => true, 50)]).toEqual([true, false]);
    // What may not score at all does not take turns with what is urgent.
    let looks = 0;
    expect(b.take(() => ++looks > 9)).toBe(false);
    expect(a.goesOn(50)).toBe(true);
    expect(a.goesOn(49)).toBe(false);
    limitPermits(words, 2);
    expect([a.take(NEVER), b.take(NEVER)]).toEqual([true, true]);
  });

  it("of a thread that is gone are there for others", () => {
    const words = createPermits(1);
    expect(permitOf(words, 2).take(NEVER)).toBe(true);
    takeBackPermits(words, 7);
    expect(permitOf(words, 3).take(() => true)).toBe(false);
    takeBackPermits(words, 2);
    expect(permitOf(words, 3).take(NEVER)).toBe(true);
  });

  it("go round where others wait", async () => {
    const words = createPermits(2);
    limitPermits(words, 1);
    const [a, b] = [permitOf(words, 2), permitOf(words, 3)];
    expect(a.take(NEVER)).toBe(true);
    await sleep(60);
    expect(a.goesOn()).toBe(true);
    expect(b.take(() => true)).toBe(false);
    let looks = 0;
    expect(b.take(() => ++looks > 1)).toBe(false);
    expect(a.goesOn()).toBe(false);
    expect(b.take(NEVER)).toBe(true);
  });
});

/**
 * A chunk that one thread has begun and none goes on with. Where a busy machine came too late for
 * that and it has ended, one of twice the length follows.
 */
async function standingStill(pool: WorkerPool) {
  for (let length = 60_000; ; length *= 2) {
    const task = { ...PART, to: PART.from + length };
    let scored = 0;
    const onProgress = (progress: ChunkProgress) => {
      scored = progress.scored;
    };
    pool.reins.allow(1);
    const chunk = pool.runChunk(task, { progressMs: 5, onProgress });
    while (scored === 0) await sleep(2);
    pool.reins.allow(0);
    // A slice that was begun ends, however long a busy machine lets it wait.
    const holders = pool.reins.words.permits.subarray(-2);
    await expect.poll(() => [...holders]).toEqual([0, 0]);
    // What has been scored by now is told.
    await sleep(60);
    if (scored < length) return { task, chunk, scored: () => scored };
    await chunk;
  }
}

describe("a pool on the reins", () => {
  it("goes on with one thread, stands still with none, and loses nothing", async () => {
    const pool = await openPool(2);
    const { task, chunk, scored } = await standingStill(pool);
    expect(pool.stats()).toMatchObject({ size: 2, allowed: 0, busy: 2 });
    const before = scored();
    await sleep(60);
    expect(scored()).toBe(before);
    pool.reins.allow(1);
    await expect.poll(scored).toBeGreaterThan(before);
    pool.reins.allow(2);
    const result = await chunk;
    const alone = await pool.runChunk(task);
    expect(result.scored).toBe(alone.scored);
    expect(canonicalBytes(result.rows.data)).toEqual(canonicalBytes(alone.rows.data));
    expect(canonicalBytes(result.columns[0])).toEqual(canonicalBytes(alone.columns[0]));
  });

  it("does what is urgent in the middle of a sweep that stands still", async () => {
    const pool = await openPool(2);
    const sweep = pool.runChunk(PART);
    await sleep(20);
    pool.reins.allow(0, { from: 50, threads: 1 });
    const urgent = await pool.runChunk({ ...stageA(LIGHT), urgency: 50 });
    expect(urgent.status).toBe("done");
    expect(canonicalBytes(urgent.rows.data)).toEqual(
      canonicalBytes(chunkHere(stageA(LIGHT)).rows.data),
    );
    pool.reins.allow(2);
    const result = await sweep;
    const alone = await pool.runChunk(PART);
    expect(canonicalBytes(result.rows.data)).toEqual(canonicalBytes(alone.rows.data));
  });

  it("serves every chunk though fewer threads may score than have one", async () => {
    const pool = await openPool(2);
    pool.reins.allow(1);
    const tasks = Array.from({ length: 3 }, () => ({ ...stageA(LIGHT), workers: 1 }));
    const results = await Promise.all(tasks.map((task) => pool.runChunk(task)));
    const expected = canonicalBytes(chunkHere(stageA(LIGHT)).rows.data);
    for (const { rows } of results) expect(canonicalBytes(rows.data)).toEqual(expected);
  });

  it("stops where it stands still, and outlives threads that die with a permit", async () => {
    const pool = await openPool(2);
    const controller = new AbortController();
    const chunk = pool.runChunk(stageA(HEAVY), { signal: controller.signal });
    await sleep(20);
    pool.reins.allow(0);
    controller.abort();
    expect((await chunk).status).toBe("aborted");
    pool.reins.allow(1);
    const again = pool.runChunk(PART);
    await sleep(20);
    await pool.terminateWorker(0);
    await pool.terminateWorker(1);
    expect((await again).status).toBe("done");
  });

  it.runIf(process.platform === "linux")("makes its threads nicer, and no other", async () => {
    const pool = await openPool(2);
    const before = niceOfThreads();
    pool.reins.makeNice(7);
    await pool.runChunk(stageA(LIGHT));
    const after = niceOfThreads();
    // Others come and go in a process that many files share.
    const lasting = [...after].filter(([thread]) => before.has(thread));
    const changed = lasting.filter(([thread, nice]) => before.get(thread) !== nice);
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.length).toBeLessThanOrEqual(2);
    for (const [thread, nice] of changed) {
      expect(nice).toBe(Math.min(19, before.get(thread)! + 7));
    }
  });
});

function niceOfThreads(): Map<string, number> {
  return new Map(
    readdirSync("/proc/self/task").flatMap((thread) => {
      try {
        const stat = readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
        return [[thread, Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16])]];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    }),
  );
}
