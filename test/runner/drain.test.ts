import { afterEach, expect, it, vi } from "vitest";
import type { ComputePool } from "../../src/pool/task.ts";
import { POSTGRES } from "../support/databases.ts";
import {
  importSample,
  openService,
  type ServiceUnderTest,
  scoringBy,
  smallRequest,
} from "../support/service-under-test.ts";

let close: () => Promise<void> = async () => {};

afterEach(() => close());

async function open(runChunk: ComputePool["runChunk"]): Promise<ServiceUnderTest> {
  const { location, drop } = await POSTGRES.create();
  const pool = (threads: ComputePool) => scoringBy(threads, runChunk);
  const service = await openService(location, { workers: 1, pool });
  close = async () => {
    await service.close();
    await drop();
  };
  await importSample(service);
  return service;
}

/** Begins a run, and drains the process once it has two chunks in hand. */
async function drainInTheMiddle({ store, runs, runner }: ServiceUnderTest) {
  const { run } = await runs.startRun(smallRequest({ chunkVariants: 500 }), null);
  const running = async () => {
    const chunks = await store.chunks(run.id, "STAGE_A");
    return chunks.filter(({ state }) => state === "RUNNING").length;
  };
  await runner.start();
  await expect.poll(running).toBe(2);
  await runner.drain(0);
  return run;
}

const UNTOUCHED = { state: "PENDING", attempts: 0, worker: null, error: null };

it("gives back its chunks without waiting for a thread that looks at nothing", async () => {
  const service = await open(() => new Promise(() => {}));
  const run = await drainInTheMiddle(service);
  const chunks = await service.store.chunks(run.id, "STAGE_A");
  for (const chunk of chunks) expect(chunk).toMatchObject(UNTOUCHED);
  expect(service.faults).toEqual([]);
  expect(await service.store.workers()).toEqual([]);
});

it("gives them back once the database is there again", async () => {
  const service = await open(() => new Promise(() => {}));
  const { store } = service;
  const outage = new Error("Connection terminated unexpectedly");
  const release = vi.spyOn(store, "releaseChunks");
  for (let i = 0; i < 6; i++) release.mockRejectedValueOnce(outage);
  const run = await drainInTheMiddle(service);
  const chunks = await store.chunks(run.id, "STAGE_A");
  for (const chunk of chunks) expect(chunk).toMatchObject(UNTOUCHED);
});
