import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { lockDataDir } from "../../src/store/data-dir-lock.ts";
import { openStore } from "../../src/store/open.ts";
import { onBothDatabases, POSTGRES } from "../support/databases.ts";
import { samplePlan } from "../support/sample-plan.ts";

onBothDatabases("a store that is closed and opened again", (database) => {
  it("has everything, and gives back what was being worked on", async () => {
    const { location, drop } = await database.create();
    let store = await openStore(location);
    try {
      const plan = samplePlan();
      const start = { plan, kernels: "reference", idempotencyKey: "k", requestHash: "h" } as const;
      const { run } = await store.createRun(start);
      const id = { runId: run.id, stage: "STAGE_A", no: 0 } as const;
      await store.claimChunk({ ...id, worker: "w", leaseMs: 60_000 });
      const before = await store.run(run.id);
      await store.close();

      store = await openStore(location);
      // Its profile goes on with the clock.
      expect(await store.run(run.id)).toEqual({ ...before, profile: expect.anything() });
      expect(await store.createRun(start)).toMatchObject({ created: false, run: { id: run.id } });
      // A server may have other processes, so only their leases tell; an embedded database has
      // none.
      const [chunk] = await store.chunks(run.id);
      expect(chunk.state).toBe(database.name === "pglite" ? "PENDING" : "RUNNING");
    } finally {
      await store.close();
      await drop();
    }
  });
});

describe("migrations on postgres", () => {
  it("run once when several processes start together", async () => {
    const { location, drop } = await POSTGRES.create();
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(location)));
    try {
      const { db } = stores[0].database;
      const done = await db.execute(sql`select name from drizzle.__drizzle_migrations`);
      const names = (done as unknown as { rows: { name: string }[] }).rows.map((row) => row.name);
      expect(names.length).toBeGreaterThan(1);
      expect(new Set(names).size).toBe(names.length);
    } finally {
      await Promise.all(stores.map((store) => store.close()));
      await drop();
    }
  });
});

describe("a server whose connections break", () => {
  it("is reached again, and listeners hear of what changed since", async () => {
    const { location, drop } = await POSTGRES.create();
    const [store, other] = [await openStore(location), await openStore(location)];
    try {
      const heard = new Set<string>();
      store.onRunChanged((runId) => heard.add(runId));
      const create = async () => {
        const run = { kernels: "reference", idempotencyKey: null, requestHash: "h" } as const;
        return (await other.createRun({ ...run, plan: samplePlan() })).run.id;
      };
      const first = await create();
      await expect.poll(() => [...heard]).toContain(first);
      heard.clear();
      const cut = sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`;
      await other.database.db.execute(cut);
      const second = await create();
      await expect.poll(() => [...heard]).toContain(second);
      expect(await store.run(second)).toMatchObject({ state: "QUEUED" });
    } finally {
      await store.close();
      await other.close();
      await drop();
    }
  });
});

describe("the lock of a data directory", () => {
  const inTemp = async (use: (dataDir: string) => Promise<void>) => {
    const dir = mkdtempSync(join(tmpdir(), "sweepline-lock-"));
    try {
      await use(join(dir, "db"));
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  };

  it("is had by one, and by the next after its release", () =>
    inTemp(async (dataDir) => {
      const release = await lockDataDir(dataDir);
      await expect(lockDataDir(`${dataDir}/`)).rejects.toThrow(`process ${process.pid}`);
      await expect(openStore({ dataDir })).rejects.toThrow("is in use by process");
      release();
      const again = await lockDataDir(dataDir);
      again();
      expect(existsSync(`${dataDir}.lock`)).toBe(false);
    }));

  it("is respected while another process lives, and taken from a dead one", () =>
    inTemp(async (dataDir) => {
      const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
      writeFileSync(`${dataDir}.lock`, `${other.pid}\n`);
      await expect(lockDataDir(dataDir)).rejects.toThrow(`process ${other.pid}`);
      other.kill("SIGKILL");
      await once(other, "exit");
      const release = await lockDataDir(dataDir);
      release();
    }));

  it("is taken from a dead process whose id was given again", () =>
    inTemp(async (dataDir) => {
      const lock = `${dataDir}.lock`;
      const release = await lockDataDir(dataDir);
      const own = readFileSync(lock, "utf8");
      release();
      expect(own).toMatch(/^\d+ \S+ \d+\n$/);
      // In a container this process has the id of the one that was killed.
      writeFileSync(lock, own.replace(/\d+\n$/, "1\n"));
      (await lockDataDir(dataDir))();
      expect(existsSync(lock)).toBe(false);
    }));
});
