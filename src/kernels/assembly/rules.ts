/**
 * Offsets of the account rules in memory, float64 each; the loader writes them in this order.
 * Twin of the fields of AccountRules in core/execution/account.ts.
 */
export const BASE: usize = 0; // per side
export const SLOPE: usize = 16; // per side
export const MARK_BASE: usize = 32; // per side
export const MARK_SLOPE: usize = 48; // per side
export const START_CASH: usize = 64;
export const RUIN: usize = 72;
export const FIXED_QUOTE: usize = 80;
export const SAFE_PROFIT_PCT: usize = 88;
export const SIZING: usize = 96; // 0 ALL_IN, 1 FIXED_QUOTE, 2 PROFIT_LOCK

/** What a closed trade makes of one unit of stake. */
export function factorOf(rules: usize, side: usize, entryPrice: f64, exitPrice: f64): f64 {
  const at = rules + (side << 3);
  return load<f64>(at, BASE) + load<f64>(at, SLOPE) * (exitPrice / entryPrice);
}

/** What an open trade's unit of stake is worth at a close. */
export function markOf(rules: usize, side: usize, entryPrice: f64, close: f64): f64 {
  const at = rules + (side << 3);
  return load<f64>(at, MARK_BASE) + load<f64>(at, MARK_SLOPE) * (close / entryPrice);
}

/** Whether a side gains where prices rise. */
export function isLong(rules: usize, side: usize): bool {
  return load<f64>(rules + (side << 3), MARK_SLOPE) > 0;
}
