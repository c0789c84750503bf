import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMetric,
  formatRate,
  metricTitle,
} from "../../src/cli/output/format.ts";
import { indicatorDetails, indicatorsTable } from "../../src/cli/output/indicators-table.ts";
import { progressDisplay } from "../../src/cli/output/progress-bar.ts";
import { progressLine } from "../../src/cli/output/progress-text.ts";
import { resultTable } from "../../src/cli/output/result-table.ts";
import { renderTable } from "../../src/cli/output/table.ts";
import type { ProgressView, RunRow } from "../../src/cli/run-view.ts";
import { INDICATORS } from "../../src/core/indicators/registry.ts";
import { RANKING_METRICS } from "../../src/core/metrics/ranking-metric.ts";
import { listIndicators } from "../../src/default-axes.ts";

const row = (rank: number, change: Partial<RunRow> = {}): RunRow => ({
  rank,
  params: { "fast.window": 12, "slow.window": 63 },
  stopLossPct: 5,
  trailingStopPct: null,
  takeProfitPct: null,
  metrics: { totalReturnPct: 321.456, maxDrawdownPct: 12, sharpe: null, numTrades: 1234 },
  ...change,
});

const progress = (change: Partial<ProgressView> = {}): ProgressView => ({
  state: "RUNNING",
  stage: "STAGE_A",
  done: 1_500,
  total: 6_000,
  variantsPerSecond: 123_456,
  etaSeconds: 3.2,
  best: { ...row(1), metrics: { totalReturnPct: 321.456 } },
  ...change,
});

/** What is written to it, as lines. */
function sink(isTTY: boolean) {
  const written: string[] = [];
  const stream = { isTTY, columns: 200, write: (text: string) => written.push(text) > 0 };
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => written.join("") };
}

describe("numbers", () => {
  it("read as people write them", () => {
    expect(formatCount(1_234_567)).toBe("1,234,567");
    expect(formatRate(1_234_567)).toBe("1.23M/s");
    expect(formatRate(null)).toBe("-/s");
    expect([0, 0.2, 59.5, 61, 3_723].map(formatDuration)).toEqual([
      "0:00",
      "0:01",
      "1:00",
      "1:01",
      "1:02:03",
    ]);
    expect(formatDuration(null)).toBe("-");
    expect([1, 1_023, 1_536, 5 * 2 ** 30].map(formatBytes)).toEqual([
      "1 B",
      "1023 B",
      "1.5 KiB",
      "5.0 GiB",
    ]);
  });

  it("of a metric have its unit in the title, and undefined is N/A", () => {
    expect(formatMetric("totalReturnPct", 12.345)).toBe("+12.35");
    expect(formatMetric("totalReturnPct", -1)).toBe("-1.00");
    expect(formatMetric("maxDrawdownPct", 1)).toBe("1.00");
    expect(formatMetric("numTrades", 1_234)).toBe("1,234");
    expect(formatMetric("sharpe", 0.5)).toBe("0.50");
    expect(formatMetric("sharpe", null)).toBe("N/A");
    expect(formatMetric("sharpe", undefined)).toBe("N/A");
    for (const metric of RANKING_METRICS) {
      expect(metricTitle(metric).length).toBeLessThan(10);
      expect(metricTitle(metric).endsWith(" %")).toBe(metric.endsWith("Pct"));
    }
  });
});

