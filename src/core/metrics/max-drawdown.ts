import type { Metric } from "./metric.ts";
import { maxDrawdownPct as formula } from "./ranking-formulas.ts";

/**
 * Largest of 1 - equity / running peak over the bars, * 100; more than 100 where a short lost more
 * than all; undefined on an empty range. Percent; lower is better. Source: semantics.md section 5.
 */
export const maxDrawdownPct: Metric = {
  unit: "percent",
  better: "LOWER",
  of: ({ bars, drawdown }) => (bars === 0 ? Number.NaN : formula(drawdown.deepest)),
};
