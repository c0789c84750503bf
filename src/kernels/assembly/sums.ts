/** The sums of a settled variant in memory, in the order of SUMS in kernels/variant-sums.ts. */
import { available, safe } from "./account";
import { broken, dailyReturns, dailySum, downsideSum, firstEquity, lastEquity } from "./daily-tally";
import { deepest } from "./drawdown-tally";
import { grossLoss, grossProfit, returnSum, tradeCount, wins } from "./trade-tally";

export const RETURN_DAYS: usize = 56;
export const RETURN_SUM: usize = 72;
export const SQUARES: usize = 96;
export const SUMS_BYTES: usize = 104;

export function writeSums(out: usize, squares: f64): void {
  putTradeSums(out, safe + available, <f64>tradeCount, <f64>wins, grossProfit, grossLoss, returnSum);
  putBarSums(out, deepest, dailyReturns(), lastEquity / firstEquity, dailySum, downsideSum, broken, squares);
}

/** The first half of the sums: the end cash, and what trades add up to. */
// @ts-ignore: decorator
@inline
export function putTradeSums(out: usize, cash: f64, trades: f64, won: f64, profit: f64, loss: f64, shares: f64): void {
  store<f64>(out, cash);
  store<f64>(out, trades, 8);
  store<f64>(out, won, 16);
  store<f64>(out, profit, 24);
  store<f64>(out, loss, 32);
  store<f64>(out, shares, 40);
}

/** The other half: what equity at the bars and the days tells. */
// @ts-ignore: decorator
@inline
export function putBarSums(
  out: usize,
  depth: f64,
  days: i32,
  growth: f64,
  sum: f64,
  falls: f64,
  isBroken: bool,
  squares: f64,
): void {
  store<f64>(out, depth, 48);
  store<f64>(out, <f64>days, RETURN_DAYS);
  store<f64>(out, growth, 64);
  store<f64>(out, sum, RETURN_SUM);
  store<f64>(out, falls, 80);
  store<f64>(out, isBroken ? 1 : 0, 88);
  store<f64>(out, squares, SQUARES);
}
