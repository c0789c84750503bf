import { describe, expect, it, onTestFinished } from "vitest";
import { canonicalBytes } from "../../src/core/stages/digest.ts";
import { Ranking } from "../../src/core/stages/ranking.ts";
import { riskCells, type Sweep } from "../../src/core/stages/sweep.ts";
import { PoolEmpty } from "../../src/pool/faults.ts";
import { createPool, WorkerPool } from "../../src/pool/pool.ts";
import type { ChunkProgress, ChunkTask, RunChunkOptions } from "../../src/pool/task.ts";
import { poolsOfTests } from "../support/open-pools.ts";
import {
  chunkHere,
  HEAVY,
  indicesOf,
  LIGHT,
  MANY_CELLS,
  stageA,
  stageB,
} from "../support/pool-tasks.ts";

const opened = poolsOfTests();
const openPool = (size: number) => opened({ size });

/** A chunk under way, and the first moment at which it has scored something. */
function begin(pool: WorkerPool, task: ChunkTask, options: RunChunkOptions = {}) {
  const { promise: scoring, resolve } = Promise.withResolvers<void>();
  const heard: ChunkProgress[] = [];
  const done = pool.runChunk(task, {
    ...options,
    progressMs: 5,
    onProgress: (progress) => {
      heard.push(progress);
      if (progress.scored > 0) resolve();
    },
  });
  done.catch(() => resolve());
  return { done, scoring, heard };
}

/** A part of the heavy plan: long enough to be met in the middle, short enough to be waited for. */
const PART = stageA(HEAVY, 0, 60_000);

describe("abort", () => {
  it("answers with the best so far while all threads are busy", async () => {
    const pool = await openPool(2);
    const controller = new AbortController();
    const chunk = begin(pool, stageA(HEAVY), { signal: controller.signal });
    await chunk.scoring;
    const firedMs = performance.now();
    controller.abort();
    const result = await chunk.done;
    console.log(`abort answered after ${(performance.now() - firedMs).toFixed(1)} ms`);
    expect(result.status).toBe("aborted");
    expect(result.scored).toBeGreaterThan(0);
    expect(result.scored).toBeLessThan(HEAVY.plan.estimate.stageAVariants);
    expect(result.rows.data.length).toBeGreaterThan(0);
    expect(result.elapsedMs).toBeGreaterThan(0);

    // What there is of it is right: the same rows as those variants have by themselves.
    const indices = indicesOf(result.rows).slice(0, 20);
    const { key, sweep, candles, stage } = PART;
    const scored = await pool.score({ key, sweep, candles, stage }, indices);
    const { stride, data } = result.rows;
    scored.forEach(({ metrics }, i) => {
      expect(metrics[2]).toBe(data[i * stride + 1]);
    });
    expect(pool.stats()).toMatchObject({ busy: 0, queuedChunks: 0, replacedWorkers: 0 });
  });

  it("does nothing where the signal has fired before", async () => {
    const pool = await openPool(2);
    const result = await pool.runChunk(PART, { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ status: "aborted", scored: 0 });
    expect(result.rows.data).toHaveLength(0);
    expect((await pool.runChunk(stageA(LIGHT))).status).toBe("done");
  });

  it("does not make a chunk wait for the one before it", async () => {
    const pool = await openPool(2);
    const first = begin(pool, stageA(HEAVY), { signal: stopAfterEach() });
    await first.scoring;
    const controller = new AbortController();
    const second = pool.runChunk(stageA(LIGHT), { signal: controller.signal });
    controller.abort();
    let firstEnded = false;
    first.done.then(
      () => {
        firstEnded = true;
      },
      () => {},
    );
    expect(await second).toMatchObject({ status: "aborted", scored: 0 });
    expect(firstEnded).toBe(false);
    expect(pool.stats()).toMatchObject({ busy: 2, queuedChunks: 1 });
    stop();
    expect((await first.done).status).toBe("aborted");
    expect((await pool.runChunk(stageA(LIGHT))).scored).toBe(LIGHT.plan.estimate.stageAVariants);
  });

  let stop = () => {};
  function stopAfterEach(): AbortSignal {
    const controller = new AbortController();
    stop = () => controller.abort();
    return controller.signal;
  }
});

