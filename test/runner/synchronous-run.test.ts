import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { POSTGRES } from "../support/databases.ts";
import {
  importSample,
  longRequest,
  openService,
  type ServiceUnderTest,
  smallRequest,
} from "../support/service-under-test.ts";

describe("a synchronous run", () => {
  let service: ServiceUnderTest;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const made = await POSTGRES.create();
    drop = made.drop;
    service = await openService(made.location, { syncDeadlineMs: 15_000 });
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
    const other = { ...smallRequest(), topK: 39 };
    expect((await service.runs.backtest(other)).digest).not.toBe(digests[0]);
    expect((await service.store.listRuns({ first: 1, after: null })).totalCount).toBe(0);
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
