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
function multiplyRow(row: usize, end: usize, guards: bool): void {
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

export function multiplySound(row: usize, end: usize): void {
  multiplyRow(row, end, false);
}

export function multiplyGuarded(row: usize, end: usize): void {
  multiplyRow(row, end, true);
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
 * nothing between them is. The others are looked at bar by bar. It guards where an account may be ruined, or enters
 * again where it exits.
 */
// @ts-ignore: decorator
@inline
function watchHalf(row: usize, half: usize, end: usize, guards: bool): void {
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
    const first = exit + legOf(row, half, isLong, step);
    const second = first + step;
    let bestA = f64x2.mul(a, v128.load(first, HIGHS));
    let bestB = f64x2.mul(b, v128.load(second, HIGHS));
    let lowA = f64x2.mul(a, v128.load(first, LOWS));
    let lowB = f64x2.mul(b, v128.load(second, LOWS));
    const afterA = multiply(a, v128.load(first, FACTORS), guards);
    const afterB = multiply(b, v128.load(second, FACTORS), guards);
    // Cash of those that do not exit is no equity of this bar, nor of those that enter at once.
    let flatA = v128.or(afterA, f64x2.ne(lowA, lowA));
    let flatB = v128.or(afterB, f64x2.ne(lowB, lowB));
    if (guards) {
      const enter = otherLegOf(row, half, isLong, step) + <usize>load<u32>(exit, ENTER);
      // Who is ruined enters no more, and its cash is looked at in the end.
      flatA = v128.or(flatA, v128.load(enter));
      flatB = v128.or(flatB, v128.load(enter + 16 - step));
      const idleA = v128.not(trading(a));
      const idleB = v128.not(trading(b));
      bestA = v128.or(bestA, idleA);
      bestB = v128.or(bestB, idleB);
      lowA = v128.or(lowA, idleA);
      lowB = v128.or(lowB, idleB);
    }
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

// Each by itself, or the compiler makes one of both.
export function watchSound(row: usize, half: usize, end: usize): void {
  watchHalf(row, half, end, false);
}

export function watchGuarded(row: usize, half: usize, end: usize): void {
  watchHalf(row, half, end, true);
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

/** What TradeTally adds up, of half a row over the exits of the list; trades and wins as integers. */
// @ts-ignore: decorator
@inline
function tallyHalf(row: usize, half: usize, end: usize, guards: bool): void {
  const state = rowAt(row) + half;
  const zero = f64x2.splat(0);
  let a = v128.load(state, CASH);
  let b = v128.load(state, CASH + 16);
  let profitA = v128.load(state, GROSS_PROFIT);
  let profitB = v128.load(state, GROSS_PROFIT + 16);
  let lossA = v128.load(state, GROSS_LOSS);
  let lossB = v128.load(state, GROSS_LOSS + 16);
  let returnsA = v128.load(state, RETURN_SUM);
  let returnsB = v128.load(state, RETURN_SUM + 16);
  for (let at = exitList(); at < end; at += 4) {
    const exit = <usize>load<u32>(at);
    const step = <usize>load<u32>(exit, STEP);
    const leg = legOf(row, half, load<u32>(exit, IS_LONG), step);
    const held = leg + <usize>load<u32>(exit, HELD);
    const stay = leg + <usize>load<u32>(exit, STAY);
    let tradesA = v128.andnot(v128.load(held), v128.load(stay));
    let tradesB = v128.andnot(v128.load(held + step), v128.load(stay + step));
    if (guards) {
      tradesA = v128.and(tradesA, trading(a));
      tradesB = v128.and(tradesB, trading(b));
    }
    const first = exit + leg;
    const afterA = multiply(a, v128.load(first, FACTORS), guards);
    const afterB = multiply(b, v128.load(first + step, FACTORS), guards);
    // Who does not trade has no profit.
    const netA = f64x2.sub(afterA, a);
    const netB = f64x2.sub(afterB, b);
    const wonA = f64x2.gt(netA, zero);
    const wonB = f64x2.gt(netB, zero);
    v128.store(state, i64x2.sub(v128.load(state, TRADE_COUNT), tradesA), TRADE_COUNT);
    v128.store(state, i64x2.sub(v128.load(state, TRADE_COUNT + 16), tradesB), TRADE_COUNT + 16);
    v128.store(state, i64x2.sub(v128.load(state, WINS), wonA), WINS);
    v128.store(state, i64x2.sub(v128.load(state, WINS + 16), wonB), WINS + 16);
    profitA = f64x2.add(profitA, f64x2.pmax(zero, netA));
    profitB = f64x2.add(profitB, f64x2.pmax(zero, netB));
    lossA = f64x2.sub(lossA, f64x2.pmin(zero, netA));
    lossB = f64x2.sub(lossB, f64x2.pmin(zero, netB));
    returnsA = f64x2.add(returnsA, v128.and(f64x2.div(netA, a), tradesA));
    returnsB = f64x2.add(returnsB, v128.and(f64x2.div(netB, b), tradesB));
    a = afterA;
    b = afterB;
  }
  v128.store(state, a, NEXT_CASH);
  v128.store(state, b, NEXT_CASH + 16);
  v128.store(state, profitA, GROSS_PROFIT);
  v128.store(state, profitB, GROSS_PROFIT + 16);
  v128.store(state, lossA, GROSS_LOSS);
  v128.store(state, lossB, GROSS_LOSS + 16);
  v128.store(state, returnsA, RETURN_SUM);
  v128.store(state, returnsB, RETURN_SUM + 16);
}

// Each by itself, or the compiler makes one of both.
export function tallySound(row: usize, half: usize, end: usize): void {
  tallyHalf(row, half, end, false);
}

export function tallyGuarded(row: usize, half: usize, end: usize): void {
  tallyHalf(row, half, end, true);
}
