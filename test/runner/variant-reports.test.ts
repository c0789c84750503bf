import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { variantReport } from "../../src/core/report/variant-report.ts";
import type { RunRequestInput } from "../../src/plan/request.ts";
import { VariantReports } from "../../src/runner/variant-reports.ts";
import type { ResultRow, RunRecord } from "../../src/store/records.ts";
import { POSTGRES } from "../support/databases.ts";
import {
  ended,
  importSample,
  longRequest,
  openService,
  runWhen,
  type ServiceUnderTest,
  smallRequest,
} from "../support/service-under-test.ts";

let service: ServiceUnderTest;
let drop: () => Promise<void>;
beforeAll(async () => {
  const made = await POSTGRES.create();
  drop = made.drop;
  service = await openService(made.location);
  await importSample(service);
  await service.runner.start();
});
afterAll(async () => {
  await service?.close();
  await drop?.();
});

async function finished(request: RunRequestInput): Promise<RunRecord> {
  const { run } = await service.runs.startRun(request, null);
  return ended(service.store, run.id);
}

async function rowsOf(run: RunRecord): Promise<ResultRow[]> {
  const { items } = await service.store.results(run.id, { first: 100, after: null });
  return items.map(({ item }) => item);
}

describe("a report of a run", () => {
  it("has the metrics, parameters and key of every stored row", async () => {
    const run = await finished(smallRequest());
    const rows = await rowsOf(run);
    expect(rows).toHaveLength(40);
    for (const row of rows) {
      const report = await service.runs.report(run.id, { rank: row.rank });
      expect(report).toMatchObject(row);
      expect(report).toMatchObject({ runId: run.id, stage: "STAGE_B", range: run.plan.range });
      expect(report.trades).toHaveLength(row.metrics.numTrades!);
      const { variantIndex } = row;
      const byIndex = await service.runs.report(run.id, { variantIndex });
      expect(byIndex).toEqual({ ...report, rank: null });
    }
  });

  it("has them for stops inside bars that trail, and shows what every trade paid", async () => {
    const run = await finished({
      ...smallRequest(),
      execution: { fillMode: "INTRABAR", fixedFee: 1, fundingLongPctPerBar: 0.01 },
      risk: { stopLossPct: ["off", 3], trailingStopPct: ["off", 1] },
      preselect: 8,
    });
    const rows = await rowsOf(run);
    expect(rows.filter((row) => row.trailingStopPct === 1)).toHaveLength(16);
    const reasons = new Set<string>();
    for (const row of rows) {
      const report = await service.runs.report(run.id, { rank: row.rank });
      expect(report).toMatchObject(row);
      // 1,891 pairs; 8 of them in 4 cells, one of which is the pair itself.
      expect(report.trials.count).toBe(1_891 + 8 * 3);
      for (const trade of report.trades) {
        reasons.add(trade.exitReason);
        expect(trade.entryFee).toBeGreaterThan(1);
        expect(trade.funding > 0).toBe(trade.direction === "LONG" && trade.funding !== 0);
      }
    }
    expect(reasons).toContain("TRAILING_STOP");
  });

  it("counts the run's trials, and takes their variance where it ranks by Sharpe", async () => {
    // 1,891 pairs; 200 of them in 12 cells, one of which is the pair itself.
    const count = 1_891 + 200 * 11;
    const runs = [
      smallRequest(),
      smallRequest({ chunkVariants: 137 }),
      { ...smallRequest(), ranking: { primary: { metric: "totalReturnPct" as const } } },
    ];
    const reports = [];
    for (const request of runs) {
      reports.push(await service.runs.report((await finished(request)).id, { rank: 1 }));
    }
    const [whole, cut, unranked] = reports.map(({ trials }) => trials);
    expect(whole).toEqual({ count, sharpeVariance: await slowVariance() });
    expect(cut).toEqual(whole);
    expect(unranked).toEqual({ count, sharpeVariance: null });
    for (const { metrics } of reports) {
      expect(metrics.deflatedSharpe!).toBeLessThan(metrics.probabilisticSharpe!);
    }
  });

  it("needs no risk grid, and no points it was not asked for", async () => {
    const { risk: _risk, ...request } = smallRequest();
    const run = await finished(request);
    const report = await service.runs.report(run.id, { rank: 3 }, { points: 20 });
    expect(report.trials.count).toBe(1_891);
    expect(report.equity.length).toBeLessThanOrEqual(20);
    expect(report.equity.at(-1)?.value).toBe(report.endEquity);
  });

  it("reads the numbers of a run that was stopped in Stage A as its rows have them", async () => {
    const { run } = await service.runs.startRun(
      longRequest("STAGE_A", { chunkVariants: 20_000 }),
      null,
    );
    // What is under way counts in part, and may leave nothing.
    await runWhen(service.store, run.id, ({ done, best }) => done > 20_000 && best !== null);
    await service.runs.cancelRun(run.id, "enough");
    const stopped = await ended(service.store, run.id);
    const [best] = await rowsOf(stopped);
    const report = await service.runs.report(run.id, { rank: 1 });
    expect(report).toMatchObject(best);
    expect(report).toMatchObject({ stage: "STAGE_A", stopLossPct: null, takeProfitPct: null });
    expect(report.trials.count).toBe(stopped.done);
    const { variantIndex } = best;
    const byIndex = await service.runs.report(run.id, { variantIndex });
    expect(byIndex).toEqual({ ...report, rank: null });
  });
});

