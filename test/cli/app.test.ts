import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createApp,
  loadConfig,
  openDatasets,
  type ServiceConfig,
  UserError,
} from "../../src/index.ts";
import { temporaryFolder } from "./sweepline-process.ts";

const data = temporaryFolder();
let config: ServiceConfig;

beforeAll(() => {
  const quiet = { log: { level: "silent" }, admission: { breaker: "CLOSED" } };
  const flags = { dataDir: data.path, port: 0, workers: 2, ...quiet };
  config = loadConfig({ environment: {}, flags });
});

afterAll(() => data.remove());

const request = {
  dataset: "market",
  strategy: {
    indicators: {
      fast: { id: "ma.sma", params: { window: { start: 2, stop: 12, step: 1 } } },
      slow: { id: "ma.sma", params: { window: { start: 5, stop: 30, step: 1 } } },
    },
    signals: [{ rule: "cross", of: "fast", against: "slow" }],
    constraint: "fast.window < slow.window",
  },
  risk: { stopLossPct: ["off", 2], takeProfitPct: [3, 6] },
};

describe("the whole service in one process", () => {
  it("plans, runs and answers, and gives everything back when closed", async () => {
    const app = await createApp(config);
    const market = { name: "market", seed: 5, bars: 3_000 };
    const { dataset, created } = await app.datasets.importSynthetic(market);
    expect(created).toBe(true);
    const server = await app.serve();
    const ready = await fetch(new URL("/health/ready", server.url));
    expect(await ready.json()).toMatchObject({ status: "ready" });

    const sync = await app.runs.backtest(request);
    expect(sync.plan.datasetHash).toBe(dataset.hash);
    const { run } = await app.runs.startRun(request, "key");
    const ended = await untilEnded(app.store, run.id);
    expect(ended).toMatchObject({ state: "SUCCEEDED", digest: sync.digest });

    const [first, second] = [app.close(), app.close()];
    expect(first).toBe(second);
    await first;
    await expect(fetch(server.url)).rejects.toThrow();
    expect(existsSync(join(data.path, "database.lock"))).toBe(false);

    // What was stored is there for the next process that opens the database.
    await using again = await createApp(config, { work: false });
    expect(await again.store.run(run.id)).toMatchObject({ digest: sync.digest });
    await expect(createApp(config)).rejects.toThrow(/in use by process/);
    expect(await again.store.findDataset("market")).toMatchObject({ hash: dataset.hash });
  });

  it("leaves nothing open when it cannot be opened", async () => {
    const busy = { ...config, workers: 0 };
    await expect(createApp(busy)).rejects.toThrow(/pool size/);
    await using datasets = await openDatasets(config);
    const again = await datasets.importSynthetic({ name: "other", seed: 5, bars: 3_000 });
    expect(again).toMatchObject({ created: false, dataset: { name: "market" } });
  });

  it("throws what a user did wrong as UserError", async () => {
    await using app = await createApp(config, { work: false });
    const unknown = { ...request, strategy: { ...request.strategy, constraint: "fast.windo < 3" } };
    await expect(app.runs.estimate(unknown)).rejects.toThrow(UserError);
    await expect(app.runs.startRun({ ...request, dataset: "none" }, null)).rejects.toThrow(
      /dataset/,
    );
  });
});

type RunStore = Awaited<ReturnType<typeof createApp>>["store"];

async function untilEnded(store: RunStore, runId: string) {
  for (;;) {
    const run = await store.run(runId);
    if (run === null || run.finishedAt !== null) return run;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
