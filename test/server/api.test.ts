import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadDefaultAxes } from "../../src/default-axes.ts";
import { EXAMPLE_OPERATIONS } from "../../src/server/example-operations.ts";
import { PGLITE } from "../support/databases.ts";
import { type Answer, overWebsocket, post } from "./graphql-client.ts";
import {
  BACKTEST,
  CANCEL,
  crossRequest,
  crossVariants,
  ESTIMATE,
  IMPORT,
  LARGE,
  RETRY,
  SMALL,
  START,
} from "./requests.ts";
import { TestService } from "./test-service.ts";

let service: TestService;
beforeAll(async () => {
  service = await TestService.start(PGLITE, { threads: 2 });
  await service.importSynthetic("hours", 3_000);
  await service.importSynthetic("long", 20_000);
});
afterAll(async () => {
  expect(service.errors).toEqual([]);
  await service[Symbol.asyncDispose]();
});

afterEach(() => service.door.open());

const SOON = { interval: 5 };
const ask = (query: string, variables: object = {}) => post(service.url, query, variables);

async function start(request: object, idempotencyKey?: string): Promise<string> {
  const { data } = await ask(START, { input: { request, idempotencyKey } });
  return data.startRun.run.id;
}

/** Waits until the run has ended and answers with its state. */
async function ended(id: string): Promise<string> {
  const follow = "subscription ($id: ID!) { runProgress(id: $id) { state } }";
  let state = "";
  for await (const { data } of overWebsocket(service.wsUrl, follow, { id }).results) {
    state = (data as { runProgress: { state: string } }).runProgress.state;
  }
  return state;
}