describe("tables", () => {
  it("are aligned whatever is in them", () => {
    const cells = fc.array(fc.tuple(fc.string({ unit: "grapheme-ascii" }), fc.nat().map(String)), {
      minLength: 1,
    });
    fc.assert(
      fc.property(cells, (rows) => {
        const columns = [
          { title: "name", align: "left" },
          { title: "value", align: "right" },
        ] as const;
        const [titles, , ...lines] = renderTable(columns, rows).split("\n");
        const width = titles.length;
        expect(lines.length).toBe(rows.length);
        for (const [i, line] of lines.entries()) {
          expect(line.length).toBe(width);
          expect(line.endsWith(rows[i][1])).toBe(true);
        }
      }),
    );
  });

  it("of results have every parameter, the risk levels and every metric", () => {
    expect(resultTable([row(1), row(2, { stopLossPct: null, takeProfitPct: 10 })])).toBe(
      [
        "#  fast.window  slow.window  stop %  target %  return %  max dd %  sharpe  trades",
        "-  -----------  -----------  ------  --------  --------  --------  ------  ------",
        "1           12           63       5       off   +321.46     12.00     N/A   1,234",
        "2           12           63     off        10   +321.46     12.00     N/A   1,234",
      ].join("\n"),
    );
  });

  it("of results show the trailing stop where a row has one", () => {
    const table = resultTable([row(1), row(2, { trailingStopPct: 2.5 })]).split("\n");
    expect(table[0]).toContain("stop %  trail %  target %");
    expect(table[3]).toMatch(/ 5 +2\.5 +off /);
  });

  it("of results leave out the last metrics where the terminal is too narrow", () => {
    const title = (columns: number) => resultTable([row(1)], columns).split("\n")[0];
    const twoMetrics = "#  fast.window  slow.window  stop %  target %  return %  max dd %";
    expect(title(twoMetrics.length)).toBe(twoMetrics);
    expect(title(twoMetrics.length - 1)).toMatch(/target % {2}return %$/);
    expect(title(1)).toMatch(/target % {2}return %$/);
  });

  it("of indicators have one line each, with even steps in short", () => {
    const listed = listIndicators();
    const [titles, , ...lines] = indicatorsTable(listed).split("\n");
    expect(titles).toMatch(/^id +title +variants +default axes$/);
    expect(lines).toHaveLength(INDICATORS.length);
    const line = (id: string) => lines.find((text) => text.startsWith(`${id} `));
    expect(line("trend.supertrend")).toMatch(
      / 442 {2}window 5\.\.30 {2}multiplier 1\.\.5 by 0\.25$/,
    );
    expect(line("ma.kama")).toMatch(
      /window 5\.\.50 by 5 {2}fastWindow 2\|3\|5 {2}slowWindow 20\|30\|50/,
    );
    expect(line("volatility.tr")).toMatch(/ 1$/);
  });

  it("of one indicator have its formula, outputs and fixed values too", () => {
    const macd = listIndicators().find(({ id }) => id === "momentum.macd")!;
    const text = indicatorDetails(macd);
    for (const part of [macd.formula, macd.source, "macd, signal, histogram", "  seeding sma"]) {
      expect(text).toContain(part);
    }
  });

  it("leave the risk columns out where nothing has any", () => {
    const table = resultTable([row(1, { stopLossPct: null })]);
    expect(table.split("\n")[0]).not.toContain("stop");
    expect(resultTable([])).toBe("no results");
  });
});

describe("progress", () => {
  it("names stage, done, rate, time left and the best so far by the primary metric", () => {
    expect(progressLine(progress(), "totalReturnPct")).toBe(
      "Stage A     1,500/6,000 (25 %)  123K/s  ETA 0:04  " +
        "best: return % +321.46 (fast.window=12 slow.window=63 stop=5 target=off)",
    );
    const nothing = progress({ best: null, variantsPerSecond: null, etaSeconds: null, total: 0 });
    expect(progressLine(nothing, "sharpe")).toBe("Stage A     1,500/0 (0 %)  -/s  ETA -  best: -");
  });

  it("is plain lines where there is no terminal, the last state of each stage included", () => {
    const { stream, text } = sink(false);
    const display = progressDisplay(stream, "totalReturnPct");
    display.show(progress({ state: "QUEUED", done: 0 }));
    for (const done of [0, 2_000, 4_000, 6_000]) display.show(progress({ done }));
    display.show(progress({ stage: "STAGE_B", done: 0, total: 100 }));
    display.show(progress({ stage: "STAGE_B", done: 50, total: 100 }));
    display.show(progress({ stage: "FINALIZING", done: 100, total: 100 }));
    display.show(progress({ state: "SUCCEEDED", stage: "FINALIZING", done: 100, total: 100 }));
    display.stop();
    const lines = text().trimEnd().split("\n");
    expect(lines.map((line) => line.slice(0, 22).trimEnd())).toEqual([
      "Queued      0/6,000 (0",
      "Stage A     6,000/6,00",
      "Stage B     0/100 (0 %",
      "Stage B     100/100 (1",
    ]);
    expect(text()).not.toContain("\u001b");
  });

  it("is one bar a stage on a terminal, each left complete", () => {
    const { stream, text } = sink(true);
    const terminal = Object.assign(stream, { cursorTo() {}, clearLine() {}, moveCursor() {} });
    const display = progressDisplay(terminal, "totalReturnPct");
    display.show(progress({ state: "QUEUED", done: 0 }));
    expect(text()).toBe("");
    display.show(progress());
    display.show(progress({ stage: "STAGE_B", done: 0, total: 100 }));
    display.show(progress({ stage: "STAGE_B", done: 100, total: 100 }));
    display.stop();
    expect(text()).toMatch(/Stage A █{20} 100 %[\s\S]*Stage B █{20} 100 %/);
  });
});
