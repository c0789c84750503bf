import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RANKING_METRICS } from "../../src/core/metrics/ranking-metric.ts";
import { columnBytes } from "../../src/plan/run-plan.ts";
import type { ResultRow } from "../../src/store/records.ts";
import { ended } from "../support/service-under-test.ts";
import { post } from "./graphql-client.ts";
import { crossRequest, FAILURES, SMALL, START } from "./requests.ts";
import { TestService } from "./test-service.ts";

const ALL = [
  ...["TOTAL_RETURN_PCT", "MAX_DRAWDOWN_PCT", "RETURN_OVER_MAX_DRAWDOWN", "PROFIT_FACTOR"],
  ...["WIN_RATE_PCT", "NUM_TRADES", "EXPECTANCY_PCT", "SHARPE", "SORTINO", "CALMAR"],
];
const RISK = { stopLossPct: { percents: [null, 2] }, takeProfitPct: { percents: [null, 3] } };
const BAND = {
  dataset: "hours",
  strategy: {
    indicators: [
      { name: "rsi", id: "momentum.rsi", params: [{ name: "window", axis: { numbers: [3, 5] } }] },
    ],
    signals: [
      {
        rule: "band",
        of: "rsi",
        params: [
          { name: "long", axis: { range: { start: 20, stop: 40, step: 4 } } },
          { name: "short", axis: { range: { start: 60, stop: 80, step: 4 } } },
        ],
      },
    ],
  },
  ranking: { primary: { metric: "TOTAL_RETURN_PCT" } },
};

let service: TestService;

beforeAll(async () => {
  service = await TestService.start(undefined, { threads: 2 });
  await service.importSynthetic("hours", 2_000);
});

afterAll(async () => {
  expect(service.errors).toEqual([]);
  await service[Symbol.asyncDispose]();
});

async function runOf(request: object, on = service) {
  const { data } = await post(on.url, START, { input: { request } });
  expect(data.startRun.run, JSON.stringify(data)).toBeDefined();
  return ended(on.store, data.startRun.run.id.replace("Run_", ""));
}

async function rowsOf(runId: string): Promise<ResultRow[]> {
  const rows: ResultRow[] = [];
  for (let after: string | null = null; ; ) {
    const page = await service.store.results(runId, { first: 1_000, after });
    rows.push(...page.items.map(({ item }) => item));
    after = page.items.at(-1)?.cursor ?? null;
    if (!page.hasNextPage) return rows;
  }
}

