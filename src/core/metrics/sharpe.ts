import type { Metric } from "./metric.ts";
import { sharpe as formula } from "./ranking-formulas.ts";

/**
 * mean(r) / sd(r, ddof 1) * sqrt(P) over the daily returns r, no risk-free rate; undefined with
 * fewer than two of them, without deviation, or after a day at or below -100 %. Ratio; higher is
 * better. Source: Sharpe, The Sharpe Ratio, Journal of Portfolio Management (1994); semantics.md
 * section 5.
 */
export const sharpe: Metric = {
  unit: "ratio",
  better: "HIGHER",
  of: ({ daily, settings }) => formula(daily, settings.periodsPerYear),
};
