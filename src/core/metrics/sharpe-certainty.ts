import { normalCdf, normalUpperQuantile } from "./normal-distribution.ts";
import { defined } from "./ranking-formulas.ts";
import { type DailySums, dailyDeviation, dailyMean } from "./tallies.ts";

/** What the certainty of a Sharpe ratio depends on. */
export interface SharpeSample {
  readonly days: number;
  /** Mean over deviation (ddof 1) of the daily returns: not annualised. */
  readonly sharpe: number;
  /** Third and fourth standardised moment of the sample (ddof 0); 0 and 3 for a normal one. */
  readonly skewness: number;
  readonly kurtosis: number;
}

/** The variants among which one was found. */
export interface Trials {
  readonly count: number;
  /** Of their daily, not annualised Sharpe ratios (ddof 1); null where these are not known. */
  readonly sharpeVariance: number | null;
}

/** Null where the Sharpe ratio itself is undefined. */
export function sharpeSample(returns: Float64Array, daily: DailySums): SharpeSample | null {
  const deviation = defined(daily) ? dailyDeviation(daily) : 0;
  if (!(deviation > 0)) return null;
  const mean = dailyMean(daily);
  let [squares, cubes, fourths] = [0, 0, 0];
  for (const r of returns) {
    const z = (r - mean) / deviation;
    squares += z * z;
    cubes += z * z * z;
    fourths += z * z * (z * z);
  }
  const days = returns.length;
  const variance = squares / days;
  return {
    days,
    sharpe: mean / deviation,
    skewness: cubes / days / (variance * Math.sqrt(variance)),
    kurtosis: fourths / days / (variance * variance),
  };
}

/**
 * Probability that the true Sharpe ratio is above `benchmark`, both of one day:
 * Phi((SR - benchmark) * sqrt(n - 1) / sqrt(1 - skew * SR + (kurt - 1) / 4 * SR^2)). Source: Bailey
 * and Lopez de Prado, The Sharpe Ratio Efficient Frontier, Journal of Risk 15(2), 2012.
 */
export function probabilityAbove(sample: SharpeSample, benchmark: number): number {
  const { days, sharpe, skewness, kurtosis } = sample;
  const spread = 1 - skewness * sharpe + ((kurtosis - 1) / 4) * (sharpe * sharpe);
  return normalCdf(((sharpe - benchmark) * Math.sqrt(days - 1)) / Math.sqrt(spread));
}

const EULER_MASCHERONI = 0.5772156649015329;

/**
 * The Sharpe ratio of one day that the best of N trials without skill is expected to show:
 * sqrt(V) * ((1 - g) * z(1/N) + g * z(1/(N*e))), z being the normal quantile of an upper tail and g
 * the Euler-Mascheroni constant; 0 for a single trial, which nothing was chosen from. V is the
 * variance of the trials' Sharpe ratios; where it is not known, that of the estimate itself for
 * normal returns without skill, 1/(n - 1) of n days. Source: Bailey and Lopez de Prado, The
 * Deflated Sharpe Ratio, Journal of Portfolio Management 40(5), 2014.
 */
export function bestSharpeByLuck({ count, sharpeVariance }: Trials, days: number): number {
  if (count <= 1) return 0;
  const variance = sharpeVariance ?? 1 / (days - 1);
  const quantiles =
    (1 - EULER_MASCHERONI) * normalUpperQuantile(1 / count) +
    EULER_MASCHERONI * normalUpperQuantile(1 / (count * Math.E));
  return Math.sqrt(variance) * quantiles;
}
