/** The closes of the range at hand; whoever scores sets them first. */
export let close: usize = 0;
export let bars: i32 = 0;

export function useMarket(closeAt: usize, barCount: i32): void {
  close = closeAt;
  bars = barCount;
}

// @ts-ignore: decorator
@inline
export function closeAt(bar: i32): f64 {
  return load<f64>(close + (<usize>bar << 3));
}

// What to watch beside the account.
export const WATCH_DRAWDOWN: i32 = 1;
export const WATCH_DAYS: i32 = 2;
export const WATCH_TRADES: i32 = 4;
/** Whether the lock step needs the squares of negative daily returns, where it watches days. */
export const WATCH_DOWNSIDE: i32 = 8;
export const WATCH_BARS: i32 = WATCH_DRAWDOWN | WATCH_DAYS;
