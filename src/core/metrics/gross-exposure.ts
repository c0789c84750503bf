import type { Metric } from "./metric.ts";

/**
 * Mean over all bars of entry quote / equity, 0 when flat, entry and exit bar counted; undefined on
 * an empty range or where equity is 0 with a position open. Fraction of equity; neither direction
 * is better. Source: semantics.md section 5.
 */
export const grossExposure: Metric = {
  unit: "fraction",
  better: null,
  of: ({ bars, execution }) => {
    let sum = 0;
    for (const share of execution.exposure) sum += share;
    return sum / bars;
  },
};
