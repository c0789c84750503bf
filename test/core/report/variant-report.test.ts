import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RANKING_METRICS } from "../../../src/core/metrics/ranking-metric.ts";
import { METRIC_NAMES } from "../../../src/core/metrics/registry.ts";
import { tableRows } from "../../../src/core/report/table.ts";
import { type VariantReport, variantReport } from "../../../src/core/report/variant-report.ts";
import { describeVariant } from "../../../src/core/stages/describe.ts";
import { riskCells } from "../../../src/core/stages/sweep.ts";
import { SweepScorer } from "../../../src/core/stages/sweep-scorer.ts";
import { backendFactory } from "../../../src/kernels/backend-factory.ts";
import { describeEachKernel } from "../../support/kernel-suites.ts";
import { anySweep, type SweepCase } from "../../support/sweep-arbitraries.ts";

const POINTS = 30;

describeEachKernel("a report = the sweep's row, to the bit", (kernels) => {
  it("in every ranking metric of random variants of Stage A and Stage B", () => {
    let compared = 0;
    const score = (sweepCase: SweepCase, pick: number) => {
      const { sweep, candles } = sweepCase;
      const backend = backendFactory(kernels);
      const scorer = new SweepScorer(sweep, candles, { metrics: RANKING_METRICS, backend });
      const base = pick % scorer.space.grid.size;
      const cell = pick % riskCells(sweep);
      const row = new Float64Array(RANKING_METRICS.length);
      scorer.seek(base);
      if (!scorer.exists()) return;
      scorer.scoreBase(row, 0);
      expectRow(variantReport(sweep, candles, choice("STAGE_A", base)), row);
      scorer.openRisk();
      scorer.scoreCell(cell, row, 0);
      const index = base * riskCells(sweep) + cell;
      expectRow(variantReport(sweep, candles, choice("STAGE_B", index)), row);
      compared += 2;
    };
    fc.assert(fc.property(anySweep, fc.nat(), score), { numRuns: 600 });
    expect(compared).toBeGreaterThan(700);
  });
});

const choice = (stage: "STAGE_A" | "STAGE_B", variantIndex: number) => ({
  stage,
  variantIndex,
  points: POINTS,
});

function expectRow({ metrics }: VariantReport, row: Float64Array): void {
  RANKING_METRICS.forEach((metric, m) => {
    const scored = Number.isFinite(row[m]) ? row[m] : null;
    expect(Object.is(metrics[metric], scored), `${metric}: ${metrics[metric]}, ${scored}`).toBe(
      true,
    );
  });
}

describe("a report of a variant", () => {
  it("fits itself: trades, curves, table and description tell one story", () => {
    fc.assert(
      fc.property(anySweep, fc.nat(), ({ sweep, candles }, pick) => {
        const size = sweep.axes.reduce((product, axis) => product * axis.values.length, 1);
        const index = pick % (size * riskCells(sweep));
        const report = variantReport(sweep, candles, choice("STAGE_B", index));
        const { equity, drawdownPct, metrics, trades } = report;
        expect(report).toMatchObject(describeVariant(sweep, "STAGE_B", index));
        expect(report.table).toEqual(tableRows(report));
        expect(trades.length).toBe(metrics.numTrades);
        for (const trade of trades) {
          expect(trade.entryTimeMs).toBe(candles.time[trade.entryBar]);
          expect(trade.exitTimeMs).toBe(candles.time[trade.exitBar]);
        }
        const returns = trades.map((trade) => trade.returnPct);
        expect(returns.length === 0 ? null : Math.max(...returns)).toBe(metrics.bestTradePct);
        expect(equity.at(-1)).toEqual({
          timeMs: candles.time[sweep.lastBar - 1],
          value: report.endEquity,
        });
        expect(equity[0].timeMs).toBe(candles.time[sweep.firstBar]);
        expect(Math.max(...drawdownPct.map((point) => point.value))).toBe(metrics.maxDrawdownPct);
        expect(Math.max(equity.length, drawdownPct.length)).toBeLessThanOrEqual(POINTS);
      }),
      { numRuns: 150 },
    );
  });

  it("takes range and trials from the run, and has no deflated Sharpe ratio without them", () => {
    let deflated = 0;
    fc.assert(
      fc.property(anySweep, ({ sweep, candles }) => {
        const plain = variantReport(sweep, candles, choice("STAGE_A", 0));
        const range = { startMs: 5, endMs: 6 };
        const trials = { count: 1_000, sharpeVariance: null };
        const ofRun = variantReport(sweep, candles, { ...choice("STAGE_A", 0), range, trials });
        expect(ofRun.range).toEqual(range);
        expect(plain.metrics.deflatedSharpe).toBeNull();
        const { deflatedSharpe, probabilisticSharpe } = ofRun.metrics;
        expect(deflatedSharpe === null).toBe(probabilisticSharpe === null);
        if (deflatedSharpe === null || probabilisticSharpe === null) return;
        expect(deflatedSharpe).toBeLessThanOrEqual(probabilisticSharpe);
        deflated++;
      }),
      { numRuns: 150 },
    );
    expect(deflated).toBeGreaterThan(10);
  });

  it("prints every metric of the registry, each in a row of its own", () => {
    const none = Object.fromEntries(METRIC_NAMES.map((name) => [name, null]));
    const report = (metrics: object) =>
      tableRows({ range: null, startCash: 1, endEquity: 1, metrics } as never);
    const empty = report(none);
    const printed = METRIC_NAMES.map((name) => {
      const rows = report({ ...none, [name]: 3.25 });
      return rows.findIndex((row, i) => row[1] !== empty[i][1]);
    });
    expect(printed.filter((at) => at < 0)).toEqual([]);
    expect(new Set(printed).size).toBe(METRIC_NAMES.length);
  });
});
