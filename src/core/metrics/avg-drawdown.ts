import type { Metric } from "./metric.ts";
import { drawdown } from "./tallies.ts";

/**
 * Mean of 1 - equity / running peak over ALL bars, those at a peak counting 0, * 100; undefined on
 * an empty range. Percent; lower is better. Also known as the pain index (Zephyr). Source:
 * semantics.md section 5.
 */
export const avgDrawdownPct: Metric = {
  unit: "percent",
  better: "LOWER",
  of: ({ bars, execution }) => {
    let peak = Number.NEGATIVE_INFINITY;
    let sum = 0;
    for (const equity of execution.equity) {
      if (equity > peak) peak = equity;
      sum += drawdown(equity, peak);
    }
    return (sum / bars) * 100;
  },
};
