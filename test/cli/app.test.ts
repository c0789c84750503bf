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
import { chooseKernels } from "../../src/kernels/choose-kernels.ts";
import { temporaryFolder } from "./sweepline-process.ts";

const data = temporaryFolder();
const flags = {
  dataDir: data.path,
  port: 0,
  workers: 2,
  kernels: "reference",
  caches: { indicatorBytes: 0, atomBytes: 0 },
  log: { level: "silent" },
  admission: { breaker: "CLOSED" },
};
let config: ServiceConfig;

beforeAll(() => {
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
    const ready = async () => await (await fetch(new URL("/health/ready", server.url))).json();
    await expect.poll(ready).toMatchObject({ status: "ready" });

    const sync = await app.runs.backtest(request);
    expect(sync.plan.datasetHash).toBe(dataset.hash);
    const { run } = await app.runs.startRun(request, "key");
    const ended = await untilEnded(app.store, run.id);
    const recorded = { digest: sync.digest, kernels: "reference" };
    expect(ended).toMatchObject({ state: "SUCCEEDED", ...recorded });
    expect(sync.kernels).toBe("reference");

    const [first, second] = [app.close(), app.close()];
    expect(first).toBe(second);
    await first;
    await expect(fetch(server.url)).rejects.toThrow();
    expect(existsSync(join(data.path, "database.lock"))).toBe(false);

    // What was stored is there for the next process that opens the database.
    const other = loadConfig({ environment: {}, flags: { ...flags, kernels: "auto", caches: {} } });
    await using again = await createApp(other, { work: false });
    expect(await again.store.run(run.id)).toMatchObject(recorded);
    // Other kernels and caches, the same bits.
    expect(other.caches.atomBytes).toBeGreaterThan(0);
    const repeated = await again.runs.backtest(request);
    expect(repeated).toMatchObject({ digest: sync.digest, kernels: chooseKernels("auto") });
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