describe("the example operations", () => {
  it("import, start, follow, query and cancel, one after the other", async () => {
    const example = (name: string) => EXAMPLE_OPERATIONS.find((op) => op.name === name)!;
    const imported = await ask(example("import").query, example("import").variables);
    expect(imported.data.importDataset).toMatchObject({ created: true, dataset: { bars: 5000 } });
    const started = await ask(example("start").query, example("start").variables);
    expect(started.data.startRun).toMatchObject({
      created: true,
      run: { total: crossVariants({ fast: [5, 60, 1], slow: [20, 200, 5] }) },
    });
    const { id } = started.data.startRun.run;
    const seen = [];
    for await (const result of overWebsocket(service.wsUrl, example("follow").query, { id })
      .results) {
      seen.push((result.data as { runProgress: { kind: string } }).runProgress.kind);
    }
    expect(seen[0]).toBe("SNAPSHOT");
    expect(seen.at(-1)).toBe("SUCCEEDED");
    const { run } = (await ask(example("query").query, { id })).data;
    expect(run.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(run.top.edges).toHaveLength(10);
    const reported = await ask(example("report").query, { id });
    expect(reported.data.run.variantReport.figures.length).toBeGreaterThan(30);
    expect(reported.data.run.variantReport.equity.length).toBeGreaterThan(100);
    const cancelled = await ask(example("cancel").query, { input: { id } });
    expect(cancelled.data.cancelRun.run).toMatchObject({ id, state: "SUCCEEDED" });
    const { data } = await ask(example("catalogue").query);
    expect(data.indicators.length).toBeGreaterThanOrEqual(8);
    expect(data.service.pool.size).toBe(2);
  });
});

interface OfferedAxis {
  readonly name: string;
  readonly numbers: number[];
  readonly texts: string[];
}

describe("the catalogue", () => {
  it("offers the axes of configs/indicators.yaml, as a request takes them", async () => {
    const { indicators } = (
      await ask("{ indicators { id params { name } defaultAxes { name numbers texts } } }")
    ).data;
    const axes = loadDefaultAxes();
    expect(indicators).toHaveLength(axes.size);
    for (const { id, params, defaultAxes } of indicators) {
      const offered = (defaultAxes as OfferedAxis[]).map(({ name, numbers, texts }) => {
        return { name, values: [...numbers, ...texts] };
      });
      expect(offered).toEqual(axes.get(id));
      const names = (params as { name: string }[]).map(({ name }) => name);
      expect(offered.map(({ name }) => name)).toEqual(names);
    }
  });
});

describe("results", () => {
  const PAGE = `query ($id: ID!, $first: Int, $after: String, $orderBy: ResultOrder) {
    run(id: $id) { top(first: $first, after: $after, orderBy: $orderBy) {
      totalCount pageInfo { hasNextPage hasPreviousPage endCursor }
      edges { cursor node { rank variantIndex metrics { numTrades totalReturnPct } } }
    } }
  }`;
  let id: string;
  beforeAll(async () => {
    id = await start(crossRequest("hours", SMALL, { topK: 120 }));
    expect(await ended(id)).toBe("SUCCEEDED");
  });

  async function pages(first: number, orderBy: object | null) {
    const nodes: { rank: number; variantIndex: number; metrics: Record<string, number> }[] = [];
    let after: string | null = null;
    for (;;) {
      const answer: Answer = await ask(PAGE, { id, first, after, orderBy });
      const { top } = answer.data.run;
      nodes.push(...top.edges.map(({ node }: { node: never }) => node));
      expect(top.pageInfo.hasPreviousPage).toBe(after !== null);
      if (!top.pageInfo.hasNextPage) return { nodes, totalCount: top.totalCount };
      after = top.pageInfo.endCursor;
    }
  }

  it("come in rank order, each row once, whatever the page size", async () => {
    const whole = await pages(100, null);
    expect(whole.nodes.map((node) => node.rank)).toEqual(whole.nodes.map((_, i) => i + 1));
    expect(whole.totalCount).toBe(whole.nodes.length);
    expect((await pages(7, null)).nodes).toEqual(whole.nodes);
  });

  it("come in another order, stable under ties", async () => {
    const { nodes } = await pages(7, { metric: "NUM_TRADES" });
    const sorted = nodes.toSorted(
      (a, b) => b.metrics.numTrades - a.metrics.numTrades || a.variantIndex - b.variantIndex,
    );
    expect(nodes).toEqual(sorted);
    expect(new Set(nodes.map((node) => node.metrics.numTrades)).size).toBeLessThan(nodes.length);
    const { nodes: ascending } = await pages(100, { metric: "NUM_TRADES", direction: "ASC" });
    expect(ascending[0].metrics.numTrades).toBe(nodes.at(-1)!.metrics.numTrades);
  });

  it("refuse a cursor of another order and a page that is too large", async () => {
    const { top } = (await ask(PAGE, { id, first: 1 })).data.run;
    const after = top.pageInfo.endCursor;
    const wrong = await ask(PAGE, { id, after, orderBy: { metric: "SHARPE" } });
    expect(wrong.errors?.[0].extensions).toMatchObject({ code: "VALIDATION" });
    for (const first of [101, -1]) {
      const refused = await ask(PAGE, { id, first });
      expect(refused.errors?.[0].extensions).toMatchObject({
        code: "VALIDATION",
        complaints: [{ path: "first", value: String(first), bound: "0..100" }],
      });
    }
  });

  it("cost the same number of statements however many rows are asked for", async () => {
    const count = async (first: number) =>
      (await service.fewestStatements(async () => void (await ask(PAGE, { id, first })))).length;
    const [one, hundred] = [await count(1), await count(100)];
    expect(hundred).toBe(one);
    expect(hundred).toBeLessThanOrEqual(4);
  });

  it("come with everything that reproduces them", async () => {
    const { run } = (
      await ask(
        `query ($id: ID!) { run(id: $id) {
          planHash datasetHash engineVersion digest fillMode start end requestJson
          axes { name numbers } ranking { metric direction } estimate { stageAVariants bars }
          dataset { hash name } events(first: 3) { seq kind } startedAt finishedAt lastSeq
        } }`,
        { id },
      )
    ).data;
    expect(run).toMatchObject({
      fillMode: "CLOSE",
      dataset: { hash: run.datasetHash, name: "hours" },
      ranking: [{ metric: "TOTAL_RETURN_PCT", direction: "DESC" }],
      axes: [{ name: "fast.window" }, { name: "slow.window" }],
    });
    expect(run.events[0]).toEqual({ seq: 1, kind: "QUEUED" });
    expect(JSON.parse(run.requestJson)).toMatchObject({ dataset: "hours", topK: 120 });
    expect(Date.parse(run.finishedAt)).toBeGreaterThanOrEqual(Date.parse(run.startedAt));
  });
});

describe("starting", () => {
  it("estimates what it would cost, and starts nothing", async () => {
    const before = await service.store.countRuns();
    const risk = { stopLossPct: { percents: [null, 1, 2] }, takeProfitPct: { percent: 3 } };
    const { data } = await ask(ESTIMATE, { request: crossRequest("hours", SMALL, { risk }) });
    expect(data.estimateRun).toMatchObject({
      indexSpace: 209,
      stageAVariants: crossVariants(SMALL),
      bars: 3000,
    });
    expect(data.estimateRun.stageBVariants).toBe(50 * 3);
    expect(await service.store.countRuns()).toEqual(before);
  });

  it("gives one run for one key, however often and at once it is sent", async () => {
    const input = { request: crossRequest("hours", SMALL), idempotencyKey: "the-key" };
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(START, { input })));
    const results = answers.map(({ data }) => data.startRun);
    expect(new Set(results.map(({ run }) => run.id)).size).toBe(1);
    expect(results.filter(({ created }) => created)).toHaveLength(1);
    const other = { ...input, request: crossRequest("hours", SMALL, { topK: 5 }) };
    const { data } = await ask(START, { input: other });
    expect(data.startRun).toMatchObject({ __typename: "IdempotencyConflict" });
  });

  it("imports CSV once, and skips bad rows only when told to", async () => {
    const text =
      "date,open,high,low,close\n2024-01-01,1,2,1,2\n2024-01-02,2,1,1,2\n2024-01-03,2,3,2,3\n";
    const input = (csv: object) => ({
      input: { name: "tiny", instrument: "X", source: { csv: { text, ...csv } } },
    });
    const refused = await ask(IMPORT, input({}));
    expect(refused.data.importDataset.complaints[1]).toMatchObject({
      path: "input.source.csv.text.row 3",
    });
    const csv = { skipRejected: true, timeframe: "D1" };
    const { importDataset } = (await ask(IMPORT, input(csv))).data;
    expect(importDataset).toMatchObject({
      created: true,
      rejectedCount: 1,
      rejected: [{ row: 3 }],
      dataset: { bars: 2, timeframe: "D1", gaps: { count: 1 } },
    });
    expect((await ask(IMPORT, input(csv))).data.importDataset).toMatchObject({
      created: false,
      dataset: { id: importDataset.dataset.id },
    });
  });
});

