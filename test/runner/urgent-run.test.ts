import { expect, it } from "vitest";
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
    const service = await openService(made.location);
    cleanUp.defer(() => service.close());
    await importSample(service);
    await service.runner.start();
    const { runs, store } = service;
    const wanted = mediumRequest();
    const { digest } = await runs.backtest(wanted);

    const schedule = { ...wanted.schedule, priority: "BULK" } as const;
    const { run: bulk } = await runs.startRun({ ...wanted, schedule }, null);
    await runWhen(store, bulk.id, ({ done }) => done > 0);
    const { run } = await runs.startRun(smallRequest({ priority: "CRITICAL" }), null);
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
