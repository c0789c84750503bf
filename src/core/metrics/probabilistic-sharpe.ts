import type { Metric } from "./metric.ts";
import { probabilityAbove, sharpeSample } from "./sharpe-certainty.ts";

/**
 * Probability that the true Sharpe ratio is above 0, given number, skewness and kurtosis of the
 * daily returns; undefined where sharpe is. Fraction; higher is better. Formula and source: see
 * probabilityAbove.
 */
export const probabilisticSharpe: Metric = {
  unit: "fraction",
  better: "HIGHER",
  of: ({ daily, returns }) => {
    const sample = sharpeSample(returns, daily);
    return sample === null ? Number.NaN : probabilityAbove(sample, 0);
  },
};
