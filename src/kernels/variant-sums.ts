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
export const WATCH_GROWTH = 8;
export const WATCH_DOWNSIDE = 16;

/** What kernels have to watch for these metrics. */
export function watchFor(metrics: readonly RankingMetric[]): number {
  const needs = (ones: readonly RankingMetric[]) => metrics.some((metric) => ones.includes(metric));
  return (
    (needs(NEEDS_DRAWDOWN) ? WATCH_DRAWDOWN : 0) |
    (needs(NEEDS_DAYS) ? WATCH_DAYS : 0) |
    (needs(NEEDS_TRADES) ? WATCH_TRADES : 0)
  );
}

/** The same for variants in lock step, which add up only what the metrics take from their days. */
export function watchTogether(metrics: readonly RankingMetric[]): number {
  return (
    watchFor(metrics) |
    (metrics.includes("calmar") ? WATCH_GROWTH : 0) |
    (metrics.includes("sortino") ? WATCH_DOWNSIDE : 0)
  );
}

/** Those that begin at position `at`. */
export function readSums(sums: Float64Array, at = 0): VariantSums {
  const squares = sums[at + SUMS.squares];
  return {
    equity: sums[at + SUMS.equity],
    trades: {
      count: sums[at + SUMS.count],
      wins: sums[at + SUMS.wins],
      grossProfit: sums[at + SUMS.grossProfit],
      grossLoss: sums[at + SUMS.grossLoss],
      returnSum: sums[at + SUMS.returnSum],
    },
    deepest: sums[at + SUMS.deepest],
    daily: {
      days: sums[at + SUMS.days],
      growth: sums[at + SUMS.growth],
      returnSum: sums[at + SUMS.dailySum],
      downsideSum: sums[at + SUMS.downsideSum],
      broken: sums[at + SUMS.broken] === 1,
      squares: () => squares,
    },
  };
}
