import { expect, it } from "vitest";
import { createPool } from "../../src/pool/pool.ts";
import { POSTGRES } from "../support/databases.ts";
import {
  BARS,
  ended,
  importSample,
  longRequest,
  openService,
  smallRequest,
} from "../support/service-under-test.ts";

it("fails a run whose thread has more than it may, after its attempts, and lives on", async () => {
  const { location, drop } = await POSTGRES.create();
  // Enough to begin, and for nothing that is worth a chunk.
  const tight = await createPool({ size: 1, threadBytes: 40 * 2 ** 20, kernels: "wasm" });
  const retries = { faults: 1, baseMs: 50 };
  const service = await openService(location, { pool: () => tight, heartbeatMs: 100, retries });
  try {
    await importSample(service);
    await service.runner.start();
    const { run } = await service.runs.startRun(longRequest("STAGE_A"), null);
    const failed = await ended(service.store, run.id);
    expect(failed).toMatchObject({ state: "FAILED", error: { code: "WORKER_OUT_OF_MEMORY" } });
    expect(failed.error!.message).toContain("40 MiB");
    const chunks = await service.store.chunks(run.id);
    expect(Math.max(...chunks.map(({ attempts }) => attempts))).toBe(2);
    expect(tight.stats().replacedWorkers).toBeGreaterThan(0);
    expect((await service.runs.estimate(smallRequest())).estimate.bars).toBe(BARS);
  } finally {
    await service.close();
    await tight.close();
    await drop();
  }
});
