/** Accounts of a tile over a batch of exits: their cash, how equity stands to its peak, and their trades. */
import { ruin, rules } from "./account";
import { closeAt } from "./market";
import { markOf } from "./rules";
import {
  CASH,
  CASH_BYTES,
  cashes,
  ENTER,
  EXIT_BAR,
  EXIT_BYTES,
  exits,
  FACTORS,
  GROSS_LOSS,
  GROSS_PROFIT,
  HELD,
  HIGHS,
  IS_LONG,
  LEAST,
  LOWS,
  PEAK,
  RETURN_SUM,
  rowAt,
  STAY,
  STEP,
  TRADE_COUNT,
  WINS,
} from "./tile-room";
import { heldAt } from "./tile-side";

/** Bytes of the numbers of four accounts, half a row. */
export const HALF: usize = 32;

/** Where an exit or a day has what is of an account's leg: of a row, and of the first of its columns. */
// @ts-ignore: decorator
@inline
export function legOf(row: usize, half: usize, isLong: u32, step: usize): usize {
  return ((row << 4) & <usize>isLong) + (half >> 4) * step;
}

/** The same of the other side. */
// @ts-ignore: decorator
@inline
function otherLegOf(row: usize, half: usize, isLong: u32, step: usize): usize {
  return ((row << 4) & ~<usize>isLong) + (half >> 4) * (16 - step);
}

/** Half a row over the exits before `end`: leaves its cash before each, and after the last. */
export function multiplyHalf(row: usize, half: usize, end: usize, guards: bool): void {
  const state = rowAt(row) + half;
  let a = v128.load(state, CASH);
  let b = v128.load(state, CASH + 16);
  let cash = cashes();
  for (let exit = exits(); exit < end; exit += EXIT_BYTES) {
    v128.store(cash, a);
    v128.store(cash, b, 16);
    cash += CASH_BYTES;
    const step = <usize>load<u32>(exit, STEP);
    const leg = exit + legOf(row, half, load<u32>(exit, IS_LONG), step);
    a = multiply(a, v128.load(leg, FACTORS), guards);
    b = multiply(b, v128.load(leg + step, FACTORS), guards);
  }
  v128.store(cash, a);
  v128.store(cash, b, 16);
  v128.store(state, a, CASH);
  v128.store(state, b, CASH + 16);
}

/** An account that is ruined trades no more. */
// @ts-ignore: decorator
@inline
function multiply(cash: v128, factors: v128, guards: bool): v128 {
  const after = f64x2.mul(cash, factors);
  return guards ? v128.bitselect(after, cash, trading(cash)) : after;
}

// @ts-ignore: decorator
@inline
function trading(cash: v128): v128 {
  return f64x2.gt(cash, f64x2.splat(ruin));
}

/**
 * Peaks and least shares of half a row. While a trade is held equity is monotone in the close, so its extremes are all
 * that matters: where the lowest is no less of the highest than the least share so far, nothing between them is. The
 * others are looked at bar by bar.
 */
