import { describe, expect, it } from "vitest";
import { METRIC_NAMES, type MetricValues } from "../../../src/core/metrics/registry.ts";
import {
  formatDuration,
  formatFraction,
  formatNumber,
  formatTime,
} from "../../../src/core/report/format.ts";
import { reportMarkdown, reportRows, tableRows } from "../../../src/core/report/table.ts";
import { foreignMetrics, foreignNumber } from "../../support/execution-metrics.ts";
import {
  loadScenarios,
  reportScenario,
  runScenario,
  SCENARIO_COUNT,
} from "../../support/execution-scenarios.ts";
import { describeGolden } from "../../support/golden.ts";

/** Other numbers there on purpose: geometric ratios, and wins that are rounding (metrics tests). */
const DIFFERENT_VALUE = new Set(["Sharpe Ratio", "Sortino Ratio", "Win Rate [%]"]);

describeGolden("report table against a foreign one", `${SCENARIO_COUNT} scenarios`, () => {
  const scenarios = loadScenarios().filter((scenario) => scenario.expected.rows !== undefined);

  it("prints the foreign engine's values exactly as it does", () => {
    expect(scenarios.length).toBe(181);
    for (const { id, expected, settings } of scenarios) {
      const metrics = expected.metrics!;
      const startMs = foreignNumber(metrics, "Start")!;
      const endMs = foreignNumber(metrics, "End")!;
      const rows = reportRows({
        range: { startMs, endMs },
        startCash: settings.startCash,
        endEquity: expected.equityEndQuote,
        metrics: foreignMetrics(metrics),
      });
      expect(rows, id).toEqual(expected.rows);
    }
  });

  it("prints its own values the same, where both define them alike", () => {
    for (const scenario of scenarios) {
      const rows = reportRows(reportScenario(scenario, runScenario(scenario)));
      const comparable = ([label]: readonly [string, string]) => !DIFFERENT_VALUE.has(label);
      expect(rows.filter(comparable), scenario.id).toEqual(
        scenario.expected.rows!.filter(comparable),
      );
    }
  });
});

describe("numbers as text", () => {
  it.for([
    [0, 4, "0"],
    [-0, 4, "0"],
    [-0.00001, 4, "0"],
    [100, 4, "100"],
    [1200, 0, "1200"],
    [62.5, 4, "62.5"],
    [-1.2825044875, 4, "-1.2825"],
    [0.40625, 4, "0.4062"],
    [-0.40625, 4, "-0.4062"],
    [0.09375, 4, "0.0938"],
    [0.5, 0, "0"],
    [1.5, 0, "2"],
    [1.005, 2, "1"],
    [2 ** 80, 5, "1208925819614629174706176"],
    [null, 2, "N/A"],
  ] as const)("%s with %s decimals is %s", ([value, decimals, text]) => {
    expect(formatNumber(value, decimals)).toBe(text);
  });

  it.for([
    [0.40625, "40.625"],
    [-0.0000001, "0"],
    [2 ** 80, "120892581961462917470617600"],
    [2 ** 1023, `${2n ** 1023n * 100n}`],
    [-Number.MAX_VALUE, `${-BigInt(Number.MAX_VALUE) * 100n}`],
    [null, "N/A"],
  ] as const)("the fraction %s is %s percent", ([value, text]) => {
    expect(formatFraction(value, 4)).toBe(text);
  });

  it("prints an annual return that only its percentage is too large for", () => {
    const none = Object.fromEntries(METRIC_NAMES.map((name) => [name, null]));
    const metrics = { ...none, annualReturn: 1e308 } as MetricValues;
    const rows = tableRows({ range: null, startCash: 1, endEquity: 1, metrics });
    expect(new Map(rows).get("Annual Return [%]")).toBe(`${BigInt(1e308) * 100n}`);
  });

  it.for([
    [0, "0:00:00"],
    [999, "0:00:00.999000"],
    [21_130_434.78, "5:52:10.434000"],
    [86_400_000, "1 day, 0:00:00"],
    [2 * 86_400_000 + 3_661_001, "2 days, 1:01:01.001000"],
    [null, "N/A"],
  ] as const)("%s ms is %s", ([ms, text]) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it("writes times in UTC", () => {
    expect(formatTime(1_704_067_200_123)).toBe("2024-01-01 00:00:00.123+00:00");
    expect(formatTime(null)).toBe("N/A");
  });

  it("makes a Markdown row of every table row", () => {
    const nothing = foreignMetrics(new Proxy({}, { get: () => null }));
    const report = { range: null, startCash: 250.5, endEquity: 250.5, metrics: nothing };
    const lines = reportMarkdown(report).split("\n");
    expect(lines.slice(0, 2)).toEqual(["| Metric | Value |", "| --- | ---: |"]);
    expect(lines.slice(2)).toEqual(
      tableRows(report).map(([label, text]) => `| ${label} | ${text} |`),
    );
    expect(lines).toContain("| Init. Cash | 250.5 |");
    expect(lines).toContain("| Start | N/A |");
  });
});
