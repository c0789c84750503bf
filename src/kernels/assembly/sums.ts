/** The sums of a settled variant in memory, in the order of SUMS in kernels/variant-sums.ts. */
import { available, safe } from "./account";
import { broken, dailyReturns, dailySum, downsideSum, growth, squares } from "./daily-tally";
import { deepest } from "./drawdown-tally";
import { WATCH_DAYS } from "./market";
import { grossLoss, grossProfit, returnSum, tradeCount, wins } from "./trade-tally";

export function writeSums(out: usize, watch: i32): void {
  const watchesDays = (watch & WATCH_DAYS) != 0;
  store<f64>(out, safe + available);
  store<f64>(out, <f64>tradeCount, 8);
  store<f64>(out, <f64>wins, 16);
  store<f64>(out, grossProfit, 24);
  store<f64>(out, grossLoss, 32);
  store<f64>(out, returnSum, 40);
  store<f64>(out, deepest, 48);
  store<f64>(out, <f64>dailyReturns(), 56);
  store<f64>(out, growth, 64);
  store<f64>(out, dailySum, 72);
  store<f64>(out, downsideSum, 80);
  store<f64>(out, broken ? 1 : 0, 88);
  store<f64>(out, watchesDays && dailyReturns() > 1 ? squares() : 0, 96);
}
