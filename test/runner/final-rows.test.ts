import { afterAll, beforeAll, expect, it } from "vitest";
import { createPool, type WorkerPool } from "../../src/pool/pool.ts";
import { finalRows } from "../../src/runner/stage-ends.ts";
import { LIGHT, stageA } from "../support/pool-tasks.ts";

const hurry = (withinMs: number) => ({ withinMs, now: () => performance.now() });

let pool: WorkerPool;
beforeAll(async () => {
  pool = await createPool({ size: 2 });
});
afterAll(() => pool.close());

it("are all of the best, or in a hurry the very best of them, with the same numbers", async () => {
  const { plan, candles } = LIGHT;
  const task = { plan, base: { key: plan.planHash, sweep: plan.sweep, candles } };
  const { rows: best } = await pool.runChunk(stageA(LIGHT));
  const all = await finalRows(task, { pool }, "STAGE_A", best);
  expect(all.rows.map(({ variantIndex }) => variantIndex)).toEqual(
    Array.from({ length: plan.sweep.preselect }, (_, i) => best.data[i * best.stride]),
  );
  const hurried = await finalRows(task, { pool }, "STAGE_A", best, hurry(0));
  expect(hurried.rows).toEqual(all.rows.slice(0, 16));
  expect(hurried.packed.data).toEqual(all.packed.data.slice(0, 16 * all.packed.stride));
  expect((await finalRows(task, { pool }, "STAGE_A", best, hurry(60_000))).rows).toEqual(all.rows);
});

it("leave a thread that is new to the sweep ready for its chunks, constraint and all", async () => {
  const { plan, candles } = LIGHT;
  const chunk = stageA(LIGHT);
  const task = { plan, base: { key: chunk.key, sweep: plan.sweep, candles } };
  const { rows: best, scored, columns } = await pool.runChunk(chunk);
  await using cleanUp = new AsyncDisposableStack();
  const fresh = await createPool({ size: 1 });
  cleanUp.defer(() => fresh.close());
  await finalRows(task, { pool: fresh }, "STAGE_A", best);
  const after = await fresh.runChunk(chunk);
  expect(after.scored).toBe(scored);
  expect(after.rows).toEqual(best);
  expect(after.columns).toEqual(columns);
});
