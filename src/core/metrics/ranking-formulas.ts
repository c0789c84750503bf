import { type DailySums, dailyDeviation, dailyMean, type TradeSums } from "./tallies.ts";

/**
 * The ten ranking metrics from their tallies. Undefined is NaN here and null outside the core.
 * Formulas: semantics.md section 5; ratios are arithmetic (Sharpe 1994, Sortino and Price 1994,
 * Young 1991).
 */

/** Percent. */
export function totalReturnPct(endEquity: number, startCash: number): number {
  return (endEquity / startCash - 1) * 100;
}

/** Percent of the running peak; `deepest` as a fraction. */
export function maxDrawdownPct(deepest: number): number {
  return deepest * 100;
}

/** Total return over max drawdown, both in percent; undefined without a drawdown. */
export function returnOverMaxDrawdown(returnPct: number, drawdownPct: number): number {
  return drawdownPct > 0 ? returnPct / drawdownPct : Number.NaN;
}

/** Gross profit / gross loss; undefined without a losing trade. */
export function profitFactor(trades: TradeSums): number {
  return trades.grossLoss > 0 ? trades.grossProfit / trades.grossLoss : Number.NaN;
}

/** Percent of trades with a positive net profit. */
export function winRatePct(trades: TradeSums): number {
  return trades.count > 0 ? (trades.wins / trades.count) * 100 : Number.NaN;
}

/** Mean trade return in percent. */
export function expectancyPct(trades: TradeSums): number {
  return trades.count > 0 ? (trades.returnSum / trades.count) * 100 : Number.NaN;
}

/**
 * Whether annual figures of these days mean anything: two daily returns, none of them a total loss.
 */
export function defined(daily: DailySums): boolean {
  return daily.days >= 2 && !daily.broken;
}

/** mean(r) / sd(r, ddof 1) * sqrt(P). */
export function sharpe(daily: DailySums, periodsPerYear: number): number {
  if (!defined(daily)) return Number.NaN;
  const deviation = dailyDeviation(daily);
  return deviation > 0 ? (dailyMean(daily) / deviation) * Math.sqrt(periodsPerYear) : Number.NaN;
}

/** sqrt(mean(min(r, 0)^2)) * sqrt(P), as a fraction. */
export function downsideDeviation(daily: DailySums, periodsPerYear: number): number {
  if (!defined(daily)) return Number.NaN;
  return Math.sqrt(daily.downsideSum / daily.days) * Math.sqrt(periodsPerYear);
}

/** mean(r) * P / downside deviation. */
export function sortino(daily: DailySums, periodsPerYear: number): number {
  const downside = downsideDeviation(daily, periodsPerYear);
  return downside > 0 ? (dailyMean(daily) * periodsPerYear) / downside : Number.NaN;
}

/** prod(1 + r)^(P / n) - 1, as a fraction. */
export function annualReturn(daily: DailySums, periodsPerYear: number): number {
  if (!defined(daily)) return Number.NaN;
  return daily.growth ** (periodsPerYear / daily.days) - 1;
}

/** Annual return / max drawdown, both as fractions. */
export function calmar(daily: DailySums, periodsPerYear: number, deepest: number): number {
  return deepest > 0 ? annualReturn(daily, periodsPerYear) / deepest : Number.NaN;
}
