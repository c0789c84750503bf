import { eq, sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type OpenStore, openStore } from "../../src/store/open.ts";
import {
  CHUNK_STATES,
  isTerminal,
  RUN_STAGES,
  RUN_STATES,
  type RunStage,
} from "../../src/store/records.ts";
import { chunks, runs } from "../../src/store/schema.ts";
import {
  CHUNK_TRANSITIONS,
  RUN_TRANSITIONS,
  STAGE_BEFORE,
  STAGE_TRANSITIONS,
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
    const write = (state: string) => setState("runs", state);
    await forced("runs", () => setStage("FINALIZING"));
    const allowed = await pairsTheDatabaseTakes("runs", RUN_STATES, write);
    expect(allowed).toEqual(transitionPairs(RUN_TRANSITIONS).sort());
  });

  it("allows exactly the pairs of the chunk table", async () => {
    const write = (state: string) => setState("chunks", state);
    const allowed = await pairsTheDatabaseTakes("chunks", CHUNK_STATES, write);
    expect(allowed).toEqual(transitionPairs(CHUNK_TRANSITIONS).sort());
  });

  it("allows exactly the steps of state and stage together, from each of all", async () => {
    const places = RUN_STATES.flatMap((state) => RUN_STAGES.map((stage) => ({ state, stage })));
    const write = ({ state, stage }: (typeof places)[number]) =>
      sql`update runs set state = ${state}, stage = ${stage} where id = ${runId}`;
    const { db } = store.database;
    // One transaction for all, and a savepoint for each try: what is written stays nowhere.
    await db.transaction(async (tx) => {
      for (const from of places) {
        await tx.execute(sql`alter table runs disable trigger user`);
        await tx.execute(write(from));
        await tx.execute(sql`alter table runs enable trigger user`);
        for (const to of places) {
          const needed = STAGE_BEFORE[to.state] ?? from.stage;
          const moves = RUN_TRANSITIONS[from.state].includes(to.state) && needed === from.stage;
          const states = from.state === to.state || moves;
          const onward = STAGE_TRANSITIONS[from.stage].includes(to.stage);
          const stages = from.stage === to.stage || (onward && !isTerminal(from.state));
          const said = await tx
            .transaction(async (inner) => {
              await inner.execute(write(to));
              throw new Error("taken");
            })
            .catch((error: Error) => error.message);
          const step = `${from.state} ${from.stage} > ${to.state} ${to.stage}`;
          expect(said === "taken", step).toBe(states && stages);
        }
      }
    });
  });

  it("lets nobody delete a run that has not ended", async () => {
    const erase = () => store.database.db.execute(sql`delete from runs where id = ${runId}`);
    for (const state of RUN_STATES.filter((s) => !isTerminal(s))) {
      await forced("runs", () => setState("runs", state));
      await expect(erase(), state).rejects.toMatchObject({
        cause: { message: `a run that is ${state} cannot be deleted` },
      });
    }
  });

  it("lets nobody take a chunk from a run, or make another of it", async () => {
    const { db } = store.database;
    const is = sql`where run_id = ${runId} and no = 0`;
    for (const attempt of [
      sql`delete from chunks ${is}`,
      sql`update chunks set no = 1000 ${is}`,
      sql`update chunks set stage = 'STAGE_B' ${is}`,
      sql`update chunks set start_index = start_index + 1 ${is}`,
    ]) {
      await expect(db.execute(attempt)).rejects.toMatchObject({
        cause: { message: expect.stringContaining("of a run that is there") },
      });
    }
  });

  it("stays in its tables whatever is written, in any order, known or not", async () => {
    const states = [...RUN_STATES, ...CHUNK_STATES, "DELETED", "running", ""];
    const step = fc.record({
      table: fc.constantFrom("runs" as const, "chunks" as const),
      to: fc.constantFrom(...states),
    });
    const tables = { runs: RUN_TRANSITIONS, chunks: CHUNK_TRANSITIONS };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        await forced("runs", () => setStage("FINALIZING"));
        await forced("runs", () => setState("runs", "QUEUED"));
        await forced("chunks", () => setState("chunks", "PENDING"));
        const model: Record<string, string> = { runs: "QUEUED", chunks: "PENDING" };
        for (const { table, to } of steps) {
          const allowed: readonly string[] = Object(tables[table])[model[table]];
          const legal = to === model[table] || allowed.includes(to);
          expect(await succeeds(setState(table, to)), `${table} ${model[table]}>${to}`).toBe(legal);
          if (legal) model[table] = to;
        }
      }),
      { numRuns: 30 },
    );
  });

  it("lets runs begin as QUEUED in STAGE_A and chunks as PENDING only", async () => {
    const { db } = store.database;
    const [run] = await db.select().from(runs).where(eq(runs.id, runId));
    const { no: _no, ...row } = run!;
    const born = { ...row, id: "born", state: "QUEUED", stage: "STAGE_A" } as const;
    const [chunk] = await db.select().from(chunks).where(eq(chunks.runId, runId));
    for (const [insert, says] of [
      [db.insert(runs).values({ ...born, state: "RUNNING" }), "begin as QUEUED"],
      [db.insert(runs).values({ ...born, stage: "STAGE_B" }), "begin in STAGE_A"],
      [db.insert(chunks).values({ ...chunk!, no: 99, state: "DONE" }), "begin as PENDING"],
    ] as const) {
      await expect(insert).rejects.toMatchObject({
        cause: { message: expect.stringContaining(says) },
      });
    }
  });

  function setState(table: "runs" | "chunks", state: string): Promise<unknown> {
    const { db } = store.database;
    return table === "runs"
      ? db.execute(sql`update runs set state = ${state} where id = ${runId}`)
      : db.execute(sql`update chunks set state = ${state} where run_id = ${runId} and no = 0`);
  }

  function setStage(stage: RunStage): Promise<unknown> {
    return store.database.db.execute(sql`update runs set stage = ${stage} where id = ${runId}`);
  }

  /** Writes what no client could, with the triggers off. */
  async function forced(table: "runs" | "chunks", write: () => Promise<unknown>): Promise<void> {
    const toggle = (how: "disable" | "enable") =>
      store.database.db.execute(sql.raw(`alter table ${table} ${how} trigger user`));
    await toggle("disable");
    await write();
    await toggle("enable");
  }

  /** Tries every pair from every state. */
  async function pairsTheDatabaseTakes<S extends string>(
    table: "runs" | "chunks",
    states: readonly S[],
    write: (state: S) => Promise<unknown>,
  ): Promise<string[]> {
    const taken: string[] = [];
    for (const from of states) {
      for (const to of states) {
        await forced(table, () => write(from));
        const done = await succeeds(write(to));
        if (from === to) expect(done, `${from} to itself is no transition`).toBe(true);
        else if (done) taken.push(`${from}>${to}`);
      }
    }
    return taken.sort();
  }
});

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}
