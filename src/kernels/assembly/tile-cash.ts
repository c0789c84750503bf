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
  exitList,
  exits,
  FACTORS,
  GROSS_LOSS,
  GROSS_PROFIT,
  HELD,
  HIGHS,
  IS_LONG,
  LEAST,
  LOWS,
  NEXT_CASH,
  PEAK,
  RETURN_SUM,
  rowAt,
  STAY,
  STEP,
  TRADE_COUNT,
  WHO,
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

// @ts-ignore: decorator
@inline
function trading(cash: v128): v128 {
  return f64x2.gt(cash, f64x2.splat(ruin));
}

/** An account that is ruined trades no more. */
// @ts-ignore: decorator
@inline
function multiply(cash: v128, factors: v128, guards: bool): v128 {
  const after = f64x2.mul(cash, factors);
  return guards ? v128.bitselect(after, cash, trading(cash)) : after;
}

/** A row over the exits before `end`: leaves its cash before each, and after the last. */
// @ts-ignore: decorator
@inline
export function multiplyRow(row: usize, end: usize, guards: bool): void {
  const state = rowAt(row);
  let a = v128.load(state, CASH);
  let b = v128.load(state, CASH + 16);
  let c = v128.load(state, CASH + 32);
  let d = v128.load(state, CASH + 48);
  let cash = cashes();
  for (let exit = exits(); exit < end; exit += EXIT_BYTES) {
    v128.store(cash, a);
    v128.store(cash, b, 16);
    v128.store(cash, c, 32);
    v128.store(cash, d, 48);
    cash += CASH_BYTES;
    const step = <usize>load<u32>(exit, STEP);
    let leg = exit + legOf(row, 0, load<u32>(exit, IS_LONG), step);
    a = multiply(a, v128.load(leg, FACTORS), guards);
    leg += step;
    b = multiply(b, v128.load(leg, FACTORS), guards);
    leg += step;
    c = multiply(c, v128.load(leg, FACTORS), guards);
    leg += step;
    d = multiply(d, v128.load(leg, FACTORS), guards);
  }
  v128.store(cash, a);
  v128.store(cash, b, 16);
  v128.store(cash, c, 32);
  v128.store(cash, d, 48);
  v128.store(state, a, NEXT_CASH);
  v128.store(state, b, NEXT_CASH + 16);
  v128.store(state, c, NEXT_CASH + 32);
  v128.store(state, d, NEXT_CASH + 48);
}

/** Lists the exits before `end` that matter to half a row; returns the end of the list. */
export function listHalf(row: usize, half: usize, end: usize): usize {
  const who: u32 = ((<u32>1) << <u32>row) | ((<u32>256) << <u32>(half >> 5));
  let to = exitList();
  for (let exit = exits(); exit < end; exit += EXIT_BYTES) {
    store<u32>(to, <u32>exit);
    to += select<usize>(4, 0, (load<u32>(exit, WHO) & who) != 0);
  }
  return to;
}

/**
 * Peaks and least shares of half a row, over the exits of the list. While a trade is held equity is monotone in the
 * close, so its extremes are all that matters: where the lowest is no less of the highest than the least share so far,
 * nothing between them is. The others are looked at bar by bar.
 */
