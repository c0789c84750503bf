import type { Metric } from "./metric.ts";
import { sortino as formula } from "./ranking-formulas.ts";

/**
 * mean(r) * P / downsideDeviation over the daily returns r; undefined where sharpe is for its
 * number of days and losses, and without a losing day. Ratio; higher is better. Source: Sortino and
 * Price, Journal of Investing (1994); semantics.md section 5.
 */
export const sortino: Metric = {
  unit: "ratio",
  better: "HIGHER",
  of: ({ daily, settings }) => formula(daily, settings.periodsPerYear),
};
