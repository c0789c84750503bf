import type { Metric } from "./metric.ts";

/**
 * Share of bars whose equity is below the running peak, * 100; undefined on an empty range.
 * Percent; lower is better. Source: the bars of the drawdown episodes of semantics.md section 5.
 */
export const timeUnderWaterPct: Metric = {
  unit: "percent",
  better: "LOWER",
  of: ({ bars, execution }) => {
    let peak = Number.NEGATIVE_INFINITY;
    let below = 0;
    for (const equity of execution.equity) {
      if (equity > peak) peak = equity;
      if (equity < peak) below++;
    }
    return (below / bars) * 100;
  },
};
