import type { Metric } from "./metric.ts";

/**
 * Total profit / largest fall of equity from its running peak, both in quote, so that early and
 * late losses of the same amount count alike (returnOverMaxDrawdown is the same in percent of start
 * and peak). Undefined without a drawdown. Ratio; higher is better. Source: MetaTrader 5 Help,
 * Strategy Testing, Recovery Factor.
 */
export const recoveryFactor: Metric = {
  unit: "ratio",
  better: "HIGHER",
  of: ({ execution, settings }) => {
    let peak = Number.NEGATIVE_INFINITY;
    let deepest = 0;
    for (const equity of execution.equity) {
      if (equity > peak) peak = equity;
      if (peak - equity > deepest) deepest = peak - equity;
    }
    return deepest > 0 ? (execution.endEquity - settings.startCash) / deepest : Number.NaN;
  },
};
