import type { Metric } from "./metric.ts";
import { deviation, mean } from "./sample-statistics.ts";
import { ROUNDING_SHARE } from "./tallies.ts";

/**
 * System quality number: sqrt(n) * mean(net profit) / sd(net profit, ddof 1) over the n trades;
 * undefined with fewer than two trades or without deviation. Ratio; higher is better. Source:
 * Tharp, Definitive Guide to Position Sizing (2008); semantics.md section 5.
 */
export const sqn: Metric = {
  unit: "ratio",
  better: "HIGHER",
  of: ({ execution }) => {
    const profits = execution.trades.map((trade) => trade.netProfit);
    const centre = mean(profits);
    const spread = deviation(profits);
    const deviates = spread > ROUNDING_SHARE * Math.abs(centre);
    return deviates ? (Math.sqrt(profits.length) * centre) / spread : Number.NaN;
  },
};
