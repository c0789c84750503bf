import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { toGraphqlRequest } from "../../src/cli/api/graphql-request.ts";
import { followProgress, runSummary, startRun } from "../../src/cli/api/runs-api.ts";
import { ApiClient } from "../../src/client/api-client.ts";
import { createApp, ENGINE_VERSION, loadConfig, type RunRequestInput } from "../../src/index.ts";
import { CLOSED_BREAKER } from "../support/closed-breaker.ts";
import { POSTGRES } from "../support/databases.ts";
import { SweeplineProcess, sweepline, temporaryFolder } from "./sweepline-process.ts";

const folder = temporaryFolder();
let database: Awaited<ReturnType<typeof POSTGRES.create>>;

beforeAll(async () => {
  database = await POSTGRES.create();
});

afterAll(async () => {
  await database.drop();
  folder.remove();
});

/** A data directory of its own, as on another machine: only the database is shared. */
function machine(name: string) {
  const dataDir = join(folder.path, name);
  mkdirSync(dataDir);
  return {
    DATABASE_URL: database.location.url!,
    SWEEPLINE_DATA_DIR: dataDir,
    SWEEPLINE_WORKERS: "1",
    ...CLOSED_BREAKER,
  };
}

const request: RunRequestInput = {
  dataset: "market",
  strategy: {
    indicators: {
      fast: { id: "ma.sma", params: { window: { start: 2, stop: 60, step: 1 } } },
      slow: { id: "ma.sma", params: { window: { start: 20, stop: 120, step: 1 } } },
    },
    signals: [{ rule: "cross", of: "fast", against: "slow" }],
    constraint: "fast.window < slow.window",
  },
  risk: { stopLossPct: ["off", 1, 2, 4], takeProfitPct: ["off", 2, 4, 8] },
  preselect: 800,
  schedule: { chunkVariants: 100 },
};

it("serve and worker as processes finish one run together, with the digest of one", async () => {
  const environment = {
    ...machine("here"),
    SWEEPLINE_LOG_LEVEL: "silent",
    SWEEPLINE_DEADLINES_SYNC_DEADLINE_SECONDS: "240",
  };
  const there = { ...machine("there"), SWEEPLINE_LOG_LEVEL: "silent" };
  await using app = await createApp(loadConfig({ environment }), { work: false });
  await app.datasets.importSynthetic({ name: "market", seed: 11, bars: 20_000 });

  await using serve = new SweeplineProcess(["serve", "--port", "0"], machine("a"));
  await using worker = new SweeplineProcess(["worker", "--port", "0"], machine("b"));
  // This process is the third: it works as well, but on runs of another engine version.
  await using other = await createApp(loadConfig({ environment: there }), { engineVersion: "0" });
  const [, url] = await serve.says(/GraphQL and GraphiQL at (\S+)/);
  const [, health] = await worker.says(/Health and meters at (\S+)/);
  await worker.says(/Working with 1 threads/);
  await expect.poll(async () => (await fetch(`${health}/health/ready`)).status).toBe(200);
  const meters = async () => await (await fetch(`${health}/metrics`)).text();
  await expect
    .poll(meters)
    .toContain(`sweepline_workers{engine="${ENGINE_VERSION}",state="LIVE"} 2`);
  const shown = await sweepline(["workers", "--json", "--server", url!]);
  const registered = JSON.parse(shown.stdout) as { name: string; engineVersion: string }[];
  expect(registered.map((each) => each.engineVersion).sort()).toEqual([
    "0",
    ENGINE_VERSION,
    ENGINE_VERSION,
  ]);

  const api = new ApiClient(url);
  const alone = await app.runs.backtest(request);
  const foreign = registered.find((each) => each.engineVersion === "0")!.name;
  const shared = async (key: string) => {
    const { run } = await startRun(api, toGraphqlRequest(request), key);
    const stages = new Set<string>();
    for await (const { stage } of followProgress(api, run.id)) stages.add(stage);
    expect([...stages]).toEqual(expect.arrayContaining(["STAGE_A", "STAGE_B", "FINALIZING"]));
    const end = await runSummary(api, run.id);
    expect(end).toMatchObject({ state: "SUCCEEDED", digest: alone.digest });
    const workers = new Set((await app.store.chunks(run.id)).map((chunk) => chunk.worker));
    expect(workers).not.toContain(foreign);
    return { run, workers };
  };
  // On a busy machine one may have done it all before the other woke up: then once more.
  let { run, workers } = await shared("two processes 0");
  for (let n = 1; workers.size < 2; n++) ({ run, workers } = await shared(`two processes ${n}`));

  const left = await other.runs.startRun(request, null);
  const ask = async (id: string, fields: string) => {
    const query = `query ($id: ID!) { run(id: $id) { ${fields} } }`;
    const body = JSON.stringify({ query, variables: { id: `Run_${id}` } });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(url!, { method: "POST", headers, body });
    return ((await answer.json()) as { data: { run: object } }).data.run;
  };
  const asked = () => ask(left.run.id, "state waitingFor");
  // What reads metric columns leaves nothing behind that would keep the server from ending.
  const marginals = "marginals(metric: TOTAL_RETURN_PCT) { ... on Marginals { complete } }";
  expect(await ask(run.id, marginals)).toEqual({ marginals: { complete: true } });
  await other.runs.pauseRun(left.run.id);
  expect(await asked()).toEqual({ state: "PAUSED", waitingFor: null });
  await other.close();
  const waitingFor = "a worker of engine version 0";
  expect(await asked()).toEqual({ state: "PAUSED", waitingFor });

  for (const child of [worker, serve]) {
    child.signal("SIGTERM");
    expect(await child.code).toBe(0);
  }
  expect(await app.store.workers()).toEqual([]);
});
