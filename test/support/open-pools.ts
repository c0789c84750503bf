import { afterEach } from "vitest";
import { createPool, type WorkerPool } from "../../src/pool/pool.ts";
import type { PoolOptions } from "../../src/pool/pool-options.ts";

/** Opens pools that are closed after the test that opened them. */
export function poolsOfTests(): (options: PoolOptions) => Promise<WorkerPool> {
  const pools: WorkerPool[] = [];
  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.close()));
  });
  return async (options) => {
    const pool = await createPool(options);
    pools.push(pool);
    return pool;
  };
}
