import type { Metric } from "./metric.ts";
import { defined } from "./ranking-formulas.ts";
import { quantile } from "./sample-statistics.ts";

/**
 * |95 % quantile| / |5 % quantile| of the daily returns, each interpolated between the values
 * around position (n - 1) * p. Undefined where annualReturn is, and where the lower one is 0.
 * Ratio; higher is better: above 1 the good days are larger than the bad ones. Source: empyrical,
 * tail_ratio.
 */
export const tailRatio: Metric = {
  unit: "ratio",
  better: "HIGHER",
  of: ({ daily, returns }) => {
    if (!defined(daily)) return Number.NaN;
    const ascending = returns.toSorted();
    return Math.abs(quantile(ascending, 0.95)) / Math.abs(quantile(ascending, 0.05));
  },
};
