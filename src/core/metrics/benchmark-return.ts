import type { Metric } from "./metric.ts";

/**
 * Buy and hold without costs: (last close / first close - 1) * 100 over the range; undefined on an
 * empty range. Percent; a yardstick without a direction. Source: semantics.md section 5.
 */
export const benchmarkReturnPct: Metric = {
  unit: "percent",
  better: null,
  of: ({ bars, candles, execution }) => {
    if (bars === 0) return Number.NaN;
    return (candles.close[execution.lastBar - 1] / candles.close[execution.firstBar] - 1) * 100;
  },
};