describe("one position with very many cells", () => {
  const cells = riskCells(MANY_CELLS.plan.sweep);
  const task = stageB(MANY_CELLS, Float64Array.of(0));

  it("tells of its rows of targets, not only of its end, and stops between them", async () => {
    const pool = await openPool(1);
    // A tenth of a second may be over before a busy machine says stop: then it is met once more.
    const stopped = async () => {
      const controller = new AbortController();
      const chunk = begin(pool, task, { signal: controller.signal });
      await chunk.scoring;
      controller.abort();
      return { heard: chunk.heard, result: await chunk.done };
    };
    let { heard, result } = await stopped();
    for (let n = 1; result.scored === cells && n < 50; n++) ({ heard, result } = await stopped());
    expect(result.status).toBe("aborted");
    expect(result.scored).toBeGreaterThan(0);
    expect(result.scored).toBeLessThan(cells);
    expect(result.scored % MANY_CELLS.plan.sweep.targets.length).toBe(0);
    expect(heard[0].scored).toBeLessThanOrEqual(result.scored);

    const inTheMiddle: ChunkProgress[] = [];
    for (let n = 0; inTheMiddle.length === 0 && n < 50; n++) {
      const whole = begin(pool, task);
      expect(await whole.done).toMatchObject({ status: "done", scored: cells });
      inTheMiddle.push(...whole.heard.filter(({ scored }) => scored > 0 && scored < cells));
    }
    expect(inTheMiddle).not.toEqual([]);
  });
});

describe("a thread that dies", () => {
  it("in the middle of a chunk is replaced, and the chunk has the same bytes", async () => {
    const pool = await openPool(2);
    const undisturbed = await pool.runChunk(PART);
    const chunk = begin(pool, PART);
    await chunk.scoring;
    await pool.terminateWorker(0);
    const result = await chunk.done;
    expect(pool.stats().replacedWorkers).toBe(1);
    expect(result.status).toBe("done");
    expect(result.scored).toBe(undisturbed.scored);
    expect(canonicalBytes(result.rows.data)).toEqual(canonicalBytes(undisturbed.rows.data));
    expect(canonicalBytes(result.columns[0])).toEqual(canonicalBytes(undisturbed.columns[0]));
    expectForward(chunk.heard, PART);
    expect(chunk.heard.at(-1)).toEqual({
      scored: result.scored,
      best: result.rows.data.slice(0, result.rows.stride),
    });
  });

  it("while idle is replaced, and so is one that dies while it scores chosen rows", async () => {
    const pool = await openPool(2);
    await pool.terminateWorker(1);
    await pool.terminateWorker(0);
    expect(pool.stats()).toMatchObject({ busy: 0, replacedWorkers: 2 });
    expect((await pool.runChunk(stageA(LIGHT))).scored).toBe(LIGHT.plan.estimate.stageAVariants);

    const { key, sweep, candles, stage } = PART;
    const variants = Float64Array.from({ length: 5_000 }, (_, i) => 100_000 + i);
    const scoring = pool.score({ key, sweep, candles, stage }, variants);
    await pool.terminateWorker(0);
    const scored = await scoring;
    expect(scored.map(({ variantIndex }) => variantIndex)).toEqual([...variants]);
    expect(pool.stats().replacedWorkers).toBe(3);
  });

  /** A pool whose only thread died four times before it was ready, and how it waited with it. */
  async function diedFourTimes(): Promise<{ pool: WorkerPool; waits: readonly number[] }> {
    const waits: number[] = [];
    const onWait = (_reason: Error | null, waitMs: number) => void waits.push(waitMs);
    const restarts = { waits: { baseMs: 200, maxMs: 60_000 }, onWait };
    const pool = new WorkerPool({ size: 1, restarts });
    onTestFinished(() => pool.close());
    const waiting = pool.runChunk(stageA(LIGHT));
    waiting.catch(() => {});
    for (let death = 0; death < 3; death++) await pool.terminateWorker(0);
    await expect(waiting).rejects.toThrow(PoolEmpty);
    expect(pool.stats()).toMatchObject({ size: 1, alive: 0, busy: 0, failedStarts: 3 });
    await expect(pool.runChunk(stageA(LIGHT))).rejects.toThrow("died before they were ready");
    // As late as the first wait says; another death makes it longer.
    await expect.poll(() => pool.stats().alive).toBe(1);
    await pool.terminateWorker(0);
    // Where a busy machine came too late it was ready before: then it is done with another pool.
    return pool.stats().failedStarts === 4 ? { pool, waits } : diedFourTimes();
  }

  it("again and again before it is ready is waited with, and the pool is whole again", async () => {
    const { pool, waits } = await diedFourTimes();
    expect(pool.stats()).toMatchObject({ alive: 0, failedStarts: 4 });
    expect(waits).toHaveLength(2);
    for (const [n, waitMs] of waits.entries()) {
      expect(waitMs).toBeGreaterThan((200 * 2 ** n) / 2);
      expect(waitMs).toBeLessThanOrEqual(200 * 2 ** n);
    }
    await expect.poll(() => pool.stats().alive).toBe(1);
    expect((await pool.runChunk(stageA(LIGHT))).scored).toBe(LIGHT.plan.estimate.stageAVariants);
    // Once one is ready, all is forgotten: the next death is mended at once.
    await pool.terminateWorker(0);
    expect(pool.stats()).toMatchObject({ alive: 1, failedStarts: 4 });
    await expect(createPool({ size: 0 })).rejects.toThrow("positive integer");
  });
});

