import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type App, createApp, loadConfig, type RunRequestInput } from "../../src/index.ts";
import { CLOSED_BREAKER } from "../support/closed-breaker.ts";
import { POSTGRES } from "../support/databases.ts";
import { ended } from "../support/service-under-test.ts";
import { SweeplineProcess, temporaryFolder } from "./sweepline-process.ts";

const folder = temporaryFolder();
let database: Awaited<ReturnType<typeof POSTGRES.create>>;

beforeAll(async () => {
  database = await POSTGRES.create();
});

afterAll(async () => {
  await database.drop();
  folder.remove();
});

/** Whoever is killed is soon known to be dead; a busy machine is no death of the others. */
function machine(name: string, drainSeconds: number, leaseSeconds = 60) {
  const dataDir = join(folder.path, name);
  mkdirSync(dataDir);
  return {
    DATABASE_URL: database.location.url!,
    SWEEPLINE_DATA_DIR: dataDir,
    SWEEPLINE_WORKERS: "1",
    SWEEPLINE_LOG_LEVEL: "silent",
    SWEEPLINE_DEADLINES_LEASE_SECONDS: String(leaseSeconds),
    SWEEPLINE_DEADLINES_DRAIN_SECONDS: String(drainSeconds),
    SWEEPLINE_DEADLINES_SYNC_DEADLINE_SECONDS: "240",
    ...CLOSED_BREAKER,
  };
}

/** Two chunks, each of which keeps a thread for seconds. */
const request: RunRequestInput = {
  dataset: "market",
  strategy: {
    indicators: {
      fast: { id: "ma.sma", params: { window: { start: 2, stop: 160, step: 1 } } },
      slow: { id: "ma.ema", params: { window: { start: 2, stop: 160, step: 1 } } },
      filter: { id: "ma.sma", params: { window: [50, 100] } },
    },
    signals: [
      { rule: "cross", of: "fast", against: "slow" },
      { rule: "price", of: "filter" },
    ],
  },
  preselect: 10,
  schedule: { chunkVariants: 25_281 },
};

/** Once a worker has scored part of its first chunk. */
async function underWay({ store }: App, id: string, worker: SweeplineProcess): Promise<void> {
  await worker.says(/Working with 1 threads/);
  await expect.poll(async () => (await store.run(id))!.done).toBeGreaterThan(0);
}

it("a drain gives back what takes longer, a second signal ends at once; all is done", async () => {
  const environment = machine("here", 1);
  await using app = await createApp(loadConfig({ environment }), { work: false });
  await app.datasets.importSynthetic({ name: "market", seed: 11, bars: 40_000 });
  const { run } = await app.runs.startRun(request, null);
  const chunks = () => app.store.chunks(run.id, "STAGE_A");

  {
    await using patient = new SweeplineProcess(["worker"], machine("patient", 0.3));
    await underWay(app, run.id, patient);
    patient.signal("SIGTERM");
    expect(await patient.code).toBe(0);
    expect(patient.stdout).toContain("Draining");
    const given = (await chunks()).filter((chunk) => chunk.state !== "DONE");
    expect(given.length).toBeGreaterThan(0);
    for (const chunk of given) expect(chunk).toMatchObject({ state: "PENDING", attempts: 0 });
    expect(await app.store.workers()).toEqual([]);
  }

  {
    // It would drain for ten minutes.
    await using hasty = new SweeplineProcess(["worker"], machine("hasty", 600, 1));
    await underWay(app, run.id, hasty);
    await expect.poll(async () => (await chunks()).some((c) => c.state === "RUNNING")).toBe(true);
    hasty.signal("SIGINT");
    await hasty.says(/Draining/);
    hasty.signal("SIGTERM");
    expect(await hasty.code).toBe(130);
  }

  await using _last = await createApp(loadConfig({ environment: machine("last", 10) }));
  // On a busy machine that takes longer than a poll does.
  expect((await ended(app.store, run.id)).state).toBe("SUCCEEDED");
  const alone = await app.runs.backtest(request);
  expect((await app.store.run(run.id))!.digest).toBe(alone.digest);
});
