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
export const WATCH_DOWNSIDE = 8;

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
  return watchFor(metrics) | (metrics.includes("sortino") ? WATCH_DOWNSIDE : 0);
}

/** What kernels have left at one place of their memory, read where it is; the place may change. */
export class SumsView implements VariantSums {
  /** Position of the first one. */
  at = 0;
  readonly #sums: Float64Array;
  readonly trades: VariantSums["trades"];
  readonly daily: VariantSums["daily"];

  constructor(sums: Float64Array) {
    this.#sums = sums;
    this.trades = new TradeSumsView(this);
    this.daily = new DailySumsView(this);
  }

  get equity(): number {
    return this.read(SUMS.equity);
  }

  get deepest(): number {
    return this.read(SUMS.deepest);
  }

  read(sum: number): number {
    return this.#sums[this.at + sum];
  }
}

class TradeSumsView {
  readonly #view: SumsView;

  constructor(view: SumsView) {
    this.#view = view;
  }

  get count(): number {
    return this.#view.read(SUMS.count);
  }

  get wins(): number {
    return this.#view.read(SUMS.wins);
  }

  get grossProfit(): number {
    return this.#view.read(SUMS.grossProfit);
  }

  get grossLoss(): number {
    return this.#view.read(SUMS.grossLoss);
  }

  get returnSum(): number {
    return this.#view.read(SUMS.returnSum);
  }
}

class DailySumsView {
  readonly #view: SumsView;

  constructor(view: SumsView) {
    this.#view = view;
  }

  get days(): number {
    return this.#view.read(SUMS.days);
  }

  get growth(): number {
    return this.#view.read(SUMS.growth);
  }

  get returnSum(): number {
    return this.#view.read(SUMS.dailySum);
  }

  get downsideSum(): number {
    return this.#view.read(SUMS.downsideSum);
  }

  get broken(): boolean {
    return this.#view.read(SUMS.broken) === 1;
  }

  squares(): number {
    return this.#view.read(SUMS.squares);
  }
}