describe("further metric columns", () => {
  it.each([
    ["of levels scored together", { ...BAND, risk: RISK }],
    ["of pairs of averages", crossRequest("hours", SMALL, { risk: RISK, preselect: 500 })],
  ])("%s are the metrics of the rows, and change neither plan nor digest", async (_name, asked) => {
    const request = { ...asked, topK: 5_000 };
    const plain = await runOf(request);
    const full = await runOf({ ...request, schedule: { columns: ALL, chunkVariants: 50 } });
    expect(full.state).toBe("SUCCEEDED");
    expect(full.planHash).toBe(plain.planHash);
    expect(full.digest).toBe(plain.digest);
    expect(full.best).toEqual(plain.best);
    const rows = await rowsOf(full.id);
    expect(rows).toEqual(await rowsOf(plain.id));

    const page = { first: 5_000, after: null };
    for (const metric of RANKING_METRICS) {
      const choice = { stage: "STAGE_B", orderBy: { metric } } as const;
      const ranked = await service.surfaces.rank(full, choice, page);
      expect(ranked.totalCount).toBe(rows.length);
      const byIndex = new Map(rows.map((row) => [row.variantIndex, row.metrics[metric]]));
      for (const { item } of ranked.items) {
        expect(await item.metrics[metric], metric).toBe(byIndex.get(item.variantIndex));
      }
    }
  });

  it("are asked as those of the ranking are, and named where another is missing", async () => {
    const schedule = { columns: ["SHARPE", "CALMAR"] };
    const { id } = await runOf(crossRequest("hours", SMALL, { schedule }));
    const query = `query ($id: ID!) { run(id: $id) {
      marginals(metric: SHARPE, axes: ["fast.window"], where: {
        metrics: [{ metric: CALMAR, min: 0 }] }) {
        ... on Marginals { metric axes { points { count median } } } ${FAILURES} }
      rank(first: 3, orderBy: { metric: CALMAR }) {
        edges { node { metrics { totalReturnPct sharpe calmar sortino } } } }
      missing: surface(x: "fast.window", y: "slow.window", metric: SORTINO) { ${FAILURES} } } }`;
    const { data } = await post(service.url, query, { id: `Run_${id}` });
    const { marginals, rank, missing } = data.run;
    expect(marginals.axes[0].points.some((p: { count: number }) => p.count > 0)).toBe(true);
    const [first] = rank.edges.map(({ node }: { node: { metrics: object } }) => node.metrics);
    expect(first).toMatchObject({ sortino: null, calmar: expect.any(Number) });
    expect(first).toMatchObject({ totalReturnPct: expect.any(Number), sharpe: expect.any(Number) });
    expect(missing.complaints).toEqual([
      {
        path: "metric",
        message: "the run keeps no column of this metric",
        value: "sortino",
        bound: "totalReturnPct, sharpe, calmar",
      },
    ]);
    const url = new URL(`/runs/Run_${id}/export?what=variants`, service.url);
    const [header] = (await (await fetch(url)).text()).split(/\r?\n/);
    expect(header.split(",").slice(-3)).toEqual(["totalReturnPct", "sharpe", "calmar"]);
  });

  it("cost what the estimate says, in memory and in the database", async () => {
    const request = { dataset: "hours", strategy: BANDS_OF_A_PRESET };
    const plain = await service.runs.estimate(request);
    const schedule = { columns: ["sharpe", "calmar", "totalReturnPct"] };
    const full = await service.runs.estimate({ ...request, schedule });
    const { indexSpace, stageBVariants } = plain.estimate;
    expect(columnBytes(plain)).toBe((indexSpace + stageBVariants) * 8);
    expect(columnBytes(full)).toBe((indexSpace + stageBVariants) * 8 * 3);
    const inFlight = Math.min(full.chunkVariants.stageA, indexSpace) * 8 * 2 * 3;
    expect(full.estimate.bytes - plain.estimate.bytes).toBeGreaterThanOrEqual(inFlight);
    const query = `query ($request: RunRequestInput!) { estimateRun(request: $request) {
      ... on RunEstimate { columnBytes } ${FAILURES} } }`;
    const { data } = await post(service.url, query, { request: BAND });
    expect(data.estimateRun.columnBytes).toBe(72 * 8 * 2);
  });

  it("are refused where all columns are to be dropped", async () => {
    const schedule = { keepColumns: false, columns: ["SHARPE"] };
    const { data } = await post(service.url, START, { input: { request: { ...BAND, schedule } } });
    expect(data.startRun).toMatchObject({
      __typename: "ValidationError",
      path: "input.request.schedule.columns",
    });
  });
});

const BANDS_OF_A_PRESET = {
  indicators: { rsi: { id: "momentum.rsi", params: { window: { start: 2, stop: 9, step: 1 } } } },
} as const;

describe("the service's settings of metric columns", () => {
  it("hold where a request is silent", async () => {
    const columns = { keep: false, metrics: ["sharpe"] } as const;
    await using own = await TestService.start(undefined, { columns });
    await own.importSynthetic("hours", 500);
    const kept = async (schedule: object) => {
      const run = await runOf({ ...BAND, schedule }, own);
      const chunks = await own.store.columnChunks(run.id, "STAGE_A");
      return chunks.length === 0 ? null : (chunks[0].places?.length ?? 0);
    };
    expect(await kept({})).toBeNull();
    expect(await kept({ keepColumns: true })).toBe(2);
    expect(await kept({ columns: ["CALMAR", "SORTINO"] })).toBe(3);
    expect(await kept({ keepColumns: true, columns: [] })).toBe(1);
  });
});
