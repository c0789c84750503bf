import type { Metric } from "./metric.ts";
import { totalReturnPct as formula } from "./ranking-formulas.ts";

/**
 * (end equity / start cash - 1) * 100. Percent; higher is better. Source: semantics.md section 4.
 */
export const totalReturnPct: Metric = {
  unit: "percent",
  better: "HIGHER",
  of: ({ execution, settings }) => formula(execution.endEquity, settings.startCash),
};
