import type { RankingMetric } from "../core/metrics/ranking-metric.ts";
import {
  NEEDS_DAYS,
  NEEDS_DRAWDOWN,
  NEEDS_TRADES,
  type VariantSums,
} from "../core/metrics/ranking-values.ts";

/** Positions of the sums that assembly/sums.ts leaves, in its order. */
export const SUMS = {
  equity: 0,
  count: 1,
  wins: 2,
  grossProfit: 3,
  grossLoss: 4,
  returnSum: 5,
  deepest: 6,
  days: 7,
  growth: 8,
  dailySum: 9,
  downsideSum: 10,
  broken: 11,
  squares: 12,
  length: 13,
} as const;

// As in assembly/market.ts.
export const WATCH_DRAWDOWN = 1;
export const WATCH_DAYS = 2;
export const WATCH_TRADES = 4;

/** What kernels have to watch for these metrics. */
export function watchFor(metrics: readonly RankingMetric[]): number {
  const needs = (ones: readonly RankingMetric[]) => metrics.some((metric) => ones.includes(metric));
  return (
    (needs(NEEDS_DRAWDOWN) ? WATCH_DRAWDOWN : 0) |
    (needs(NEEDS_DAYS) ? WATCH_DAYS : 0) |
    (needs(NEEDS_TRADES) ? WATCH_TRADES : 0)
  );
}

export function readSums(sums: Float64Array): VariantSums {
  const squares = sums[SUMS.squares];
  return {
    equity: sums[SUMS.equity],
    trades: {
      count: sums[SUMS.count],
      wins: sums[SUMS.wins],
      grossProfit: sums[SUMS.grossProfit],
      grossLoss: sums[SUMS.grossLoss],
      returnSum: sums[SUMS.returnSum],
    },
    deepest: sums[SUMS.deepest],
    daily: {
      days: sums[SUMS.days],
      growth: sums[SUMS.growth],
      returnSum: sums[SUMS.dailySum],
      downsideSum: sums[SUMS.downsideSum],
      broken: sums[SUMS.broken] === 1,
      squares: () => squares,
    },
  };
}