// @ts-ignore: decorator
@inline
export function watchHalf(row: usize, half: usize, end: usize, guards: bool): void {
  const state = rowAt(row) + half;
  let peakA = v128.load(state, PEAK);
  let peakB = v128.load(state, PEAK + 16);
  let leastA = v128.load(state, LEAST);
  let leastB = v128.load(state, LEAST + 16);
  let a = v128.load(state, CASH);
  let b = v128.load(state, CASH + 16);
  const zero = f64x2.splat(0);
  for (let at = exitList(); at < end; at += 4) {
    const exit = <usize>load<u32>(at);
    const step = <usize>load<u32>(exit, STEP);
    const isLong = load<u32>(exit, IS_LONG);
    const leg = legOf(row, half, isLong, step);
    const other = otherLegOf(row, half, isLong, step) + <usize>load<u32>(exit, ENTER);
    const stay = leg + <usize>load<u32>(exit, STAY);
    const first = exit + leg;
    const second = first + step;
    let bestA = f64x2.mul(a, v128.load(first, HIGHS));
    let bestB = f64x2.mul(b, v128.load(second, HIGHS));
    let lowA = f64x2.mul(a, v128.load(first, LOWS));
    let lowB = f64x2.mul(b, v128.load(second, LOWS));
    const afterA = multiply(a, v128.load(first, FACTORS), guards);
    const afterB = multiply(b, v128.load(second, FACTORS), guards);
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
    lowA = f64x2.pmin(lowA, flatA);
    lowB = f64x2.pmin(lowB, flatB);
    const topA = f64x2.pmax(peakA, bestA);
    const topB = f64x2.pmax(peakB, bestB);
    const shareA = f64x2.div(lowA, topA);
    const shareB = f64x2.div(lowB, topB);
    // A negative equity is the more of a loss the lower the peak is.
    const doubtA = v128.and(f64x2.gt(bestA, peakA), f64x2.lt(shareA, f64x2.pmax(zero, leastA)));
    const doubtB = v128.and(f64x2.gt(bestB, peakB), f64x2.lt(shareB, f64x2.pmax(zero, leastB)));
    if (v128.any_true(v128.or(doubtA, doubtB))) {
      v128.store(state, peakA, PEAK);
      v128.store(state, peakB, PEAK + 16);
      v128.store(state, leastA, LEAST);
      v128.store(state, leastB, LEAST + 16);
      v128.store(state, a, NEXT_CASH);
      v128.store(state, b, NEXT_CASH + 16);
      const doubts = i64x2.bitmask(doubtA) | (i64x2.bitmask(doubtB) << 2);
      for (let left = doubts; left != 0; left &= left - 1) {
        lookAt(row, (half >> 3) + <usize>ctz(left), isLong == 0, load<i32>(exit, EXIT_BAR));
      }
      peakA = v128.bitselect(v128.load(state, PEAK), topA, doubtA);
      peakB = v128.bitselect(v128.load(state, PEAK + 16), topB, doubtB);
      // Of the others all that is left is where it ended.
      const endA = f64x2.div(v128.bitselect(flatA, lowA, doubtA), peakA);
      const endB = f64x2.div(v128.bitselect(flatB, lowB, doubtB), peakB);
      leastA = f64x2.pmin(v128.load(state, LEAST), endA);
      leastB = f64x2.pmin(v128.load(state, LEAST + 16), endB);
    } else {
      peakA = topA;
      peakB = topB;
      leastA = f64x2.pmin(leastA, shareA);
      leastB = f64x2.pmin(leastB, shareB);
    }
    peakA = f64x2.pmax(peakA, flatA);
    peakB = f64x2.pmax(peakB, flatB);
    a = afterA;
    b = afterB;
  }
  v128.store(state, peakA, PEAK);
  v128.store(state, peakB, PEAK + 16);
  v128.store(state, leastA, LEAST);
  v128.store(state, leastB, LEAST + 16);
  v128.store(state, a, NEXT_CASH);
  v128.store(state, b, NEXT_CASH + 16);
}

/** The trade of an account that ends at a bar, from its entry on: its cash meanwhile is NEXT_CASH. */
function lookAt(row: usize, column: usize, isShort: bool, end: i32): void {
  const leg = <i32>(isShort ? column : row);
  let entry = end;
  while (entry > 0 && heldAt(isShort, entry - 1) > leg) entry--;
  const state = rowAt(row) + (column << 3);
  const cash = load<f64>(state, NEXT_CASH);
  const entryPrice = closeAt(entry);
  let peak = load<f64>(state, PEAK);
  let least = load<f64>(state, LEAST);
  for (let bar = entry; bar < end; bar++) {
    const equity = cash * markOf(rules, isShort ? 1 : 0, entryPrice, closeAt(bar));
    if (equity > peak) peak = equity;
    const share = equity / peak;
    if (share < least) least = share;
  }
  store<f64>(state, peak, PEAK);
  store<f64>(state, least, LEAST);
}

/** What TradeTally adds up, of half a row over the exits of the list. */
// @ts-ignore: decorator
@inline
export function tallyHalf(row: usize, half: usize, end: usize, guards: bool): void {
  const one = f64x2.splat(1);
  const zero = f64x2.splat(0);
  for (let pair = half; pair < half + HALF; pair += 16) {
    const state = rowAt(row) + pair;
    let cash = v128.load(state, CASH);
    let count = v128.load(state, TRADE_COUNT);
    let wins = v128.load(state, WINS);
    let profit = v128.load(state, GROSS_PROFIT);
    let loss = v128.load(state, GROSS_LOSS);
    let returns = v128.load(state, RETURN_SUM);
    for (let at = exitList(); at < end; at += 4) {
      const exit = <usize>load<u32>(at);
      const leg = legOf(row, pair, load<u32>(exit, IS_LONG), <usize>load<u32>(exit, STEP));
      const held = v128.load(leg + <usize>load<u32>(exit, HELD));
      let trades = v128.andnot(held, v128.load(leg + <usize>load<u32>(exit, STAY)));
      if (guards) trades = v128.and(trades, trading(cash));
      const after = multiply(cash, v128.load(exit + leg, FACTORS), guards);
      const net = f64x2.sub(after, cash);
      const won = v128.and(f64x2.gt(net, zero), trades);
      // Of those that do not trade nothing is won or lost.
      const gain = v128.and(net, won);
      count = f64x2.add(count, v128.and(one, trades));
      wins = f64x2.add(wins, v128.and(one, won));
      profit = f64x2.add(profit, gain);
      loss = f64x2.sub(loss, v128.andnot(v128.and(net, trades), won));
      returns = f64x2.add(returns, v128.and(f64x2.div(net, cash), trades));
      cash = after;
    }
    v128.store(state, cash, NEXT_CASH);
    v128.store(state, count, TRADE_COUNT);
    v128.store(state, wins, WINS);
    v128.store(state, profit, GROSS_PROFIT);
    v128.store(state, loss, GROSS_LOSS);
    v128.store(state, returns, RETURN_SUM);
  }
}
