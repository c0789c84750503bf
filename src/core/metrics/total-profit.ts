import type { Metric } from "./metric.ts";

/**
 * End equity (safe included) - start cash. Quote; higher is better. Source: semantics.md section 5.
 */
export const totalProfit: Metric = {
  unit: "quote",
  better: "HIGHER",
  of: ({ execution, settings }) => execution.endEquity - settings.startCash,
};
