import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { METRIC_NAMES, METRICS } from "../../src/core/metrics/registry.ts";
import { ended } from "../support/service-under-test.ts";
import { post } from "./graphql-client.ts";
import { crossRequest, crossVariants, FAILURES, SMALL, START } from "./requests.ts";
import { TestService } from "./test-service.ts";

const METRIC_FIELDS =
  "totalReturnPct maxDrawdownPct returnOverMaxDrawdown profitFactor winRatePct numTrades " +
  "expectancyPct sharpe sortino calmar";
const VARIANT = `variantIndex variantKey stopLossPct takeProfitPct
  params { name number text } metrics { ${METRIC_FIELDS} }`;
const TOP = `query ($id: ID!) {
  run(id: $id) { top(first: 3) { edges { node { rank ${VARIANT} } } } }
}`;
const REPORT = `query ($id: ID!, $rank: Int, $variantIndex: SafeInt, $points: Int, $after: String) {
  run(id: $id) {
    start end
    variantReport(rank: $rank, variantIndex: $variantIndex, points: $points) {
      ... on VariantReport {
        rank stage ${VARIANT} start end startCash endEquity markdown
        figures { name unit better value }
        table { label text }
        trades(first: 7, after: $after) {
          totalCount pageInfo { hasNextPage endCursor }
          edges { node { side entryTime exitTime stake netProfit returnPct exitReason } }
        }
        equity { time value } drawdown { time value }
        trials { count sharpeVariance }
      }
      ${FAILURES}
    }
  }
}`;

let service: TestService;
let id: string;
beforeAll(async () => {
  service = await TestService.start();
  await service.importSynthetic("hours", 3_000);
  const request = crossRequest("hours", SMALL, { topK: 20 });
  const { data } = await post(service.url, START, { input: { request } });
  id = data.startRun.run.id;
  expect((await ended(service.store, id.replace("Run_", ""))).state).toBe("SUCCEEDED");
});
afterAll(async () => {
  expect(service.errors).toEqual([]);
  await service[Symbol.asyncDispose]();
});

const ask = (query: string, variables: object) => post(service.url, query, variables);

async function reportOf(variables: object) {
  const { data, errors } = await ask(REPORT, { id, ...variables });
  expect(errors).toBeUndefined();
  return data.run.variantReport;
}

describe("run.variantReport", () => {
  it("has the row's numbers, by rank and by number", async () => {
    const { data } = await ask(TOP, { id });
    for (const { node } of data.run.top.edges) {
      const report = await reportOf({ rank: node.rank });
      expect(report).toMatchObject(node);
      const byIndex = await reportOf({ variantIndex: node.variantIndex });
      expect(byIndex).toEqual({ ...report, rank: null });
    }
  });

  it("names every metric with its unit, and prints the table", async () => {
    const { data } = await ask(REPORT, { id, rank: 1 });
    const { start, end, variantReport: report } = data.run;
    expect(report.figures.map((figure: { name: string }) => figure.name)).toEqual(METRIC_NAMES);
    const byName = new Map<string, { unit: string; better: string; value: number }>(
      report.figures.map((figure: { name: string }) => [figure.name, figure]),
    );
    expect(byName.get("ulcerIndexPct")).toMatchObject({ unit: "PERCENT", better: "ASC" });
    expect(byName.get("longestTradeMs")).toMatchObject({ unit: "MILLISECONDS", better: null });
    expect(byName.get("sharpe")!.value).toBe(report.metrics.sharpe);
    for (const name of METRIC_NAMES) {
      expect(byName.get(name)!.better === null, name).toBe(METRICS[name].better === null);
    }
    expect(report).toMatchObject({ start, end, stage: "STAGE_B", startCash: 10_000 });
    expect(report.table).toContainEqual({ label: "Init. Cash", text: "10000" });
    expect(report.markdown).toContain("| Deflated Sharpe Ratio | 0.");
    expect(report.trials).toEqual({ count: crossVariants(SMALL), sharpeVariance: null });
  });

  it("pages the trades, and draws curves of as many points as asked for", async () => {
    const seen: { netProfit: number }[] = [];
    for (let after: string | null = null; ; ) {
      const { trades, metrics } = await reportOf({ rank: 1, after });
      expect(trades.totalCount).toBe(metrics.numTrades);
      seen.push(...trades.edges.map(({ node }: { node: never }) => node));
      after = trades.pageInfo.endCursor;
      if (trades.pageInfo.hasNextPage) continue;
      expect(seen.length).toBe(metrics.numTrades);
      break;
    }
    const report = await reportOf({ rank: 1, points: 60 });
    const profit = seen.reduce((sum, trade) => sum + trade.netProfit, 0);
    expect(report.endEquity).toBeCloseTo(10_000 + profit, 6);
    expect(report.equity.length).toBeLessThanOrEqual(60);
    expect(report.equity.at(-1).value).toBe(report.endEquity);
    const depths = report.drawdown.map(({ value }: { value: number }) => value);
    expect(Math.max(...depths)).toBe(report.metrics.maxDrawdownPct);
  });

  it.for([
    [{}, "ValidationError", "rank"],
    [{ rank: 1, variantIndex: 1 }, "ValidationError", "rank"],
    [{ rank: 1, points: 3 }, "ValidationError", "points"],
    [{ rank: 1, points: 5_001 }, "ValidationError", "points"],
    [{ variantIndex: 1e9 }, "ValidationError", "variantIndex"],
    [{ rank: 21 }, "NotFound", "rank"],
  ] as const)("answers %o with %s", async ([variables, type, path]) => {
    expect(await reportOf(variables)).toMatchObject({ __typename: type, path });
  });

  it("refuses a cursor of another list, and reports by the dozen", async () => {
    const top = await ask(`query ($id: ID!) { run(id: $id) { top { pageInfo { endCursor } } } }`, {
      id,
    });
    const after = top.data.run.top.pageInfo.endCursor;
    const foreign = await ask(REPORT, { id, rank: 1, after });
    expect(foreign.errors?.[0].extensions).toMatchObject({ code: "VALIDATION" });
    const many = Array.from(
      { length: 40 },
      (_, i) => `r${i}: variantReport(rank: 1) { __typename }`,
    );
    const dozens = await ask(`query ($id: ID!) { run(id: $id) { ${many.join(" ")} } }`, { id });
    expect(dozens.errors?.[0].message).toContain("cost in points");
  });
});
