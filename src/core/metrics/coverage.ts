import type { Metric } from "./metric.ts";

/**
 * Share of bars with a position, entry and exit bar counted, * 100; undefined on an empty range.
 * Percent; neither direction is better. Source: semantics.md section 5.
 */
export const coveragePct: Metric = {
  unit: "percent",
  better: null,
  of: ({ bars, execution }) => {
    let held = 0;
    for (const flag of execution.inPosition) held += flag;
    return (held / bars) * 100;
  },
};
