import { expect, it } from "vitest";
import { PRIORITIES } from "../../src/store/priorities.ts";
import { ChunkDoor } from "../support/chunk-door.ts";
import { onBothDatabases } from "../support/databases.ts";
import {
  ended,
  importSample,
  mediumRequest,
  openService,
  runWhen,
  smallRequest,
} from "../support/service-under-test.ts";

onBothDatabases("an urgent run beside a bulk sweep", (database) => {
  it("goes before it, and the sweep goes on where it was", async () => {
    const made = await database.create();
    await using cleanUp = new AsyncDisposableStack();
    cleanUp.defer(() => made.drop());
    const door = new ChunkDoor();
    const service = await openService(made.location, { pool: (pool) => door.before(pool) });
    cleanUp.defer(() => service.close());
    await importSample(service);
    await service.runner.start();
    const { runs, store } = service;
    const wanted = mediumRequest();
    const { digest } = await runs.backtest(wanted);

    const schedule = { ...wanted.schedule, priority: "BULK" } as const;
    door.shut(2, ({ urgency }) => urgency === PRIORITIES.BULK);
    const { run: bulk } = await runs.startRun({ ...wanted, schedule }, null);
    await runWhen(store, bulk.id, ({ done }) => done > 0);
    const { run } = await runs.startRun(smallRequest({ priority: "CRITICAL" }), null);
    door.open();
    const urgent = await ended(store, run.id);
    const sweep = await ended(store, bulk.id);

    expect([urgent.state, sweep.state]).toEqual(["SUCCEEDED", "SUCCEEDED"]);
    expect(Number(urgent.finishedAt)).toBeLessThan(Number(sweep.finishedAt));
    expect(sweep.digest).toBe(digest);
    const chunks = await store.chunks(bulk.id);
    expect(chunks.filter(({ attempts }) => attempts !== 1)).toEqual([]);
    expect(service.faults).toEqual([]);
  });
});
