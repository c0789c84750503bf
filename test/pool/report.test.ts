import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { variantReport } from "../../src/core/report/variant-report.ts";
import { createPool, type WorkerPool } from "../../src/pool/pool.ts";
import { HEAVY, LIGHT, stageA } from "../support/pool-tasks.ts";

const choice = { stage: "STAGE_A", variantIndex: 40, points: 50 } as const;
const task = { sweep: LIGHT.plan.sweep, candles: LIGHT.candles, choice };
const expected = variantReport(task.sweep, task.candles, choice);

describe("a report from the pool", () => {
  let pool: WorkerPool;
  beforeAll(async () => {
    pool = await createPool({ size: 2 });
  });
  afterAll(() => pool.close());

  it("is the one that the core makes", async () => {
    expect(expected.trades.length).toBeGreaterThan(5);
    expect(await pool.report(task)).toEqual(expected);
    expect(pool.stats()).toMatchObject({ busy: 0, queuedChunks: 0 });
  });

  it("does not wait for a long chunk, nor do orders behind it get lost", async () => {
    const stop = new AbortController();
    const { promise: scoring, resolve } = Promise.withResolvers<void>();
    const onProgress = () => resolve();
    const long = pool.runChunk(stageA(HEAVY), { signal: stop.signal, progressMs: 5, onProgress });
    await scoring;
    const short = pool.runChunk(stageA(LIGHT));
    const reports = Array.from({ length: 5 }, () => pool.report(task));
    const first = await Promise.race([Promise.all(reports), long, short]);
    expect(first).toEqual(reports.map(() => expected));
    const again = pool.runChunk(stageA(LIGHT));
    const scored = pool.score(stageA(LIGHT), Float64Array.of(40));
    stop.abort();
    const [aborted, done, repeated] = await Promise.all([long, short, again]);
    expect([aborted.status, done.status, repeated.status]).toEqual(["aborted", "done", "done"]);
    expect(repeated.rows).toEqual(done.rows);
    expect((await scored)[0].metrics[0]).toBe(expected.metrics.totalReturnPct);
  });

  it("outlives the thread that was at it, and says what is wrong with a variant", async () => {
    const report = pool.report(task);
    await pool.terminateWorker(0);
    expect(await report).toEqual(expected);
    const few = { ...task, choice: { ...choice, points: 1 } };
    await expect(pool.report(few)).rejects.toThrow("a curve of 1 points");
  });
});
