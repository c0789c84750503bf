import type { Metric } from "./metric.ts";
import { bestSharpeByLuck, probabilityAbove, sharpeSample } from "./sharpe-certainty.ts";

/**
 * Probability that the true Sharpe ratio is above what the best of as many trials without skill
 * would show, the trials being the variants of the run; undefined where sharpe is, and outside a
 * run. Trials of a grid are alike, so their number overstates the luck: the figure errs on the safe
 * side. Fraction; higher is better. Formula and source: see bestSharpeByLuck.
 */
export const deflatedSharpe: Metric = {
  unit: "fraction",
  better: "HIGHER",
  of: ({ daily, returns, trials }) => {
    const sample = sharpeSample(returns, daily);
    if (sample === null || trials === undefined) return Number.NaN;
    return probabilityAbove(sample, bestSharpeByLuck(trials, sample.days));
  },
};
