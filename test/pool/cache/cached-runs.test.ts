import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalBytes } from "../../../src/core/stages/digest.ts";
import type { CacheBounds } from "../../../src/pool/cache/pool-caches.ts";
import { createPool, type WorkerPool } from "../../../src/pool/pool.ts";
import { describeEachKernel } from "../../support/kernel-suites.ts";
import { chunkHere, INSIDE, LIGHT, type PooledPlan, stageA } from "../../support/pool-tasks.ts";

const SIZES: readonly (CacheBounds & { readonly title: string })[] = [
  { title: "nothing", indicatorBytes: 0, atomBytes: 0 },
  { title: "very little", indicatorBytes: 100_000, atomBytes: 8_192 },
  { title: "everything", indicatorBytes: 2 ** 28, atomBytes: 2 ** 26 },
];

describeEachKernel("runs over a pool", (kernels) => {
  describe.each(SIZES)("that keeps $title", (caches) => {
    let pool: WorkerPool;
    beforeAll(async () => {
      pool = await createPool({ size: 2, kernels, caches });
    });
    afterAll(() => pool.close());

    it.each([
      ["pairs of rows", LIGHT],
      ["levels that are crossed", INSIDE],
    ])("have the bytes of a run without caches: %s", async (_, plan: PooledPlan) => {
      const expected = chunkHere(stageA(plan));
      const before = counts(pool);
      for (const key of ["first", "second", "third"]) {
        const task = { ...stageA(plan), key, candlesKey: "these candles" };
        const { rows, columns } = await pool.runChunk(task);
        expect(canonicalBytes(rows.data)).toEqual(canonicalBytes(expected.rows.data));
        expect(columns.map(canonicalBytes)).toEqual(expected.columns.map(canonicalBytes));
      }
      const after = counts(pool);
      if (caches.indicatorBytes === 0) expect(after).toEqual(before);
      else if (caches.atomBytes > 2 ** 20) expect(after.hits).toBeGreaterThan(before.hits);
      for (const { bytes, maxBytes } of pool.caches()) expect(bytes).toBeLessThanOrEqual(maxBytes);
    });

    it("take nothing from runs over other candles", async () => {
      const other = { ...LIGHT, candles: reversed(LIGHT.candles) };
      const expected = chunkHere(stageA(other));
      const task = { ...stageA(other), key: "other", candlesKey: "other candles" };
      const { columns } = await pool.runChunk(task);
      expect(columns.map(canonicalBytes)).toEqual(expected.columns.map(canonicalBytes));
    });
  });
});

function counts(pool: WorkerPool) {
  const all = pool.caches();
  const sum = (of: "hits" | "misses") => all.reduce((total, one) => total + one[of], 0);
  return { hits: sum("hits"), misses: sum("misses") };
}

/** The same bars in another order, so that every row is another one. */
function reversed(candles: PooledPlan["candles"]): PooledPlan["candles"] {
  const { time, ...prices } = candles;
  const columns = Object.entries(prices).map(([name, column]) => [name, column.toReversed()]);
  return { time, ...Object.fromEntries(columns) };
}
