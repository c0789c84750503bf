import type { Metric } from "./metric.ts";
import { defined } from "./ranking-formulas.ts";
import { dailyDeviation } from "./tallies.ts";

/**
 * sd(r, ddof 1) * sqrt(P) over the daily returns r; undefined where annualReturn is, 0 when equity
 * never moves. Fraction; lower is better. Source: semantics.md section 5.
 */
export const annualVolatility: Metric = {
  unit: "fraction",
  better: "LOWER",
  of: ({ daily, settings }) => {
    if (!defined(daily)) return Number.NaN;
    return dailyDeviation(daily) * Math.sqrt(settings.periodsPerYear);
  },
};
