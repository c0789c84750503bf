import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import { type App, createApp, loadConfig } from "../../src/index.ts";
import { openDatabase } from "../../src/store/database.ts";
import { POSTGRES } from "../support/databases.ts";
import { smallRequest } from "../support/service-under-test.ts";
import { temporaryFolder } from "./sweepline-process.ts";

const folder = temporaryFolder();
let database: Awaited<ReturnType<typeof POSTGRES.create>>;
let app: App;

beforeAll(async () => {
  database = await POSTGRES.create();
  vi.stubEnv("DATABASE_URL", database.location.url);
  vi.stubEnv("SWEEPLINE_DATA_DIR", folder.path);
  const config = loadConfig({
    flags: { workers: 1, log: { level: "silent" }, admission: { breaker: "CLOSED" } },
  });
  app = await createApp(config, { work: false });
  await app.datasets.importSynthetic({ name: "sample", seed: 7, bars: 2_000 });
});

afterEach(() => vi.restoreAllMocks());

afterAll(async () => {
  await app?.close();
  vi.unstubAllEnvs();
  folder.remove();
  await database?.drop();
});

/** What a command prints, run in this process. */
async function printed(...args: string[]): Promise<string> {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await createProgram().parseAsync(args, { from: "user" });
  return String(log.mock.lastCall);
}

/** Jobs that wait in the queue for whoever works. */
async function waitingJobs(runId: string): Promise<number> {
  const { db, close } = await openDatabase(database.location);
  const counted = sql`select count(*)::int as n from pgboss.job
    where state = 'created' and data->>'runId' = ${runId}`;
  const { rows } = (await db.execute(counted)) as unknown as { rows: { n: number }[] };
  await close();
  return rows[0].n;
}

it("holds a run, lets it go on, ends it, takes it up again and removes it", async () => {
  const { run } = await app.runs.startRun(smallRequest(), null);
  const { id } = run;
  expect(await waitingJobs(id), "whoever works is told at once").toBeGreaterThan(0);

  expect(await printed("pause", id)).toBe(`${id} is PAUSED`);
  expect(await waitingJobs(id)).toBe(0);
  expect(await printed("resume", `Run_${id}`)).toBe(`${id} is QUEUED`);
  await expect(printed("delete", id)).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await printed("cancel", id)).toBe(`${id} is CANCELLED`);
  expect(await waitingJobs(id)).toBe(0);
  expect(await printed("retry", id)).toBe(`${id} is QUEUED`);
  expect(await waitingJobs(id)).toBeGreaterThan(0);

  // A worker is at it: nobody else is to be bothered with what the run had waiting.
  const chunk = { runId: id, stage: "STAGE_A", no: 0, worker: "w" } as const;
  expect(await app.store.claimChunk({ ...chunk, leaseMs: 60_000 })).not.toBeNull();
  expect(await printed("cancel", id)).toBe(`${id} is RUNNING and about to stop`);
  expect(await waitingJobs(id)).toBe(0);
  await app.store.releaseChunks([chunk], "w");
  await app.runs.cancelRun(id, null);
  expect(await printed("delete", id)).toBe(`${id} is deleted`);
  expect(await app.store.run(id)).toBeNull();
  await expect(printed("delete", id)).rejects.toMatchObject({ code: "NOT_FOUND" });
});
