import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { ComputePool } from "../../src/pool/task.ts";
import type { OpenStore } from "../../src/store/open.ts";
import { ChunkDoor } from "../support/chunk-door.ts";
import { onBothDatabases } from "../support/databases.ts";
import {
  ended,
  importSample,
  mediumRequest,
  openService,
  runWhen,
  type ServiceUnderTest,
  scoringBy,
  smallRequest,
} from "../support/service-under-test.ts";

onBothDatabases("a run that rests", (database) => {
  /** Chunks that the pool was given and scored whole, as `STAGE_A 3`. */
  let scored: string[] = [];
  const door = new ChunkDoor();
  let service: ServiceUnderTest;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const made = await database.create();
    drop = made.drop;
    service = await openService(made.location, { heartbeatMs: 200, pool: guarded });
    await importSample(service);
    await service.runner.start();
  });

  afterEach(() => door.open());

  afterAll(async () => {
    expect(service?.faults).toEqual([]);
    await service?.close();
    await drop?.();
  });

  const watched = (pool: ComputePool): ComputePool =>
    scoringBy(pool, async (task, options) => {
      const result = await pool.runChunk(task, options);
      const starts = [task.from, ...(task.ends ?? []).slice(0, -1)];
      if (result.status === "done") scored.push(...starts.map((from) => `${task.stage} ${from}`));
      return result;
    });

  const guarded = (pool: ComputePool) => door.before(watched(pool));

  const chunksOf = async (runId: string, ...states: string[]) =>
    (await service.store.chunks(runId))
      .filter((chunk) => states.includes(chunk.state))
      .map((chunk) => `${chunk.stage} ${chunk.from}`);

  it("pauses where its chunks end, and scores none of them twice", async () => {
    const { store, runs } = service;
    const { digest } = await runs.backtest(mediumRequest());
    scored = [];
    door.shut(2);
    const { run } = await runs.startRun(mediumRequest(), null);
    await runWhen(store, run.id, (seen) => seen.done > 0);
    await runs.pauseRun(run.id);
    door.open();
    while ((await chunksOf(run.id, "RUNNING")).length > 0) await sleep(20);
    const done = await chunksOf(run.id, "DONE");
    expect(done.length).toBeGreaterThan(0);
    expect((await chunksOf(run.id, "PENDING")).length).toBeGreaterThan(0);
    expect(await chunksOf(run.id, "PARTIAL")).toEqual([]);
    // Two heartbeats, which send lost jobs again, begin nothing.
    await sleep(500);
    expect(await chunksOf(run.id, "DONE", "RUNNING")).toEqual(done);
    expect((await store.run(run.id))!.state).toBe("PAUSED");
    await runs.resumeRun(run.id);
    expect(await ended(store, run.id)).toMatchObject({ state: "SUCCEEDED", digest });
    expect(scored.toSorted()).toEqual((await chunksOf(run.id, "DONE")).toSorted());
    const chunks = await store.chunks(run.id);
    expect(new Set(chunks.map((chunk) => chunk.attempts))).toEqual(new Set([1]));
  });

  it("redoes only what is missing when it is retried", async () => {
    const { store, runs } = service;
    const { digest } = await runs.backtest(mediumRequest());
    // Two by themselves, then a stretch of several.
    door.shut(3);
    const { run } = await runs.startRun(mediumRequest(), null);
    await runWhen(store, run.id, (seen) => seen.done > 2_000);
    await runs.cancelRun(run.id, null);
    expect((await ended(store, run.id)).state).toBe("CANCELLED");
    door.open();
    const kept = await chunksOf(run.id, "DONE");
    expect(kept.length).toBeGreaterThan(0);
    scored = [];
    await runs.retryRun(run.id);
    expect(await ended(store, run.id)).toMatchObject({ state: "SUCCEEDED", digest });
    const all = await chunksOf(run.id, "DONE");
    expect(scored.toSorted()).toEqual(all.filter((chunk) => !kept.includes(chunk)).toSorted());
  });

  it("is nowhere any more when it is deleted", async () => {
    const { store, runs } = service;
    const { run } = await runs.startRun(smallRequest({ chunkVariants: 1_000 }), "a key of it");
    const other = await runs.startRun(smallRequest({ chunkVariants: 1_000 }), "another key");
    for (const { id } of [run, other.run]) await ended(store, id);
    // A worker tells with its heartbeat which chunks it scores: those of both runs are over then.
    while ((await placesOf(store, "STAGE_")).some((place) => place.startsWith("public.workers.")))
      await sleep(20);
    expect((await placesOf(store, run.id)).length).toBeGreaterThan(5);
    const others = await placesOf(store, other.run.id);
    await runs.deleteRun(run.id);
    expect(await placesOf(store, run.id)).toEqual([]);
    expect(await placesOf(store, other.run.id)).toEqual(others);
  });
});

/** Every table and column of the database, the queue's too, where a run's id is to be found. */
async function placesOf({ database: { db } }: OpenStore, runId: string): Promise<string[]> {
  const columns = await rowsOf<{ place: string; query: string }>(
    db.execute(sql`
      select c.table_schema || '.' || c.table_name || '.' || c.column_name as place,
        format('select count(*)::integer as n from %I.%I where %I::text like ',
          c.table_schema, c.table_name, c.column_name) as query
      from information_schema.columns c
      join information_schema.tables t using (table_schema, table_name)
      where t.table_type = 'BASE TABLE'
        and c.table_schema not in ('pg_catalog', 'information_schema')
        and c.data_type in ('text', 'character varying', 'json', 'jsonb', 'ARRAY', 'uuid')
      order by place`),
  );
  const places: string[] = [];
  for (const { place, query } of columns) {
    const [found] = await rowsOf<{ n: number }>(db.execute(sql`${sql.raw(query)} ${`%${runId}%`}`));
    if (found.n > 0) places.push(`${place}: ${found.n}`);
  }
  return places;
}

async function rowsOf<Row>(result: PromiseLike<unknown>): Promise<Row[]> {
  return ((await result) as { rows: Row[] }).rows;
}