/** The variance of a day's Sharpe ratio over all trials, from the columns of a synchronous run. */
async function slowVariance(): Promise<unknown> {
  const run = await finished(smallRequest());
  const values: number[] = [];
  for (const stage of ["STAGE_A", "STAGE_B"] as const) {
    for await (const { columns } of service.store.storedChunks(run.id, stage)) {
      values.push(...columns[0].filter((_, i) => stage === "STAGE_A" || i % 12 !== 0));
    }
  }
  const daily = values.filter(Number.isFinite).map((value) => value / Math.sqrt(365));
  expect(daily.length).toBeGreaterThan(4_000);
  const mean = daily.reduce((sum, value) => sum + value, 0) / daily.length;
  const variance = daily.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (daily.length - 1);
  return expect.closeTo(variance, 15);
}

describe("a report is refused", () => {
  let run: RunRecord;
  beforeAll(async () => {
    run = await finished(smallRequest());
  });
  const none = "00000000-0000-7000-8000-000000000000";

  it.for([
    ["NOT_FOUND", "id", { rank: 1 }, {}, none],
    ["NOT_FOUND", "rank", { rank: 41 }, {}, null],
    ["NOT_FOUND", "rank", { rank: 0 }, {}, null],
    ["NOT_FOUND", "rank", { rank: 1.5 }, {}, null],
    ["VALIDATION", "variantIndex", { variantIndex: -1 }, {}, null],
    ["VALIDATION", "variantIndex", { variantIndex: 61 * 61 * 12 }, {}, null],
    ["VALIDATION", "variantIndex", { variantIndex: 0.5 }, {}, null],
    // Windows 3 and 3: not below.
    ["VALIDATION", "variantIndex", { variantIndex: 61 * 12 }, {}, null],
    ["VALIDATION", "points", { rank: 1 }, { points: 3 }, null],
    ["VALIDATION", "points", { rank: 1 }, { points: 5_001 }, null],
    ["VALIDATION", "points", { rank: 1 }, { points: 10.5 }, null],
  ] as const)("with %s for %s of %o %o", async ([code, path, place, options, id]) => {
    const report = service.runs.report(id ?? run.id, place, options);
    await expect(report).rejects.toMatchObject({ code, complaints: [{ path }] });
  });

  it("where its metrics are not those of the row", async () => {
    const { store, library: datasets } = service;
    const wrong = (engineVersion: string) =>
      new VariantReports({
        ...{ store, datasets, engineVersion },
        compute: async ({ sweep, candles, choice }) => {
          const { variantIndex } = choice;
          const other = { ...choice, variantIndex: variantIndex + 1 };
          return { ...variantReport(sweep, candles, other), variantIndex };
        },
      });
    await expect(wrong("test").report(run.id, { rank: 1 })).rejects.toThrow(/the row has/);
    await expect(wrong("later").report(run.id, { rank: 1 })).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });
});
