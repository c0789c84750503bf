import type { RankingMetric } from "../../core/metrics/ranking-metric.ts";

/** Unit and meaning of each ranking metric, as the API prints them. */
export const METRIC_DESCRIPTIONS: Readonly<Record<RankingMetric, string>> = {
  totalReturnPct: "End equity over start cash, less one, in percent.",
  maxDrawdownPct: "Largest fall of equity from its peak, in percent of the peak.",
  returnOverMaxDrawdown: "Total return over max drawdown, a ratio; null without a drawdown.",
  profitFactor: "Gross profit over gross loss of the trades, a ratio; null without a loss.",
  winRatePct: "Share of trades with a net profit, in percent; null without trades.",
  numTrades: "Closed trades, a count.",
  expectancyPct: "Mean return of a trade, in percent of its entry amount; null without trades.",
  sharpe: "Annualised mean over standard deviation of daily returns, a ratio; null if undefined.",
  sortino: "Annualised mean over downside deviation of daily returns, a ratio; null if undefined.",
  calmar: "Annual return over max drawdown, a ratio; null if undefined.",
};
