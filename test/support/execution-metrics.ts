import {
  METRIC_NAMES,
  type MetricName,
  type MetricValues,
} from "../../src/core/metrics/registry.ts";
import type { Expected } from "./execution-scenarios.ts";

/**
 * Names of the execution fixtures' metrics. Their first four rows are the range and the start cash.
 */
export const METRIC_LABELS: Readonly<Partial<Record<MetricName, string>>> = {
  totalProfit: "Total Profit",
  totalReturnPct: "Total Return [%]",
  benchmarkReturnPct: "Benchmark Return [%]",
  coveragePct: "Position Coverage [%]",
  maxDrawdownPct: "Max. Drawdown [%]",
  avgDrawdownPct: "Avg. Drawdown [%]",
  longestDrawdownMs: "Max. Drawdown Duration",
  avgDrawdownMs: "Avg. Drawdown Duration",
  numTrades: "Num. Trades",
  winRatePct: "Win Rate [%]",
  bestTradePct: "Best Trade [%]",
  worstTradePct: "Worst Trade [%]",
  avgTradePct: "Avg. Trade [%]",
  longestTradeMs: "Max. Trade Duration",
  avgTradeMs: "Avg. Trade Duration",
  expectancyPct: "Expectancy",
  sqn: "SQN",
  grossExposure: "Gross Exposure",
  sharpe: "Sharpe Ratio",
  sortino: "Sortino Ratio",
  calmar: "Calmar Ratio",
};

/** The fixture's own values under this engine's names; null for metrics that it does not have. */
export function foreignMetrics(metrics: NonNullable<Expected["metrics"]>): MetricValues {
  const values = {} as Record<MetricName, number | null>;
  for (const name of METRIC_NAMES) {
    const label = METRIC_LABELS[name];
    values[name] = label === undefined ? null : foreignNumber(metrics, label);
  }
  return values;
}

export function foreignNumber(
  metrics: NonNullable<Expected["metrics"]>,
  label: string,
): number | null {
  const value = metrics[label];
  if (value === undefined) throw new Error(`the fixture has no metric ${label}`);
  if (value === null || typeof value === "number") return value;
  return "epochMs" in value ? value.epochMs : value.durationMs;
}
