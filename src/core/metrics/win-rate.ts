import type { Metric } from "./metric.ts";
import { winRatePct as formula } from "./ranking-formulas.ts";

/**
 * Trades with a positive net profit / trades * 100; undefined without a trade.
 * Percent; higher is better. Source: semantics.md section 5.
 */
export const winRatePct: Metric = {
  unit: "percent",
  better: "HIGHER",
  of: ({ trades }) => formula(trades),
};
