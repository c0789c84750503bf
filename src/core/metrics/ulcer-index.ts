import type { Metric } from "./metric.ts";
import { drawdown } from "./tallies.ts";

/**
 * sqrt(mean(d^2)) over ALL bars, d being 1 - equity / running peak in percent: depth and length of
 * drawdowns in one figure. Undefined on an empty range. Percent; lower is better. Source: Martin
 * and McCann, The Investor's Guide to Fidelity Funds (1989), there with d from prices.
 */
export const ulcerIndexPct: Metric = {
  unit: "percent",
  better: "LOWER",
  of: ({ bars, execution }) => {
    let peak = Number.NEGATIVE_INFINITY;
    let squares = 0;
    for (const equity of execution.equity) {
      if (equity > peak) peak = equity;
      const depth = drawdown(equity, peak);
      squares += depth * depth;
    }
    return Math.sqrt(squares / bars) * 100;
  },
};