describe("a synchronous backtest", () => {
  it("gives the digest of the run of the same plan", async () => {
    const request = crossRequest("hours", SMALL, { topK: 20 });
    const id = await start(request);
    await ended(id);
    const OF_RUN = "query ($id: ID!) { run(id: $id) { digest planHash kernels } }";
    const { run } = (await ask(OF_RUN, { id })).data;
    const { runBacktest } = (await ask(BACKTEST, { input: { request } })).data;
    expect(runBacktest).toMatchObject({ digest: run.digest, totalCount: 20 });
    expect(runBacktest.estimate.planHash).toBe(run.planHash);
    expect(runBacktest.kernels).toBe(run.kernels);
    const { wallMs, threads, ...shares } = runBacktest.profile;
    const sum = Object.values<number>(shares).reduce((total, ms) => total + ms, 0);
    expect(sum).toBeCloseTo(wallMs, 3);
    expect(threads).toBeGreaterThan(0);
  });

  it("finds what earlier runs over the same candles have left, and tells of it", async () => {
    const counts = "{ service { caches { name hits misses evictions bytes maxBytes } } }";
    const cacheOf = async (name: string) =>
      (await ask(counts)).data.service.caches.find((one: { name: string }) => one.name === name);
    const expressions = {
      long: "rsi($window) < 30 or close > ema($window)",
      exitLong: "roc(9) < 0",
    };
    const window = { name: "window", axis: { range: { start: 2, stop: 40, step: 1 } } };
    const strategy = { expressions, parameters: [window] };
    const run = async (feePct: number) => {
      const request = { dataset: "hours", strategy, execution: { feePct } };
      const { data } = await ask(BACKTEST, { input: { request } });
      expect(data.runBacktest.totalCount).toBeGreaterThan(0);
    };
    // What a busy thread waited too long to keep, the second run keeps.
    for (const fee of [0.2, 0.25]) await run(fee);
    const before = await cacheOf("atoms");
    expect(before.bytes).toBeGreaterThan(0);
    expect(before.bytes).toBeLessThanOrEqual(before.maxBytes);
    await run(0.3);
    const after = await cacheOf("atoms");
    expect(after.hits).toBeGreaterThan(before.hits);
    expect(after.bytes).toBe(before.bytes);
    expect(after.evictions).toBe(0);
    expect((await cacheOf("indicators")).bytes).toBeGreaterThan(0);
    expect((await cacheOf("memory")).hits).toBeGreaterThan(0);
  });

  it("stops at its deadline", async () => {
    const request = crossRequest("long", LARGE);
    const { data } = await ask(BACKTEST, { input: { request, deadlineMs: 100 } });
    expect(data.runBacktest).toMatchObject({ __typename: "DeadlineExceeded" });
    await expect.poll(() => service.pool.stats().busy, SOON).toBe(0);
  });

  it("stops when the client goes away", async () => {
    const request = crossRequest("long", LARGE);
    const client = new AbortController();
    const body = JSON.stringify({ query: BACKTEST, variables: { input: { request } } });
    const headers = { "content-type": "application/json" };
    const gone = fetch(service.url, { method: "POST", headers, body, signal: client.signal });
    await expect.poll(() => service.pool.stats().busy, SOON).toBeGreaterThan(0);
    client.abort();
    await expect(gone).rejects.toThrow();
    await expect.poll(() => service.pool.stats().busy, SOON).toBe(0);
  });
});

