import { annualReturn } from "./annual-return.ts";
import { annualVolatility } from "./annual-volatility.ts";
import { avgDrawdownPct } from "./avg-drawdown.ts";
import { benchmarkReturnPct } from "./benchmark-return.ts";
import { calmar } from "./calmar.ts";
import { coveragePct } from "./coverage.ts";
import { deflatedSharpe } from "./deflated-sharpe.ts";
import { downsideDeviation } from "./downside-deviation.ts";
import { avgDrawdownMs, longestDrawdownMs } from "./drawdown-duration.ts";
import { expectedShortfall95Pct } from "./expected-shortfall.ts";
import { grossExposure } from "./gross-exposure.ts";
import { maxDrawdownPct } from "./max-drawdown.ts";
import type { Metric } from "./metric.ts";
import { numTrades } from "./num-trades.ts";
import { omega } from "./omega.ts";
import { probabilisticSharpe } from "./probabilistic-sharpe.ts";
import { profitFactor } from "./profit-factor.ts";
import { recoveryFactor } from "./recovery-factor.ts";
import { returnOverMaxDrawdown } from "./return-over-max-drawdown.ts";
import { sharpe } from "./sharpe.ts";
import { sortino } from "./sortino.ts";
import { sqn } from "./sqn.ts";
import { tailRatio } from "./tail-ratio.ts";
import { timeUnderWaterPct } from "./time-under-water.ts";
import { totalProfit } from "./total-profit.ts";
import { totalReturnPct } from "./total-return.ts";
import type { TrackRecord } from "./track-record.ts";
import { avgTradeMs, longestTradeMs } from "./trade-duration.ts";
import { avgTradePct, bestTradePct, expectancyPct, worstTradePct } from "./trade-return.ts";
import { ulcerIndexPct } from "./ulcer-index.ts";
import { valueAtRisk95Pct } from "./value-at-risk.ts";
import { winRatePct } from "./win-rate.ts";

/** Every metric of a report, by name. A new metric is one file and one line here. */
export const METRICS = {
  totalProfit,
  totalReturnPct,
  benchmarkReturnPct,
  maxDrawdownPct,
  avgDrawdownPct,
  longestDrawdownMs,
  avgDrawdownMs,
  coveragePct,
  grossExposure,
  numTrades,
  winRatePct,
  bestTradePct,
  worstTradePct,
  avgTradePct,
  longestTradeMs,
  avgTradeMs,
  expectancyPct,
  sqn,
  profitFactor,
  annualReturn,
  annualVolatility,
  downsideDeviation,
  sharpe,
  sortino,
  calmar,
  returnOverMaxDrawdown,
  recoveryFactor,
  ulcerIndexPct,
  timeUnderWaterPct,
  omega,
  tailRatio,
  valueAtRisk95Pct,
  expectedShortfall95Pct,
  probabilisticSharpe,
  deflatedSharpe,
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as readonly MetricName[];

/** Finite or null: a metric that is undefined, or too large for a number, has no value. */
export type MetricValues = Readonly<Record<MetricName, number | null>>;

export function computeMetrics(record: TrackRecord): MetricValues {
  const values = {} as Record<MetricName, number | null>;
  for (const name of METRIC_NAMES) {
    const value = METRICS[name].of(record);
    values[name] = Number.isFinite(value) ? value : null;
  }
  return values;
}
