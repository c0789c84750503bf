/** Twin of TradeTally in core/metrics/tallies.ts. */
export let tradeCount: i32 = 0;
export let wins: i32 = 0;
export let grossProfit: f64 = 0;
export let grossLoss: f64 = 0;
export let returnSum: f64 = 0;

export function setTrades(count: i32, won: i32, profit: f64, loss: f64, returns: f64): void {
  tradeCount = count;
  wins = won;
  grossProfit = profit;
  grossLoss = loss;
  returnSum = returns;
}

export function addTrade(net: f64, staked: f64): void {
  tradeCount++;
  returnSum += net / staked;
  if (net > 0) {
    wins++;
    grossProfit += net;
  } else {
    grossLoss -= net;
  }
}
