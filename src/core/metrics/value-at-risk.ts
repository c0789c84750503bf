import type { Metric } from "./metric.ts";
import { defined } from "./ranking-formulas.ts";
import { quantile } from "./sample-statistics.ts";

/**
 * Historical value at risk: the loss of a day that 95 % of the days stay below, which is the 5 %
 * quantile of the daily returns * -100, interpolated between the values around position
 * (n - 1) * 0.05. Negative where even that day gains; undefined where annualReturn is. Percent of
 * equity; lower is better. Source: Jorion, Value at Risk (2006), historical simulation.
 */
export const valueAtRisk95Pct: Metric = {
  unit: "percent",
  better: "LOWER",
  of: ({ daily, returns }) =>
    defined(daily) ? (0 - quantile(returns.toSorted(), 0.05)) * 100 : Number.NaN,
};
