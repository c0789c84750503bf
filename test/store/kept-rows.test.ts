import { type SQL, sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { RANKING_METRICS } from "../../src/core/metrics/ranking-metric.ts";
import type { RunPlan } from "../../src/plan/run-plan.ts";
import {
  type ResultRow,
  RUN_STATES,
  type StopState,
  TERMINAL_STATES,
} from "../../src/store/records.ts";
import { onBothDatabases } from "../support/databases.ts";
import { samplePlan } from "../support/sample-plan.ts";
import { scoredChunk } from "../support/scored-chunk.ts";
import { storeOfSuite } from "../support/suite-store.ts";

const METRICS: Record<string, number | null> = Object.fromEntries(
  RANKING_METRICS.map((name) => [name, 1]),
);
const ROW: ResultRow = {
  ...{ rank: 1, variantIndex: 0, variantKey: "k", params: { "fast.window": 2 } },
  ...{ stopLossPct: null, trailingStopPct: null, takeProfitPct: null },
  metrics: METRICS as ResultRow["metrics"],
};

onBothDatabases("what is stored of a run", (database) => {
  const store = storeOfSuite(database);
  const say = (statement: SQL) => store().database.db.execute(statement);

  /** One chunk of four DONE, one PARTIAL, stopped and not ended yet. */
  async function stoppedRun(plan: RunPlan = samplePlan()): Promise<string> {
    const key = { kernels: "reference", idempotencyKey: null, requestHash: "h" } as const;
    const { id } = (await store().createRun({ plan, ...key })).run;
    const claim = { runId: id, stage: "STAGE_A", worker: "w", leaseMs: 60_000 } as const;
    const [whole, part] = [
      await store().claimChunk({ ...claim, no: 0 }),
      await store().claimChunk({ ...claim, no: 1 }),
    ].map((chunk) => scoredChunk(plan, chunk!));
    await store().storeChunk(id, whole, null);
    await store().requestCancel(id, null);
    expect(await store().storePartialChunk(id, { ...part, scored: 3 }, "w")).toBe(true);
    return id;
  }

  async function end(id: string, state: StopState): Promise<string> {
    const done = { state, rows: [ROW], digest: null, error: null } as const;
    expect(await store().finishRun(id, done)).toBe(true);
    return id;
  }

  async function refused(attempts: readonly SQL[], says: string): Promise<void> {
    for (const attempt of attempts) {
      await expect(say(attempt)).rejects.toMatchObject({
        cause: { code: "23514", message: expect.stringContaining(says) },
      });
    }
  }

  it("is never changed, stored chunks, events and results alike", async () => {
    const id = await end(await stoppedRun(), "CANCELLED");
    const of = sql`where run_id = ${id}`;
    await refused(
      [
        sql`update chunk_results set rows = '' ${of}`,
        sql`update chunk_results set scored = scored + 1 ${of}`,
        sql`update chunk_results set no = no + 10 ${of}`,
        sql`update events set done = 0 ${of}`,
        sql`update events set seq = seq + 100 ${of}`,
        sql`update results set metrics = '{}' ${of}`,
        sql`truncate runs cascade`,
        sql`truncate chunks`,
        sql`truncate chunk_results`,
        sql`truncate events`,
        sql`truncate results`,
      ],
      "cannot be changed by",
    );
  });

  it("goes with its run, and before it what a retry makes anew and old progress", async () => {
    const id = await stoppedRun();
    const of = sql`where run_id = ${id}`;
    const whileItGoesOn = [
      sql`delete from chunk_results ${of} and no = 0`,
      sql`delete from chunk_results ${of} and no = 1`,
      sql`delete from events ${of} and kind = 'PROGRESS'`,
    ];
    await refused(whileItGoesOn, "of a run that is RUNNING cannot be deleted");
    await end(id, "CANCELLED");
    const onceItHasEnded = [...whileItGoesOn.slice(0, 2), sql`delete from events ${of}`];
    await refused(onceItHasEnded, "of a run that is CANCELLED cannot be deleted");
    await say(sql`delete from events ${of} and kind = 'PROGRESS'`);
    await store().retryRun(id);
    const left = await say(sql`select no from chunk_results ${of}`);
    expect((left as { rows: unknown[] }).rows).toEqual([{ no: 0 }]);
    await store().requestCancel(id, null);
    await end(id, "CANCELLED");
    await store().deleteRun(id);
  });

  it("has results that nobody takes from a run that has succeeded", async () => {
    const id = await succeeded(samplePlan());
    await refused([sql`delete from results where run_id = ${id}`], "that is SUCCEEDED");
  });

  it("loses its columns where the run has all and was not to keep them, only", async () => {
    const drop = (id: string) => sql`update chunk_results set columns = null where run_id = ${id}`;
    const plan = samplePlan();
    const schedule = { ...plan.request.schedule, keepColumns: false };
    const light = { ...plan, request: { ...plan.request, schedule } };
    const kept = "columns of a run that keeps them";
    await refused([drop(await stoppedRun()), drop(await stoppedRun(light))], kept);
    await refused([drop(await succeeded(plan))], kept);
    const id = await succeeded(light);
    const columns = sql`select count(*)::int as n from chunk_results
      where run_id = ${id} and columns is not null`;
    expect(((await say(columns)) as { rows: unknown[] }).rows).toEqual([{ n: 0 }]);
    await refused([sql`update chunk_results set columns = 'x' where run_id = ${id}`], kept);
  });

  it("says once how a run is to end, and the run ends so", async () => {
    const set = (id: string, to: string | null, state?: string) =>
      state === undefined
        ? sql`update runs set stop_state = ${to} where id = ${id}`
        : sql`update runs set stop_state = ${to}, state = ${state} where id = ${id}`;
    const id = await stoppedRun();
    const others = [null, "FAILED", "TIMED_OUT", "SUCCEEDED", "cancelled"];
    await refused(
      others.map((to) => set(id, to)),
      "to end as CANCELLED, cannot be stopped",
    );
    const ends = TERMINAL_STATES.filter((state) => state !== "CANCELLED");
    await refused(
      ends.map((state) => sql`update runs set state = ${state} where id = ${id}`),
      "",
    );
    await end(id, "CANCELLED");
    for (const to of [null, ...RUN_STATES.filter((state) => state !== "CANCELLED")]) {
      await refused([set(id, to)], "that is CANCELLED, to end as CANCELLED");
    }
    await refused([sql`update runs set state = 'QUEUED' where id = ${id}`], "takes the stop");
    await refused([set(await succeeded(samplePlan()), "CANCELLED")], "that is SUCCEEDED");
    expect(await store().retryRun(id)).toMatchObject({ state: "QUEUED", stopState: null });
    await refused([set(id, "RUNNING"), set(id, "SUCCEEDED")], "cannot be stopped as");
    await say(set(id, "TIMED_OUT", "TIMED_OUT"));
  });

  async function succeeded(plan: RunPlan): Promise<string> {
    const key = { kernels: "reference", idempotencyKey: null, requestHash: "h" } as const;
    const { id } = (await store().createRun({ plan, ...key })).run;
    for (const stage of ["STAGE_A", "STAGE_B"] as const) {
      if (stage === "STAGE_B") {
        const sizes = { chunkVariants: 1, variantsPerBase: 6 };
        await store().beginStageB(id, Float64Array.of(1), sizes);
      }
      for (const { no } of await store().chunks(id, stage)) {
        const claim = { runId: id, stage, no, worker: "w", leaseMs: 60_000 };
        const chunk = await store().claimChunk(claim);
        await store().storeChunk(id, scoredChunk(plan, chunk!), null);
      }
    }
    const done = { state: "SUCCEEDED", rows: [ROW], digest: "d", error: null } as const;
    expect(await store().finishRun(id, done)).toBe(true);
    return id;
  }
});