describe("stopping", () => {
  it("cancels a run at work, keeps its best, does not mind a repeat, and retries", async () => {
    service.door.shut(2);
    const id = await start(crossRequest("long", LARGE, { label: "to be cancelled" }));
    // A batch that is under way counts as done in part, and leaves nothing if it is ended.
    const BEST = "query ($id: ID!) { run(id: $id) { best { variantIndex } } }";
    const best = async () => (await ask(BEST, { id })).data.run.best;
    await expect.poll(best, SOON).not.toBeNull();
    const { data } = await ask(CANCEL, { input: { id, reason: "enough" } });
    expect(data.cancelRun.run).toMatchObject({ id, cancelReason: "enough" });
    expect(await ended(id)).toBe("CANCELLED");
    const again = await ask(CANCEL, { input: { id, reason: "once more" } });
    expect(again.data.cancelRun.run).toEqual({ id, state: "CANCELLED", cancelReason: "enough" });
    const TOP =
      "query ($id: ID!) { run(id: $id) { digest best { variantIndex } top { totalCount } } }";
    const { run } = (await ask(TOP, { id })).data;
    expect(run.digest).toBeNull();
    expect(run.best).not.toBeNull();
    expect(run.top.totalCount).toBeGreaterThan(0);
    service.door.shut(0);
    expect((await ask(RETRY, { input: { id } })).data.retryRun.run).toMatchObject({ id });
    await ask(CANCEL, { input: { id } });
    expect(await ended(id)).toBe("CANCELLED");
  });

  it("has nothing to retry in a run that succeeded", async () => {
    const id = await start(crossRequest("hours", SMALL));
    expect(await ended(id)).toBe("SUCCEEDED");
    const { data } = await ask(RETRY, { input: { id } });
    expect(data.retryRun).toMatchObject({ __typename: "Conflict", path: "input.id" });
  });
});

describe("finding", () => {
  const RUNS = `query ($first: Int, $after: String, $filter: RunFilter) {
    runs(first: $first, after: $after, filter: $filter) {
      totalCount pageInfo { hasNextPage endCursor } edges { node { id state dataset { name } } }
    }
  }`;

  it("lists runs newest first, filtered, a page at a time", async () => {
    const { runs } = (await ask(RUNS, { first: 100 })).data;
    const ids = runs.edges.map(({ node }: { node: { id: string } }) => node.id);
    const first = (await ask(RUNS, { first: 2 })).data.runs;
    const after = first.pageInfo.endCursor;
    const second = (await ask(RUNS, { first: 2, after })).data.runs;
    const nodes = [...first.edges, ...second.edges].map(({ node }) => node.id);
    expect(nodes).toEqual(ids.slice(0, 4));
    const cancelled = (await ask(RUNS, { filter: { states: ["CANCELLED"] } })).data.runs;
    expect(cancelled.totalCount).toBe(1);
    expect(cancelled.edges[0].node.state).toBe("CANCELLED");
  });

  it("does not ask the database once a run, nor once a dataset or node", async () => {
    const { runs } = (await ask(RUNS, { first: 100 })).data;
    const nodes = runs.edges.map(({ node }: { node: object }) => node);
    const names = new Set(nodes.map((node: { dataset: { name: string } }) => node.dataset.name));
    expect(names.size).toBeGreaterThanOrEqual(3);
    const listed = await service.fewestStatements(
      async () => void (await ask(RUNS, { first: 100 })),
    );
    expect(listed).toHaveLength(3);
    const ids = nodes.map((node: { id: string }) => node.id);
    const NODES =
      "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Run { dataset { name } } } }";
    const looked = await service.fewestStatements(async () => {
      expect((await ask(NODES, { ids })).data.nodes).toHaveLength(ids.length);
    });
    expect(looked).toHaveLength(2);
  });

  it("finds datasets by name and hash, and nodes by id", async () => {
    const DATASET = "query ($key: String!) { dataset(hashOrName: $key) { id hash name bars } }";
    const { dataset } = (await ask(DATASET, { key: "hours" })).data;
    expect((await ask(DATASET, { key: dataset.hash })).data.dataset).toEqual(dataset);
    expect((await ask(DATASET, { key: "none" })).data.dataset).toBeNull();
    const NODES = `query ($id: ID!, $ids: [ID!]!) {
      node(id: $id) { id ... on Dataset { name } }
      nodes(ids: $ids) { __typename id }
    }`;
    const missing = "Run_00000000-0000-4000-8000-000000000000";
    const { data } = await ask(NODES, { id: dataset.id, ids: [missing, dataset.id] });
    expect(data.node).toEqual({ id: dataset.id, name: "hours" });
    expect(data.nodes).toEqual([null, { __typename: "Dataset", id: dataset.id }]);
    const list = (await ask("{ datasets(first: 1) { totalCount edges { node { name } } } }")).data;
    expect(list.datasets.totalCount).toBeGreaterThanOrEqual(3);
    expect(list.datasets.edges).toHaveLength(1);
  });
});
