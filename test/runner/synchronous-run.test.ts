import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ComputePool } from "../../src/pool/task.ts";
import { POSTGRES } from "../support/databases.ts";
import {
  importSample,
  longRequest,
  openService,
  type ServiceUnderTest,
  smallRequest,
} from "../support/service-under-test.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Columns of all chunks that have been scored, and the most of which were there at a time. */
const columns: WeakRef<Float64Array>[] = [];
let mostAlive = 0;
/** Keys of chunks that were scored, and were not forgotten since. */
const kept = new Set<string>();
let keysUsed = 0;

async function collected(): Promise<void> {
  // What a job has looked at stays until the job ends.
  await new Promise(setImmediate);
  collectGarbage();
  const alive = columns.filter((column) => column.deref() !== undefined).length;
  mostAlive = Math.max(mostAlive, alive);
}

/** The pool, which looks from time to time what is still there of chunks it has scored. */
function watched(pool: ComputePool): ComputePool {
  const runChunk: ComputePool["runChunk"] = async (task, options) => {
    const result = await pool.runChunk(task, options);
    kept.add(task.key);
    keysUsed++;
    columns.push(new WeakRef(result.columns[0]));
    if (columns.length % 20 === 0) await collected();
    return result;
  };
  return new Proxy(pool, {
    get(target, name) {
      if (name === "runChunk") return runChunk;
      if (name === "forget") return (key: string) => kept.delete(key) && target.forget(key);
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describe("a synchronous run", () => {
  let service: ServiceUnderTest;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const made = await POSTGRES.create();
    drop = made.drop;
    service = await openService(made.location, { pool: watched });
    await importSample(service);
  });

  afterAll(async () => {
    await service?.close();
    await drop?.();
  });

  it("has one digest whatever its chunks and threads, and stores nothing", async () => {
    const schedules = [{}, { chunkVariants: 37 }, { workers: 1, chunkVariants: 500 }];
    const digests = [];
    for (const schedule of schedules) {
      digests.push((await service.runs.backtest(smallRequest(schedule))).digest);
    }
    expect(new Set(digests).size).toBe(1);
    // Threads keep nothing of a run that has ended.
    expect(keysUsed).toBeGreaterThan(10);
    expect(kept.size).toBe(0);
    const other = { ...smallRequest(), topK: 39 };
    expect((await service.runs.backtest(other)).digest).not.toBe(digests[0]);
    expect((await service.store.listRuns({ first: 1, after: null })).totalCount).toBe(0);
  });

  it("forgets the columns of a chunk once it is merged", async () => {
    columns.length = 0;
    await service.runs.backtest(smallRequest({ chunkVariants: 100 }));
    expect(columns.length).toBeGreaterThan(30);
    await collected();
    expect(mostAlive).toBeLessThan(10);
  });

  it("stops at its deadline, and the pool is free again", async () => {
    const late = service.runs.backtest(longRequest("STAGE_A"), { deadlineMs: 200 });
    await expect(late).rejects.toMatchObject({
      code: "DEADLINE_EXCEEDED",
      details: { deadlineMs: 200 },
    });
    await expect.poll(() => service.pool.stats().busy).toBe(0);
  });

  it("stops when its caller goes", async () => {
    const caller = new AbortController();
    const run = service.runs.backtest(longRequest("STAGE_B"), { signal: caller.signal });
    setTimeout(() => caller.abort(), 150);
    await expect(run).rejects.toMatchObject({ name: "AbortError" });
    await expect.poll(() => service.pool.stats().busy).toBe(0);
    const gone = service.runs.backtest(smallRequest(), { signal: AbortSignal.abort() });
    await expect(gone).rejects.toMatchObject({ name: "AbortError" });
  });

  it("refuses more of them at a time than the service does", async () => {
    const caller = new AbortController();
    const { signal } = caller;
    const some = Array.from({ length: 4 }, () =>
      service.runs.backtest(longRequest("STAGE_A"), { signal }).catch((error) => error.name),
    );
    await expect(service.runs.backtest(smallRequest())).rejects.toMatchObject({
      code: "QUEUE_FULL",
      details: { allowed: 4 },
    });
    caller.abort();
    expect(await Promise.all(some)).toEqual(Array(4).fill("AbortError"));
    expect((await service.runs.backtest(smallRequest())).rows).toHaveLength(40);
  });

  it("names the mistakes of a request before anything runs", async () => {
    const unknown = { ...smallRequest(), dataset: "nowhere" };
    await expect(service.runs.backtest(unknown)).rejects.toMatchObject({
      code: "NOT_FOUND",
      complaints: [{ path: "dataset", value: "nowhere" }],
    });
    await expect(service.runs.startRun({ dataset: 1 }, null)).rejects.toMatchObject({
      code: "VALIDATION",
    });
    await expect(service.runs.cancelRun("nobody", null)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});
