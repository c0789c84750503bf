/** Twin of DrawdownTally in core/metrics/tallies.ts, and of what EventEngine feeds it over a held segment. */
import { available, equityAt, rules, safe, stake, unstaked } from "./account";
import { closeAt } from "./market";
import { isLong, MARK_BASE, MARK_SLOPE, markOf } from "./rules";

/** Far above the rounding of an equity, far below what matters: bounds that differ by less prove nothing. */
export const DOUBT: f64 = 1e-12;

export let peak: f64 = 0;
export let deepest: f64 = 0;

export function setDrawdown(highest: f64, depth: f64): void {
  peak = highest;
  deepest = depth;
}

// @ts-ignore: decorator
@inline
export function drawdown(equity: f64, from: f64): f64 {
  return from > 0 ? 1 - equity / from : 0;
}

// @ts-ignore: decorator
@inline
export function deepen(depth: f64): void {
  if (depth > deepest) deepest = depth;
}

export function addEquity(equity: f64): void {
  if (equity > peak) peak = equity;
  deepen(drawdown(equity, peak));
}

/**
 * Bars `[from, to)` inside a trade that was entered at `from`, whose closes reach from `low` to `high`. Equity is
 * monotone in the close while a trade is open, so its extremes sit at the extreme closes.
 */
export function heldDrawdown(side: usize, from: i32, to: i32, low: f64, high: f64): void {
  const entryPrice = closeAt(from);
  const long = isLong(rules, side);
  const best = equityAt(markOf(rules, side, entryPrice, long ? high : low));
  const worst = equityAt(markOf(rules, side, entryPrice, long ? low : high));
  if (best <= peak) {
    deepen(drawdown(worst, peak));
  } else if (worst >= 0 && drawdown(worst, best) <= deepest) {
    peak = best;
  } else {
    scanDrawdown(side, entryPrice, from, to);
  }
}

/**
 * Whether bounds of a segment's closes prove that its equity reaches neither a new peak nor a new depth. Divides by
 * nothing: `reciprocal` is 1 / entry price, and the margin covers the rounding.
 */
export function staysWithin(side: usize, reciprocal: f64, low: f64, high: f64): bool {
  const long = isLong(rules, side);
  const good = long ? high : low;
  const bad = long ? low : high;
  const at = rules + (side << 3);
  const slope = load<f64>(at, MARK_SLOPE) * reciprocal;
  const base = load<f64>(at, MARK_BASE);
  const staked = stake();
  const rest = unstaked();
  const best = rest + staked * (base + slope * good);
  const worst = rest + staked * (base + slope * bad);
  const margin = DOUBT * (abs(best) + abs(worst) + 4 * available + safe + peak);
  return best + margin < peak && worst - margin > peak * (1 - deepest);
}

/** Deepest fall of a segment that reaches a new peak; see EventEngine. */
function scanDrawdown(side: usize, entryPrice: f64, from: i32, to: i32): void {
  const sign: f64 = isLong(rules, side) ? 1 : -1;
  let passed = false;
  let best = closeAt(from);
  let worst = best;
  for (let t = from; t < to; t++) {
    const price = closeAt(t);
    if (t == from || sign * price > sign * best) {
      if (!passed) {
        passed = equityAt(markOf(rules, side, entryPrice, price)) > peak;
        if (passed && t > from) endFall(side, entryPrice, worst);
      } else if (worst != best) {
        peak = equityAt(markOf(rules, side, entryPrice, best));
        endFall(side, entryPrice, worst);
      }
      best = price;
      if (passed) worst = price;
    } else if (sign * price < sign * worst) worst = price;
  }
  if (passed) peak = equityAt(markOf(rules, side, entryPrice, best));
  endFall(side, entryPrice, worst);
}

function endFall(side: usize, entryPrice: f64, worst: f64): void {
  deepen(drawdown(equityAt(markOf(rules, side, entryPrice, worst)), peak));
}
