import type { Metric } from "./metric.ts";

/**
 * Closed trades, the forced close at the end counted. Count; no direction. Source: semantics.md
 * section 5.
 */
export const numTrades: Metric = {
  unit: "count",
  better: null,
  of: ({ trades }) => trades.count,
};
