import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type OpenStore, openStore } from "../../src/store/open.ts";
import { CHUNK_STATES, RUN_STATES } from "../../src/store/records.ts";
import { chunks, runs } from "../../src/store/schema.ts";
import {
  CHUNK_TRANSITIONS,
  RUN_TRANSITIONS,
  transitionPairs,
} from "../../src/store/transitions.ts";
import { onBothDatabases } from "../support/databases.ts";
import { samplePlan } from "../support/sample-plan.ts";

onBothDatabases("state transitions", (database) => {
  let store: OpenStore;
  let drop: () => Promise<void>;
  let runId: string;

  beforeAll(async () => {
    const made = await database.create();
    drop = made.drop;
    store = await openStore(made.location);
    const run = { kernels: "reference", idempotencyKey: null, requestHash: "h" } as const;
    runId = (await store.createRun({ ...run, plan: samplePlan() })).run.id;
  });

  afterAll(async () => {
    await store?.close();
    await drop?.();
  });

  it("allows exactly the pairs of the run table", async () => {
    const write = (state: string) =>
      store.database.db.execute(sql`update runs set state = ${state} where id = ${runId}`);
    const allowed = await pairsTheDatabaseTakes("runs", RUN_STATES, write);
    expect(allowed).toEqual(transitionPairs(RUN_TRANSITIONS).sort());
  });

  it("allows exactly the pairs of the chunk table", async () => {
    const write = (state: string) =>
      store.database.db.execute(sql`update chunks set state = ${state}
        where run_id = ${runId} and no = 0`);
    const allowed = await pairsTheDatabaseTakes("chunks", CHUNK_STATES, write);
    expect(allowed).toEqual(transitionPairs(CHUNK_TRANSITIONS).sort());
  });

  it("lets runs begin as QUEUED and chunks as PENDING only", async () => {
    const { db } = store.database;
    const [run] = await db.select().from(runs).where(eq(runs.id, runId));
    const { no: _no, ...copy } = run!;
    await expect(
      db.insert(runs).values({ ...copy, id: "born running", state: "RUNNING" }),
    ).rejects.toMatchObject({ cause: { message: expect.stringContaining("begin as QUEUED") } });
    const [chunk] = await db.select().from(chunks).where(eq(chunks.runId, runId));
    await expect(
      db.insert(chunks).values({ ...chunk!, no: 99, state: "DONE" }),
    ).rejects.toMatchObject({ cause: { message: expect.stringContaining("begin as PENDING") } });
  });

  /** Tries every pair from every state; the trigger is off only while a state is being set up. */
  async function pairsTheDatabaseTakes<S extends string>(
    table: "runs" | "chunks",
    states: readonly S[],
    write: (state: S) => Promise<unknown>,
  ): Promise<string[]> {
    const trigger = sql.raw(`${table}_transition`);
    const toggle = (how: "disable" | "enable") =>
      store.database.db.execute(
        sql`alter table ${sql.raw(table)} ${sql.raw(how)} trigger ${trigger}`,
      );
    const taken: string[] = [];
    for (const from of states) {
      for (const to of states) {
        await toggle("disable");
        await write(from);
        await toggle("enable");
        const done = await write(to).then(
          () => true,
          () => false,
        );
        if (from === to) expect(done, `${from} to itself is no transition`).toBe(true);
        else if (done) taken.push(`${from}>${to}`);
      }
    }
    return taken.sort();
  }
});
