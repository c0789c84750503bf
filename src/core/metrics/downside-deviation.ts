import type { Metric } from "./metric.ts";
import { downsideDeviation as formula } from "./ranking-formulas.ts";

/**
 * sqrt(mean(min(r, 0)^2)) * sqrt(P) over ALL daily returns r; undefined where annualReturn is, 0
 * without a losing day. Fraction; lower is better. Source: Sortino and Price, Journal of Investing
 * (1994); semantics.md section 5.
 */
export const downsideDeviation: Metric = {
  unit: "fraction",
  better: "LOWER",
  of: ({ daily, settings }) => formula(daily, settings.periodsPerYear),
};
