import type { Metric } from "./metric.ts";
import { defined } from "./ranking-formulas.ts";

/**
 * Sum of the positive daily returns / sum of the negative ones as a positive number: Omega at the
 * threshold 0. Undefined where annualReturn is, and without a losing day. Ratio; higher is better,
 * 1 breaks even. Source: Keating and Shadwick, A Universal Performance Measure, Journal of
 * Performance Measurement (2002).
 */
export const omega: Metric = {
  unit: "ratio",
  better: "HIGHER",
  of: ({ daily, returns }) => {
    if (!defined(daily)) return Number.NaN;
    let [gains, losses] = [0, 0];
    for (const r of returns) {
      if (r > 0) gains += r;
      else losses -= r;
    }
    return losses > 0 ? gains / losses : Number.NaN;
  },
};
