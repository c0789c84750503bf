/**
 * The metrics a sweep can rank by: computed for every variant on the fast path, without an equity
 * array. Percents are human percents; undefined is NaN inside the core and null outside it.
 */
export const RANKING_METRICS = [
  "totalReturnPct",
  "maxDrawdownPct",
  "returnOverMaxDrawdown",
  "profitFactor",
  "winRatePct",
  "numTrades",
  "expectancyPct",
  "sharpe",
  "sortino",
  "calmar",
] as const;
export type RankingMetric = (typeof RANKING_METRICS)[number];

export type Direction = "ASC" | "DESC";

/** The direction in which a metric is better, used where a request names none. */
export const BETTER: Readonly<Record<RankingMetric, Direction>> = {
  totalReturnPct: "DESC",
  maxDrawdownPct: "ASC",
  returnOverMaxDrawdown: "DESC",
  profitFactor: "DESC",
  winRatePct: "DESC",
  numTrades: "DESC",
  expectancyPct: "DESC",
  sharpe: "DESC",
  sortino: "DESC",
  calmar: "DESC",
};
