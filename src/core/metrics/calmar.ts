import type { Metric } from "./metric.ts";
import { calmar as formula } from "./ranking-formulas.ts";

/**
 * annualReturn / max drawdown as a fraction; undefined where annualReturn is, and without a
 * drawdown. Ratio; higher is better. Source: Young, Calmar Ratio, Futures (1991); semantics.md
 * section 5.
 */
export const calmar: Metric = {
  unit: "ratio",
  better: "HIGHER",
  of: ({ daily, drawdown, settings }) => formula(daily, settings.periodsPerYear, drawdown.deepest),
};
