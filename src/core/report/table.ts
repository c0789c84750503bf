import type { MetricName } from "../metrics/registry.ts";
import { formatDuration, formatNumber, formatTime } from "./format.ts";
import type { Report } from "./report.ts";

export type ReportRow = readonly [label: string, value: string];

const QUOTE_DECIMALS = 2;
const PERCENT_DECIMALS = 4;
const RATIO_DECIMALS = 5;

/** A report as label and text, in a fixed order that readers and scripts may rely on. */
export function reportRows(report: Report): readonly ReportRow[] {
  const { range, metrics } = report;
  const quote = (value: number | null) => formatNumber(value, QUOTE_DECIMALS);
  const percent = (name: MetricName) => formatNumber(metrics[name], PERCENT_DECIMALS);
  const ratio = (name: MetricName) => formatNumber(metrics[name], RATIO_DECIMALS);
  const duration = (name: MetricName) => formatDuration(metrics[name]);
  return [
    ["Start", formatTime(range?.startMs ?? null)],
    ["End", formatTime(range?.endMs ?? null)],
    ["Duration", formatDuration(range === null ? null : range.endMs - range.startMs)],
    ["Init. Cash", quote(report.startCash)],
    ["Total Profit", quote(metrics.totalProfit)],
    ["Total Return [%]", percent("totalReturnPct")],
    ["Benchmark Return [%]", percent("benchmarkReturnPct")],
    ["Position Coverage [%]", percent("coveragePct")],
    ["Max. Drawdown [%]", percent("maxDrawdownPct")],
    ["Avg. Drawdown [%]", percent("avgDrawdownPct")],
    ["Max. Drawdown Duration", duration("longestDrawdownMs")],
    ["Avg. Drawdown Duration", duration("avgDrawdownMs")],
    ["Num. Trades", formatNumber(metrics.numTrades, 0)],
    ["Win Rate [%]", percent("winRatePct")],
    ["Best Trade [%]", percent("bestTradePct")],
    ["Worst Trade [%]", percent("worstTradePct")],
    ["Avg. Trade [%]", percent("avgTradePct")],
    ["Max. Trade Duration", duration("longestTradeMs")],
    ["Avg. Trade Duration", duration("avgTradeMs")],
    ["Expectancy", percent("expectancyPct")],
    ["SQN", ratio("sqn")],
    ["Gross Exposure", percent("grossExposure")],
    ["Sharpe Ratio", ratio("sharpe")],
    ["Sortino Ratio", ratio("sortino")],
    ["Calmar Ratio", ratio("calmar")],
  ];
}

/** The same rows as a Markdown table. */
export function reportMarkdown(report: Report): string {
  const rows = reportRows(report).map(([label, value]) => `| ${label} | ${value} |`);
  return ["| Metric | Value |", "| --- | ---: |", ...rows].join("\n");
}
