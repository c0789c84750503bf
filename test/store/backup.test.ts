import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { PGLITE } from "../support/databases.ts";
import {
  ended,
  importSample,
  mediumRequest,
  openService,
  runWhen,
  smallRequest,
} from "../support/service-under-test.ts";

const LONG_MS = 60_000;

it(
  "a copy of the embedded database has every run, and goes on with those under way",
  async () => {
    const { location, drop } = await PGLITE.create();
    const folder = mkdtempSync(join(tmpdir(), "sweepline-backup-"));
    const dataDir = join(folder, "db");
    let service = await openService(location);
    try {
      await importSample(service);
      await service.runner.start();
      const { run: done } = await service.runs.startRun(smallRequest(), null);
      const before = await ended(service.store, done.id);
      const { run } = await service.runs.startRun(mediumRequest(), null);
      await runWhen(service.store, run.id, (seen) => seen.done > 0);
      await service.close();
      cpSync(location.dataDir!, dataDir, { recursive: true });

      // The original goes on, so that there is something to compare with.
      service = await openService(location);
      await service.runner.start();
      const { digest } = await ended(service.store, run.id);
      await service.close();

      service = await openService({ dataDir });
      const restored = (await service.store.run(done.id))!;
      expect(restored).toMatchObject({ state: "SUCCEEDED", digest: before.digest });
      expect((await service.store.run(run.id))!.state).toBe("RUNNING");
      await service.runner.start();
      expect(await ended(service.store, run.id)).toMatchObject({ state: "SUCCEEDED", digest });
    } finally {
      await service.close();
      await drop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  LONG_MS,
);
