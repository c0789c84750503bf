import type { MetricName } from "../metrics/registry.ts";
import { formatDuration, formatFraction, formatNumber, formatTime } from "./format.ts";
import type { Report } from "./report.ts";

export type ReportRow = readonly [label: string, value: string];

const QUOTE_DECIMALS = 2;
const PERCENT_DECIMALS = 4;
const RATIO_DECIMALS = 5;

/**
 * The classic rows of a report as label and text, in a fixed order that readers and scripts may
 * rely on.
 */
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

/** The classic rows, then all other metrics; new ones are added at the end. */
export function tableRows(report: Report): readonly ReportRow[] {
  const { metrics } = report;
  const percent = (name: MetricName) => formatNumber(metrics[name], PERCENT_DECIMALS);
  const ratio = (name: MetricName) => formatNumber(metrics[name], RATIO_DECIMALS);
  const fraction = (name: MetricName) => formatFraction(metrics[name], PERCENT_DECIMALS);
  return [
    ...reportRows(report),
    ["Profit Factor", ratio("profitFactor")],
    ["Return / Max. Drawdown", ratio("returnOverMaxDrawdown")],
    ["Annual Return [%]", fraction("annualReturn")],
    ["Annual Volatility [%]", fraction("annualVolatility")],
    ["Downside Deviation [%]", fraction("downsideDeviation")],
    ["Recovery Factor", ratio("recoveryFactor")],
    ["Ulcer Index [%]", percent("ulcerIndexPct")],
    ["Time Under Water [%]", percent("timeUnderWaterPct")],
    ["Omega Ratio", ratio("omega")],
    ["Tail Ratio", ratio("tailRatio")],
    ["Value at Risk 95 % [%]", percent("valueAtRisk95Pct")],
    ["Expected Shortfall 95 % [%]", percent("expectedShortfall95Pct")],
    ["Probabilistic Sharpe Ratio", ratio("probabilisticSharpe")],
    ["Deflated Sharpe Ratio", ratio("deflatedSharpe")],
  ];
}

/** The same rows as a Markdown table. */
export function reportMarkdown(report: Report): string {
  const rows = tableRows(report).map(([label, value]) => `| ${label} | ${value} |`);
  return ["| Metric | Value |", "| --- | ---: |", ...rows].join("\n");
}
