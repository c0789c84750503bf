import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { ChunkRecord } from "../../src/store/records.ts";
import { DEFAULT_RETRIES } from "../../src/store/retries.ts";
import { onBothDatabases } from "../support/databases.ts";
import { samplePlan } from "../support/sample-plan.ts";
import { bestOf, scoredChunk } from "../support/scored-chunk.ts";
import { storeOfSuite } from "../support/suite-store.ts";

const WISH = { worker: "w1", leaseMs: 60_000 };
const FAULT = { kind: "OPERATION", error: { code: "FAULT", message: "for the test" } } as const;

const NO_WAIT = { ...DEFAULT_RETRIES, baseMs: 1, maxMs: 1 };

onBothDatabases("a stretch of chunks", (database) => {
  const store = storeOfSuite(database, { retries: NO_WAIT });
  const plan = samplePlan({ bases: 24, chunkVariants: 1 });
  const create = async () => {
    const started = { kernels: "reference", idempotencyKey: null, requestHash: "h" } as const;
    return (await store().createRun({ ...started, plan })).run;
  };
  const claim = (runId: string, most: number, no?: number) => {
    const which = no === undefined ? {} : { no };
    return store().claimChunks({ runId, stage: "STAGE_A", ...WISH, ...which }, most);
  };
  const beat = (name: string) => {
    const about = { name, host: "h", pid: 7, packageVersion: "1.2.3", cores: 4, threads: 2 };
    return store().heartbeat({
      about,
      leaseMs: 60_000,
      held: { chunks: [], ends: [] },
      idle: true,
    });
  };
  const keep = (chunks: readonly ChunkRecord[], most: number, fewest = 1) => {
    const scored = chunks.map((chunk) => scoredChunk(plan, chunk));
    const told = { best: bestOf(scored[0]!), spent: null };
    return store().storeChunks(chunks[0]!.runId, scored, told, { ...WISH, fewest, most });
  };

  it("is taken and stored in one statement, each chunk as if it were alone", async () => {
    const run = await create();
    const [first, second] = await claim(run.id, 2);
    // Two processes of two lanes: a quarter of those that wait, though more may be had.
    for (const name of ["w1", "w2"]) await beat(name);
    const { next: some } = await keep([first!], 64);
    expect(numbers(some)).toEqual(range(2, 22 / 4));
    expect(some[0]).toMatchObject({ state: "RUNNING", worker: "w1", attempts: 1 });
    // At least so many, though that is more.
    const { stored, next } = await keep(some, 9, 8);
    expect(stored).toBe(5);
    expect(numbers(next)).toEqual(range(7, 8));
    for (const name of ["w1", "w2"]) await store().signOff(name);
    expect((await store().run(run.id))!.done).toBe(6);
    // Somebody else was quicker with one of them; and again nothing is stored twice.
    await store().storeChunk(run.id, scoredChunk(plan, next.find(({ no }) => no === 9)!), null);
    // Alone: half of the nine.
    const { stored: others, next: half } = await keep(next, 64);
    expect([others, ...numbers(half)]).toEqual([7, ...range(15, 9 / 2)]);
    expect(await keep(next, 1)).toMatchObject({ stored: 0, next: [] });
    expect((await store().run(run.id))!.done).toBe(14);
    const kept: number[] = [];
    for await (const { no, from, to, rows, columns } of store().storedChunks(run.id, "STAGE_A")) {
      const alone = scoredChunk(plan, { ...second!, no, from, to });
      expect({ rows, columns }).toEqual({ rows: alone.rows, columns: alone.columns });
      kept.push(no);
    }
    expect(kept).toEqual([0, ...range(2, 13)]);
    await store().pauseRun(run.id);
  });

  it("ends before a chunk that has been begun before, and that is taken by itself", async () => {
    const run = await create();
    const [first, , third] = await claim(run.id, 3);
    await store().failChunk(third!, "w1", FAULT);
    await sleep(20);
    const { next: again } = await keep([first!], 64, 8);
    expect(again).toMatchObject([{ no: 2, attempts: 2 }]);
    const [sixth] = await claim(run.id, 1, 6);
    await store().failChunk(sixth!, "w1", FAULT);
    await sleep(20);
    expect(numbers((await keep(again, 64, 8)).next)).toEqual([3, 4, 5]);
  });
});

function numbers(chunks: readonly ChunkRecord[]): number[] {
  return chunks.map(({ no }) => no).sort((a, b) => a - b);
}

function range(from: number, count: number): number[] {
  return Array.from({ length: Math.floor(count) }, (_, i) => from + i);
}
