import {
  calmar,
  expectancyPct,
  maxDrawdownPct,
  profitFactor,
  returnOverMaxDrawdown,
  sharpe,
  sortino,
  totalReturnPct,
  winRatePct,
} from "./ranking-formulas.ts";
import type { RankingMetric } from "./ranking-metric.ts";
import type { DailySums, TradeSums } from "./tallies.ts";

/** The sums of one variant from which any engine's ranking metrics follow. */
export interface VariantSums {
  /** Equity after the last bar, in quote. */
  readonly equity: number;
  readonly trades: TradeSums;
  /** Deepest drawdown as a fraction. */
  readonly deepest: number;
  readonly daily: DailySums;
}

/** Metrics that need the drawdown of a variant, its daily returns, or sums over its trades. */
export const NEEDS_DRAWDOWN: readonly RankingMetric[] = [
  "maxDrawdownPct",
  "returnOverMaxDrawdown",
  "calmar",
];
export const NEEDS_DAYS: readonly RankingMetric[] = ["sharpe", "sortino", "calmar"];
export const NEEDS_TRADES: readonly RankingMetric[] = [
  "profitFactor",
  "winRatePct",
  "numTrades",
  "expectancyPct",
];

/** Whether the end cash tells all of them. */
export function asksReturnOnly(metrics: readonly RankingMetric[]): boolean {
  return metrics.every((metric) => metric === "totalReturnPct");
}

/** One ranking metric from a variant's sums; NaN where it is undefined. */
export function rankingValue(
  metric: RankingMetric,
  sums: VariantSums,
  settings: { readonly startCash: number; readonly periodsPerYear: number },
): number {
  const { trades, daily, deepest } = sums;
  const { periodsPerYear } = settings;
  switch (metric) {
    case "totalReturnPct":
      return totalReturnPct(sums.equity, settings.startCash);
    case "maxDrawdownPct":
      return maxDrawdownPct(deepest);
    case "returnOverMaxDrawdown": {
      const returnPct = totalReturnPct(sums.equity, settings.startCash);
      return returnOverMaxDrawdown(returnPct, maxDrawdownPct(deepest));
    }
    case "profitFactor":
      return profitFactor(trades);
    case "winRatePct":
      return winRatePct(trades);
    case "numTrades":
      return trades.count;
    case "expectancyPct":
      return expectancyPct(trades);
    case "sharpe":
      return sharpe(daily, periodsPerYear);
    case "sortino":
      return sortino(daily, periodsPerYear);
    case "calmar":
      return calmar(daily, periodsPerYear, deepest);
  }
}
