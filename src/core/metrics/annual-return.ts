import type { Metric } from "./metric.ts";
import { annualReturn as formula } from "./ranking-formulas.ts";

/**
 * (prod(1 + r))^(P / n) - 1 over the n daily returns r, P periods a year; undefined with fewer than
 * two of them or after a day at or below -100 %. Fraction; higher is better. Source: semantics.md
 * section 5.
 */
export const annualReturn: Metric = {
  unit: "fraction",
  better: "HIGHER",
  of: ({ daily, settings }) => formula(daily, settings.periodsPerYear),
};
