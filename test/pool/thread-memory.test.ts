import { describe, expect, it } from "vitest";
import type { WorkerPool } from "../../src/pool/pool.ts";
import { poolsOfTests } from "../support/open-pools.ts";
import { HEAVY, LIGHT, type PooledPlan, pooled, stageA } from "../support/pool-tasks.ts";

const MiB = 2 ** 20;
const opened = poolsOfTests();
const openPool = (threadMiB: number) =>
  opened({ size: 1, threadBytes: threadMiB * MiB, kernels: "wasm" });

function report(pool: WorkerPool, { plan, candles }: PooledPlan) {
  const choice = { stage: "STAGE_A", variantIndex: 0, points: 50 } as const;
  return pool.report({ sweep: plan.sweep, candles, choice });
}

/** The fault is told before the thread that had it has gone. */
const replaced = (pool: WorkerPool, count: number) =>
  expect.poll(() => pool.stats().replacedWorkers).toBe(count);

describe("the memory of a thread", () => {
  it("is told as it is held, and bounds the arrays and kernels that it may have", async () => {
    const roomy = await openPool(1_024);
    await roomy.runChunk({ ...stageA(HEAVY), from: 100_000, to: 130_000 });
    const [held] = roomy.threadMemory();
    expect(held.heapBytes).toBeGreaterThan(5 * MiB);
    expect(held.arrayBytes).toBeGreaterThan(5 * MiB);

    const tight = await openPool(40);
    const task = { ...stageA(HEAVY), from: 100_000, to: 400_000 };
    await expect(tight.runChunk(task)).rejects.toMatchObject({ code: "WORKER_OUT_OF_MEMORY" });
    await replaced(tight, 1);
  });

  it("ends a thread whose heap is full, and nothing else", async () => {
    const pool = await openPool(28);
    const small = await report(pool, LIGHT);
    // A trade every few bars, and a few objects a trade.
    const indicators = {
      fast: { id: "ma.sma", params: { window: 2 } },
      slow: { id: "ma.sma", params: { window: 3 } },
    };
    const signals = [{ rule: "cross", of: "fast", against: "slow" }];
    const execution = { sizing: "FIXED_QUOTE", fixedQuote: 1, feePct: 0 };
    const large = pooled({ strategy: { indicators, signals }, execution }, 400_000);
    await expect(report(pool, large)).rejects.toMatchObject({ code: "WORKER_OUT_OF_MEMORY" });
    await replaced(pool, 1);
    expect(await report(pool, LIGHT)).toEqual(small);
  });
});