describe("a task that throws", () => {
  const broken = (key: string, change: Partial<Sweep>): ChunkTask => {
    const task = stageA(LIGHT);
    return { ...task, key, sweep: { ...task.sweep, ...change } };
  };

  it("rejects with the thread's error, and the pool lives on", async () => {
    const pool = await openPool(2);
    const [fast, slow] = LIGHT.plan.sweep.indicators;
    const unknown = broken("indicator", { indicators: [fast, { ...slow, id: "ma.none" }] });
    const neighbour = pool.runChunk(stageA(LIGHT));
    await expect(pool.runChunk(unknown)).rejects.toThrow("unknown indicator ma.none");
    await expect(
      pool.runChunk(broken("constraint", { constraint: "fast.window <" })),
    ).rejects.toThrow("column");
    const { key, sweep, candles, stage } = unknown;
    const asked = pool.score({ key, sweep, candles, stage }, Float64Array.of(0, 1, 2));
    await expect(asked).rejects.toThrow("unknown indicator ma.none");
    const expected = chunkHere(stageA(LIGHT));
    for (const result of [await neighbour, await pool.runChunk(stageA(LIGHT))]) {
      expect(canonicalBytes(result.rows.data)).toEqual(canonicalBytes(expected.rows.data));
    }
    const idle = { busy: 0, queuedChunks: 0, replacedWorkers: 0 };
    await expect.poll(() => pool.stats()).toMatchObject(idle);
  });

  it("rejects a task that no thread can be sent", async () => {
    const pool = await openPool(1);
    const task = { ...stageA(LIGHT), sweep: { ...LIGHT.plan.sweep, sources: () => 1 } };
    await expect(pool.runChunk(task)).rejects.toThrow(/could not be cloned/);
    expect(pool.stats()).toMatchObject({ busy: 0, queuedChunks: 0 });
  });
});

