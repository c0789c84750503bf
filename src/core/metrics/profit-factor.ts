import type { Metric } from "./metric.ts";
import { profitFactor as formula } from "./ranking-formulas.ts";

/**
 * Sum of positive net profits / sum of negative ones as a positive number; undefined without a
 * loss. Ratio; higher is better, 1 breaks even. Source: semantics.md section 5.
 */
export const profitFactor: Metric = {
  unit: "ratio",
  better: "HIGHER",
  of: ({ trades }) => formula(trades),
};
