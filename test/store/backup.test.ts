import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { backUp, restore } from "../../src/service-backup.ts";
import type { DatabaseLocation } from "../../src/store/database.ts";
import { ChunkDoor } from "../support/chunk-door.ts";
import { PGLITE, POSTGRES } from "../support/databases.ts";
import {
  ended,
  importSample,
  mediumRequest,
  openService,
  runWhen,
  type ServiceOptions,
  smallRequest,
} from "../support/service-under-test.ts";

/** Shut, no run is over before it was copied in the middle. */
const door = new ChunkDoor();

it("a copy of the embedded database has every run, and goes on with those under way", async () => {
  const { location, drop } = await PGLITE.create();
  const folder = mkdtempSync(join(tmpdir(), "sweepline-backup-"));
  const dataDir = join(folder, "db");
  let service = await openService(location, { pool: (pool) => door.before(pool) });
  try {
    await importSample(service);
    await service.runner.start();
    const { run: done } = await service.runs.startRun(smallRequest(), null);
    const before = await ended(service.store, done.id);
    door.shut(2);
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
});

describe("a backup of a server", () => {
  const folder = mkdtempSync(join(tmpdir(), "sweepline-backup-"));
  const file = join(folder, "first.backup");
  const drops: (() => Promise<void>)[] = [];
  /** Of the run that was under way, and of the server it went on in. */
  let runId: string;
  let digest: string | null;
  let source: DatabaseLocation;

  beforeAll(async () => {
    source = await emptyServer();
    const pool: ServiceOptions["pool"] = (threads) => door.before(threads);
    const service = await openService(source, { leaseMs: 1_000, heartbeatMs: 200, pool });
    try {
      await importSample(service);
      door.shut(2);
      await service.runner.start();
      const { run } = await service.runs.startRun(mediumRequest(), null);
      runId = run.id;
      await runWhen(service.store, runId, (seen) => seen.done > 0);
      await backUp(configOf(source), file);
      door.open();
      ({ digest } = await ended(service.store, runId));
    } finally {
      await service.close();
    }
  });

  afterAll(async () => {
    for (const drop of drops) await drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("goes into another server and is the same there", async () => {
    const target = await emptyServer();
    const again = join(folder, "again.backup");
    const { rows } = await restore(configOf(target), file);
    expect(rows).toBeGreaterThan(50);
    await backUp(configOf(target), again);
    // Short rows may come to lie in room that longer ones left: a table has no order.
    expect(linesOf(again).slice(1).sort()).toEqual(linesOf(file).slice(1).sort());
    await goesOn(target);
    await expect(restore(configOf(target), file)).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("goes into the embedded database, where the run ends with the same digest", async () => {
    const dataDir = join(folder, "data");
    await restore(loadConfig({ environment: { SWEEPLINE_DATA_DIR: dataDir } }), file);
    await goesOn({ dataDir: join(dataDir, "database") });
  });

  it("is refused whole when it is cut off, no backup or of another version", async () => {
    const target = await emptyServer();
    const whole = readFileSync(file);
    const text = gunzipSync(whole).toString();
    const bad = {
      "is cut off": whole.subarray(0, whole.length >> 1),
      "its last line is missing": text.slice(0, text.lastIndexOf("\n", text.length - 2) + 1),
      "instead of": `${text.split("\n").toSpliced(-3, 1).join("\n")}`,
      "not a backup": "name,close\n",
      "another version": text.replace('"migrations":["', '"migrations":["20200101_former","'),
    };
    for (const [says, content] of Object.entries(bad)) {
      const path = join(folder, "bad.backup");
      writeFileSync(path, typeof content === "string" ? gzipSync(content) : content);
      await expect(restore(configOf(target), path), says).rejects.toMatchObject({
        code: "VALIDATION",
        message: expect.stringContaining(says),
      });
    }
    // Nothing is left of the attempts.
    await restore(configOf(target), file);
  });

  async function emptyServer(): Promise<DatabaseLocation> {
    const { location, drop } = await POSTGRES.create();
    drops.push(drop);
    return location;
  }

  async function goesOn(location: DatabaseLocation): Promise<void> {
    // Those of the process that had them when the backup was made.
    const service = await openService(location, { leaseMs: 1_000, heartbeatMs: 200 });
    try {
      expect((await service.store.run(runId))!.state).toBe("RUNNING");
      await service.runner.start();
      expect(await ended(service.store, runId)).toMatchObject({ state: "SUCCEEDED", digest });
    } finally {
      await service.close();
    }
  }
});

function configOf({ url }: DatabaseLocation) {
  return loadConfig({ environment: { DATABASE_URL: url } });
}

function linesOf(file: string): string[] {
  return gunzipSync(readFileSync(file)).toString().split("\n");
}