describe("threads", () => {
  it("are used as many as a task asks for", async () => {
    const pool = await openPool(2);
    for (const [workers, busy] of [
      [1, 1],
      [2, 2],
      [9, 2],
      [undefined, 2],
    ]) {
      const controller = new AbortController();
      const task = { ...stageA(HEAVY), ...(workers === undefined ? {} : { workers }) };
      const chunk = begin(pool, task, { signal: controller.signal });
      await chunk.scoring;
      expect(pool.stats()).toMatchObject({ size: 2, busy, queuedChunks: 1 });
      controller.abort();
      await chunk.done;
    }
  });

  it("take up the next chunk where the one before it has too few", async () => {
    const pool = await openPool(2);
    const controller = new AbortController();
    const { signal } = controller;
    const one = begin(pool, { ...stageA(HEAVY), workers: 1 }, { signal });
    await one.scoring;
    // The free thread does it all, while the other is still busy.
    const light = await pool.runChunk({ ...stageA(LIGHT), workers: 1 });
    expect(light.scored).toBe(LIGHT.plan.estimate.stageAVariants);
    expect(pool.stats()).toMatchObject({ busy: 1, queuedChunks: 1 });
    controller.abort();
    await one.done;
  });
});

/** Progress never goes back, and the best only gets better. */
function expectForward(heard: readonly ChunkProgress[], task: ChunkTask): void {
  const ranking = new Ranking(task.sweep.ranking);
  heard.forEach((progress, i) => {
    if (i === 0) return;
    const before = heard[i - 1];
    expect(progress.scored).toBeGreaterThanOrEqual(before.scored);
    if (before.best === null) return;
    expect(progress.best).not.toBeNull();
    expect(ranking.before(before.best, 0, progress.best!, 0) && before.best !== progress.best).toBe(
      false,
    );
  });
}

describe("progress", () => {
  it("goes forward only and ends with the chunk's own numbers", async () => {
    const pool = await openPool(2);
    const shortlist = indicesOf(chunkHere(stageA(LIGHT)).rows);
    for (const task of [PART, stageA(LIGHT), stageB(LIGHT, shortlist)]) {
      const chunk = begin(pool, task);
      const { rows, scored } = await chunk.done;
      expectForward(chunk.heard, task);
      expect(chunk.heard.at(-1)).toEqual({ scored, best: rows.data.slice(0, rows.stride) });
      const count = chunk.heard.length;
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(chunk.heard).toHaveLength(count);
    }
  });

  it("has no best where nothing exists to be scored", async () => {
    const pool = await openPool(1);
    const chunk = begin(pool, stageA(HEAVY, 0, 5_000));
    expect(await chunk.done).toMatchObject({ status: "done", scored: 0 });
    expect(chunk.heard.at(-1)).toEqual({ scored: 0, best: null });
    const nothing = await pool.runChunk(stageA(LIGHT, 7, 7));
    expect(nothing).toMatchObject({ status: "done", scored: 0 });
  });
});

describe("close", () => {
  /** Handles of this process that keep it alive on behalf of threads. */
  const threadHandles = () =>
    process.getActiveResourcesInfo().filter((name) => /worker|messageport/i.test(name)).length;

  it("while busy rejects what is under way and leaves nothing behind", async () => {
    const before = threadHandles();
    const pool = await createPool({ size: 2 });
    expect(threadHandles()).toBeGreaterThan(before);
    const chunk = begin(pool, stageA(HEAVY));
    const queued = pool.runChunk(stageA(LIGHT));
    const { key, sweep, candles, stage } = stageA(LIGHT);
    const scoring = pool.score({ key, sweep, candles, stage }, Float64Array.of(1, 2));
    const ends = [chunk.done, queued, scoring].map((work) =>
      expect(work).rejects.toThrow("the pool is closed"),
    );
    await chunk.scoring;
    await Promise.all([pool.close(), pool.close()]);
    await Promise.all(ends);
    await pool.close();
    await expect(pool.runChunk(stageA(LIGHT))).rejects.toThrow("the pool is closed");
    expect(pool.stats()).toMatchObject({ busy: 0, queuedChunks: 0, replacedWorkers: 0 });
    // Threads of former tests may go meanwhile as well.
    await expect.poll(threadHandles).toBeLessThanOrEqual(before);
  });
});
