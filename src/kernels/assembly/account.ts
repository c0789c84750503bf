/** Twin of Account in core/execution/account.ts: the same operations in the same order, so the same bits. */
import { FIXED_QUOTE, RUIN, SAFE_PROFIT_PCT, SIZING, START_CASH } from "./rules";

export const ALL_IN: i32 = 0;
const FIXED: i32 = 1;
const PROFIT_LOCK: i32 = 2;

export let rules: usize = 0;
export let sizing: i32 = 0;
export let ruin: f64 = 0;
// The account of the variant at hand.
export let available: f64 = 0;
export let safe: f64 = 0;
export let netProfit: f64 = 0;

export function useRules(at: usize): void {
  rules = at;
  sizing = <i32>load<f64>(at, SIZING);
  ruin = load<f64>(at, RUIN);
}

export function openAccount(): void {
  setAccount(load<f64>(rules, START_CASH), 0);
}

export function setAccount(tradable: f64, locked: f64): void {
  available = tradable;
  safe = locked;
}

/** False once the account is ruined. */
export function canEnter(): bool {
  return available > ruin;
}

export function stake(): f64 {
  const fixed = load<f64>(rules, FIXED_QUOTE);
  return sizing == FIXED && fixed < available ? fixed : available;
}

/** Quote that an open trade does not hold. */
export function unstaked(): f64 {
  return sizing == FIXED ? available - stake() : safe;
}

export function equityAt(mark: f64): f64 {
  return sizing == FIXED ? available + stake() * (mark - 1) : safe + available * mark;
}

export function closeTrade(factor: f64): void {
  if (sizing == FIXED) {
    netProfit = stake() * (factor - 1);
    available += netProfit;
    return;
  }
  const after = available * factor;
  netProfit = after - available;
  available = after;
  if (sizing == PROFIT_LOCK) {
    const locked = netProfit > 0 ? (netProfit * load<f64>(rules, SAFE_PROFIT_PCT)) / 100 : 0;
    available -= locked;
    safe += locked;
  }
}
