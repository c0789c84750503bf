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
  store<f64>(out, safe + available);
  store<f64>(out, <f64>tradeCount, 8);
  store<f64>(out, <f64>wins, 16);
  store<f64>(out, grossProfit, 24);
  store<f64>(out, grossLoss, 32);
  store<f64>(out, returnSum, 40);
  store<f64>(out, deepest, 48);
  store<f64>(out, <f64>dailyReturns(), RETURN_DAYS);
  store<f64>(out, lastEquity / firstEquity, 64);
  store<f64>(out, dailySum, RETURN_SUM);
  store<f64>(out, downsideSum, 80);
  store<f64>(out, broken ? 1 : 0, 88);
  store<f64>(out, squares, SQUARES);
}
