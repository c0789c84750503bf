import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkStrategy } from "../../src/core/canary/check-strategy.ts";
import { createPool, type WorkerPool } from "../../src/pool/pool.ts";
import { LIGHT, stageA } from "../support/pool-tasks.ts";

const task = { sweep: LIGHT.plan.sweep, candles: LIGHT.candles, seed: 3 };
const expected = checkStrategy(task, task.seed);

describe("a check from the pool", () => {
  let pool: WorkerPool;
  beforeAll(async () => {
    pool = await createPool({ size: 2 });
  });
  afterAll(() => pool.close());

  it("is the one that the core makes, beside chunks and other checks", async () => {
    expect(expected.lookahead).toMatchObject({ passed: true, seed: 3 });
    expect(expected.lookahead.sidedBars).toBeGreaterThan(100);
    const chunk = pool.runChunk(stageA(LIGHT));
    const checks = await Promise.all([pool.check(task), pool.check(task), pool.check(task)]);
    expect(checks).toEqual(checks.map(() => expected));
    expect((await chunk).status).toBe("done");
    expect(pool.stats()).toMatchObject({ busy: 0, queuedChunks: 0 });
  });

  it("outlives the thread that was at it", async () => {
    const check = pool.check(task);
    await pool.terminateWorker(0);
    expect(await check).toEqual(expected);
  });
});
