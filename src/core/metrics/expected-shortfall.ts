import type { Metric } from "./metric.ts";
import { defined } from "./ranking-formulas.ts";

/**
 * Mean loss of the worst days, up to the one at the 5 % quantile: -100 * mean of the
 * floor((n - 1) * 0.05) + 1 smallest daily returns. Undefined where annualReturn is. Percent of
 * equity; lower is better, and never below valueAtRisk95Pct. Source: Acerbi and Tasche, On the
 * Coherence of Expected Shortfall, Journal of Banking and Finance (2002), historical simulation.
 */
export const expectedShortfall95Pct: Metric = {
  unit: "percent",
  better: "LOWER",
  of: ({ daily, returns }) => {
    if (!defined(daily)) return Number.NaN;
    const worst = returns.toSorted().subarray(0, Math.floor((returns.length - 1) * 0.05) + 1);
    return (0 - worst.reduce((sum, r) => sum + r, 0) / worst.length) * 100;
  },
};
