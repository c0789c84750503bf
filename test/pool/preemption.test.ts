import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalBytes } from "../../src/core/stages/digest.ts";
import { createPool, type WorkerPool } from "../../src/pool/pool.ts";
import type { ChunkProgress, ChunkResult, ChunkTask } from "../../src/pool/task.ts";
import { describeEachKernel } from "../support/kernel-suites.ts";
import {
  HEAVY,
  LIGHT,
  MANY_CELLS,
  MANY_PAIRS,
  PAIRS,
  stageA,
  stageB,
} from "../support/pool-tasks.ts";

const BULK = 1;
const URGENT = 4;

/**
 * Each way to score: one by one, in batches, and row by row of a risk grid. A chunk to be met in
 * the middle and waited for, and one that nobody waits for.
 */
const LONG: readonly (readonly [string, ChunkTask, ChunkTask])[] = [
  ["variants one by one", stageA(HEAVY, 0, 48_000), stageA(HEAVY)],
  ["batches", stageA(PAIRS, 0, 12_000), stageA(MANY_PAIRS)],
  [
    "rows of cells",
    stageB(LIGHT, new Float64Array(3_000).fill(5)),
    stageB(MANY_CELLS, new Float64Array(500)),
  ],
];

/** A chunk under way that has scored something. */
async function begun(pool: WorkerPool, task: ChunkTask, signal?: AbortSignal) {
  const { promise: scoring, resolve } = Promise.withResolvers<void>();
  const onProgress = ({ scored }: ChunkProgress) => scored > 0 && resolve();
  const done = pool.runChunk(task, {
    progressMs: 1,
    onProgress,
    ...(signal === undefined ? {} : { signal }),
  });
  await scoring;
  return { done };
}

function bytesOf({ rows, columns, scored, status }: ChunkResult) {
  const bytes = [rows.data, ...columns].map((values) => canonicalBytes(values));
  return { status, scored, bytes };
}

describeEachKernel("an urgent order", (kernels) => {
  describe("to a pool of two threads", () => {
    let pool: WorkerPool;
    beforeAll(async () => {
      pool = await createPool({ size: 2, kernels });
    });
    afterAll(() => pool.close());

    it.each(LONG)("goes before a chunk of %s", async (_, _part, endless) => {
      const controller = new AbortController();
      const bulk = await begun(pool, { ...endless, urgency: BULK }, controller.signal);
      const urgent = await pool.runChunk({ ...stageA(LIGHT), urgency: URGENT });
      expect(urgent.scored).toBe(LIGHT.plan.estimate.stageAVariants);
      controller.abort();
      expect((await bulk.done).status).toBe("aborted");
    });

    it.each(LONG)("leaves a chunk of %s its bytes", async (_, long) => {
      const undisturbed = bytesOf(await pool.runChunk(long));
      const light = bytesOf(await pool.runChunk(stageA(LIGHT)));
      const bulk = await begun(pool, { ...long, urgency: BULK });
      // Twice other variants, once the very sweep that gave way, and what small runs ask for.
      const { stage: _stage, from: _from, to: _to, ...whole } = stageA(LIGHT);
      const { key, sweep, candles, stage } = long;
      const middle = Math.floor((long.from + long.to) / 2);
      const [first, , [own], second] = await Promise.all([
        pool.runChunk({ ...stageA(LIGHT), urgency: URGENT }),
        pool.runSweep({ ...whole, urgency: URGENT }, new AbortController().signal),
        pool.score({ key, sweep, candles, stage, urgency: 2 }, Float64Array.of(middle)),
        pool.runChunk({ ...stageA(LIGHT), urgency: URGENT - 1 }),
      ]);
      expect(bytesOf(await bulk.done)).toEqual(undisturbed);
      expect([first, second].map(bytesOf)).toEqual([light, light]);
      expect(own.variantIndex).toBe(middle);
      expect(pool.stats()).toMatchObject({ queuedChunks: 0, replacedWorkers: 0 });
    });

    it.each(LONG)("does not keep a chunk of %s that is stopped", async (_, long, endless) => {
      const controller = new AbortController();
      const bulk = await begun(pool, { ...endless, urgency: BULK }, controller.signal);
      const stopUrgent = new AbortController();
      const urgent = await begun(pool, { ...stageA(HEAVY), urgency: URGENT }, stopUrgent.signal);
      let urgentEnded = false;
      void urgent.done.then(() => {
        urgentEnded = true;
      });
      controller.abort();
      const stopped = await bulk.done;
      expect(urgentEnded).toBe(false);
      expect(stopped.status).toBe("aborted");
      expect(stopped.scored).toBeGreaterThanOrEqual(stopped.rows.data.length / stopped.rows.stride);
      // What it has let go of does not disturb what comes next, nor what it gave way to.
      expect((await pool.runChunk({ ...stageA(LIGHT), urgency: URGENT + 1 })).status).toBe("done");
      stopUrgent.abort();
      expect((await urgent.done).status).toBe("aborted");
      expect((await pool.runChunk({ ...long, workers: 1 })).status).toBe("done");
      expect(pool.stats()).toMatchObject({ busy: 0, queuedChunks: 0, replacedWorkers: 0 });
    });

    it("does not wait for a thread that never got to it", async () => {
      const controller = new AbortController();
      const urgent = { ...stageA(HEAVY), urgency: URGENT, workers: 1 };
      const { done } = await begun(pool, urgent, controller.signal);
      const light = await pool.runChunk({ ...stageA(LIGHT), urgency: BULK });
      expect(light.scored).toBe(LIGHT.plan.estimate.stageAVariants);
      controller.abort();
      expect((await done).status).toBe("aborted");
    });
  });
});