export function watchHalf(row: usize, half: usize, end: usize, guards: bool): void {
  const state = rowAt(row) + half;
  let peakA = v128.load(state, PEAK);
  let peakB = v128.load(state, PEAK + 16);
  let leastA = v128.load(state, LEAST);
  let leastB = v128.load(state, LEAST + 16);
  const zero = f64x2.splat(0);
  let cash = cashes();
  for (let exit = exits(); exit < end; exit += EXIT_BYTES) {
    const step = <usize>load<u32>(exit, STEP);
    const isLong = load<u32>(exit, IS_LONG);
    const leg = legOf(row, half, isLong, step);
    const other = otherLegOf(row, half, isLong, step) + <usize>load<u32>(exit, ENTER);
    const stay = leg + <usize>load<u32>(exit, STAY);
    const at = exit + leg;
    const a = v128.load(cash);
    const b = v128.load(cash, 16);
    const afterA = v128.load(cash, 32);
    const afterB = v128.load(cash, 48);
    cash += CASH_BYTES;
    let bestA = f64x2.mul(a, v128.load(at, HIGHS));
    let bestB = f64x2.mul(b, v128.load(at + step, HIGHS));
    let lowA = f64x2.mul(a, v128.load(at, LOWS));
    let lowB = f64x2.mul(b, v128.load(at + step, LOWS));
    // Held on after the exit, or again: cash is no equity of any bar.
    let heldA = v128.or(v128.load(stay), v128.load(other));
    let heldB = v128.or(v128.load(stay + step), v128.load(other + 16 - step));
    if (guards) {
      const idleA = v128.not(trading(a));
      const idleB = v128.not(trading(b));
      bestA = v128.or(bestA, idleA);
      bestB = v128.or(bestB, idleB);
      lowA = v128.or(lowA, idleA);
      lowB = v128.or(lowB, idleB);
      heldA = v128.and(heldA, trading(afterA));
      heldB = v128.and(heldB, trading(afterB));
    }
    const flatA = v128.or(afterA, heldA);
    const flatB = v128.or(afterB, heldB);
    const topA = f64x2.pmax(peakA, bestA);
    const topB = f64x2.pmax(peakB, bestB);
    const shareA = f64x2.div(f64x2.pmin(lowA, flatA), topA);
    const shareB = f64x2.div(f64x2.pmin(lowB, flatB), topB);
    // A negative equity is the more of a loss the lower the peak is.
    const doubtA = v128.and(f64x2.gt(bestA, peakA), f64x2.lt(shareA, f64x2.pmax(zero, leastA)));
    const doubtB = v128.and(f64x2.gt(bestB, peakB), f64x2.lt(shareB, f64x2.pmax(zero, leastB)));
    if (v128.any_true(v128.or(doubtA, doubtB))) {
      v128.store(state, peakA, PEAK);
      v128.store(state, peakB, PEAK + 16);
      v128.store(state, leastA, LEAST);
      v128.store(state, leastB, LEAST + 16);
      const doubts = i64x2.bitmask(doubtA) | (i64x2.bitmask(doubtB) << 2);
      for (let left = doubts; left != 0; left &= left - 1) {
        const column = (half >> 3) + <usize>ctz(left);
        lookAt(row, column, isLong == 0, load<i32>(exit, EXIT_BAR), load<f64>(cash - CASH_BYTES + (column << 3) - half));
      }
      const exactA = v128.load(state, PEAK);
      const exactB = v128.load(state, PEAK + 16);
      peakA = v128.bitselect(exactA, topA, doubtA);
      peakB = v128.bitselect(exactB, topB, doubtB);
      leastA = f64x2.pmin(v128.load(state, LEAST), f64x2.div(v128.bitselect(flatA, f64x2.pmin(lowA, flatA), doubtA), peakA));
      leastB = f64x2.pmin(v128.load(state, LEAST + 16), f64x2.div(v128.bitselect(flatB, f64x2.pmin(lowB, flatB), doubtB), peakB));
    } else {
      peakA = topA;
      peakB = topB;
      leastA = f64x2.pmin(leastA, shareA);
      leastB = f64x2.pmin(leastB, shareB);
    }
    peakA = f64x2.pmax(peakA, flatA);
    peakB = f64x2.pmax(peakB, flatB);
  }
  v128.store(state, peakA, PEAK);
  v128.store(state, peakB, PEAK + 16);
  v128.store(state, leastA, LEAST);
  v128.store(state, leastB, LEAST + 16);
}

/** The trade of an account that ends at a bar, from its entry on. */
function lookAt(row: usize, column: usize, isShort: bool, end: i32, cash: f64): void {
  const leg = <i32>(isShort ? column : row);
  let entry = end;
  while (entry > 0 && heldAt(isShort, entry - 1) > leg) entry--;
  const state = rowAt(row) + (column << 3);
  const entryPrice = closeAt(entry);
  let peak = load<f64>(state, PEAK);
  let least = load<f64>(state, LEAST);
  for (let bar = entry; bar < end; bar++) {
    const equity = cash * markOf(rules, isShort ? 1 : 0, entryPrice, closeAt(bar));
    peak = max<f64>(peak, equity);
    least = min<f64>(least, equity / peak);
  }
  store<f64>(state, peak, PEAK);
  store<f64>(state, least, LEAST);
}

/** What TradeTally adds up, of half a row. */
export function tallyHalf(row: usize, half: usize, end: usize): void {
  const state = rowAt(row) + half;
  for (let pair: usize = 0; pair < HALF; pair += 16) {
    let count = v128.load(state + pair, TRADE_COUNT);
    let wins = v128.load(state + pair, WINS);
    let profit = v128.load(state + pair, GROSS_PROFIT);
    let loss = v128.load(state + pair, GROSS_LOSS);
    let returns = v128.load(state + pair, RETURN_SUM);
    const one = f64x2.splat(1);
    let cash = cashes() + pair;
    for (let exit = exits(); exit < end; exit += EXIT_BYTES) {
      const step = <usize>load<u32>(exit, STEP);
      const leg = legOf(row, half + pair, load<u32>(exit, IS_LONG), step);
      const held = v128.load(leg + <usize>load<u32>(exit, HELD));
      const ended = v128.andnot(held, v128.load(leg + <usize>load<u32>(exit, STAY)));
      const before = v128.load(cash);
      const net = f64x2.sub(v128.load(cash, CASH_BYTES), before);
      cash += CASH_BYTES;
      const trades = v128.and(ended, trading(before));
      const won = v128.and(f64x2.gt(net, f64x2.splat(0)), trades);
      const lost = v128.andnot(trades, won);
      count = f64x2.add(count, v128.and(one, trades));
      wins = f64x2.add(wins, v128.and(one, won));
      profit = f64x2.add(profit, v128.and(net, won));
      loss = f64x2.sub(loss, v128.and(net, lost));
      returns = f64x2.add(returns, v128.and(f64x2.div(net, before), trades));
    }
    v128.store(state + pair, count, TRADE_COUNT);
    v128.store(state + pair, wins, WINS);
    v128.store(state + pair, profit, GROSS_PROFIT);
    v128.store(state + pair, loss, GROSS_LOSS);
    v128.store(state + pair, returns, RETURN_SUM);
  }
}
