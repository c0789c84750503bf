import { afterAll, expect, it } from "vitest";
import { PHASES } from "../../src/core/stages/phase-clock.ts";
import { openStore } from "../../src/store/open.ts";
import type { RunRecord } from "../../src/store/records.ts";
import { onBothDatabases } from "../support/databases.ts";
import {
  ended,
  importSample,
  openService,
  runWhen,
  smallRequest,
} from "../support/service-under-test.ts";

onBothDatabases("the profile of a run", (database) => {
  const drops: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const drop of drops) await drop();
  });

  it("adds up to its wall time, and is stored with it", async () => {
    const { location, drop } = await database.create();
    drops.push(drop);
    const service = await openService(location);
    await importSample(service);
    const { run: queued } = await service.runs.startRun(smallRequest({ chunkVariants: 500 }), null);
    expect(queued.profile).toBeNull();
    await service.runner.start();
    const begun = await runWhen(service.store, queued.id, ({ startedAt }) => startedAt !== null);
    expectSums(begun);
    const run = await ended(service.store, queued.id);
    expect(run.state).toBe("SUCCEEDED");
    expectSums(run);
    const { wallMs, threads, phases } = run.profile!;
    expect(threads).toBe(2);
    expect(wallMs).toBeCloseTo(run.finishedAt!.getTime() - run.startedAt!.getTime(), -1);
    for (const phase of ["load", "events", "metrics", "merge", "persist"] as const) {
      expect(phases[phase], phase).toBeGreaterThan(0);
    }
    expect(service.faults).toEqual([]);
    await service.close();

    const reopened = await openStore(location);
    expect((await reopened.run(run.id))!.profile).toEqual(run.profile);
    await reopened.close();
  });
});

function expectSums({ profile }: RunRecord): void {
  const { wallMs, phases, idleMs } = profile!;
  const sum = PHASES.reduce((total, phase) => total + phases[phase], idleMs);
  expect(sum).toBeCloseTo(wallMs, 3);
  expect(idleMs).toBeGreaterThanOrEqual(0);
}
