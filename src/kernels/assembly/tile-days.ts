/** Daily returns of a tile's accounts over a batch; twin of DailyTally in core/metrics/tallies.ts. */
import { ruin } from "./account";
import { HALF, legOf } from "./tile-cash";
import {
  CASH_AT,
  cashes,
  DAILY_SUM,
  DAY_BYTES,
  DAY_IS_LONG,
  DAY_STEP,
  DOWNSIDE_SUM,
  FIRST_EQUITY,
  LAST_EQUITY,
  MARKS_AT,
  rowAt,
  STILL,
  tileDays,
  WHOLE,
} from "./tile-room";
import { writeFlatDay } from "./tile-side";

/** Bytes of a row's returns on one day. */
const RETURNS_BYTES: usize = 64;

/** Room for the daily returns of all rows, and bytes of one; 0 where nobody asks for them. */
let returns: usize = 0;
let returnsOfRow: usize = 0;
/** Days of the range. */
let days: i32 = 0;

export function useReturns(at: usize, dayCount: i32): void {
  returns = at;
  returnsOfRow = <usize>dayCount * RETURNS_BYTES;
  days = dayCount;
}

/** Marks of the first two accounts of half a row at the end of a day. */
// @ts-ignore: decorator
@inline
function marksOf(day: usize, row: usize, half: usize): usize {
  const step = <usize>load<u32>(day, DAY_STEP);
  return load<usize>(day, MARKS_AT) + legOf(row, half, load<u32>(day, DAY_IS_LONG), step);
}

/** An account that is ruined holds nothing. */
// @ts-ignore: decorator
@inline
function equityOf(cash: v128, marks: v128, guards: bool): v128 {
  if (!guards) return f64x2.mul(cash, marks);
  const trades = f64x2.gt(cash, f64x2.splat(ruin));
  return f64x2.mul(cash, v128.bitselect(marks, f64x2.splat(1), trades));
}

/** The first day of half a row. */
export function startHalf(row: usize, half: usize): void {
  const day = tileDays();
  const marks = marksOf(day, row, half);
  const cash = load<usize>(day, CASH_AT) + half;
  const state = rowAt(row) + half;
  startPair(state, equityOf(v128.load(cash), v128.load(marks), true));
  const second = marks + <usize>load<u32>(day, DAY_STEP);
  startPair(state + 16, equityOf(v128.load(cash, 16), v128.load(second), true));
}

function startPair(state: usize, equity: v128): void {
  v128.store(state, equity, FIRST_EQUITY);
  v128.store(state, equity, LAST_EQUITY);
  v128.store(state, f64x2.gt(equity, f64x2.splat(0)), WHOLE);
}

/**
 * Adds the batch's days `[first, end)` to half a row; the first of them is day `number` of the range. Returns are kept
 * where squares are asked for, and falls added up where these are. Where it does not guard no account is ruined, and
 * none is worth nothing.
 */
// @ts-ignore: decorator
@inline
export function addDays(
  row: usize,
  half: usize,
  first: usize,
  end: usize,
  number: i32,
  keeps: bool,
  falls: bool,
  guards: bool,
): void {
  let slot = returns + row * returnsOfRow + <usize>number * RETURNS_BYTES + half;
  const state = rowAt(row) + half;
  let lastA = v128.load(state, LAST_EQUITY);
  let lastB = v128.load(state, LAST_EQUITY + 16);
  let sumA = v128.load(state, DAILY_SUM);
  let sumB = v128.load(state, DAILY_SUM + 16);
  let fallA = v128.load(state, DOWNSIDE_SUM);
  let fallB = v128.load(state, DOWNSIDE_SUM + 16);
  let wholeA = v128.load(state, WHOLE);
  let wholeB = v128.load(state, WHOLE + 16);
  let stillA = v128.load(state, STILL);
  let stillB = v128.load(state, STILL + 16);
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  for (let day = first; day < end; day += DAY_BYTES) {
    const marks = marksOf(day, row, half);
    const cash = load<usize>(day, CASH_AT) + half;
    const a = equityOf(v128.load(cash), v128.load(marks), guards);
    const b = equityOf(v128.load(cash, 16), v128.load(marks + <usize>load<u32>(day, DAY_STEP)), guards);
    // All bits set are no number: a day without a change.
    const sameA = f64x2.eq(a, lastA);
    const sameB = f64x2.eq(b, lastB);
    const returnA = v128.andnot(f64x2.sub(f64x2.div(a, lastA), one), sameA);
    const returnB = v128.andnot(f64x2.sub(f64x2.div(b, lastB), one), sameB);
    lastA = a;
    lastB = b;
    if (guards) {
      wholeA = v128.and(wholeA, f64x2.gt(a, zero));
      wholeB = v128.and(wholeB, f64x2.gt(b, zero));
    }
    sumA = f64x2.add(sumA, returnA);
    sumB = f64x2.add(sumB, returnB);
    if (keeps) {
      v128.store(slot, v128.or(returnA, sameA));
      v128.store(slot, v128.or(returnB, sameB), 16);
      slot += RETURNS_BYTES;
      stillA = i64x2.sub(stillA, sameA);
      stillB = i64x2.sub(stillB, sameB);
    }
    if (falls) {
      fallA = f64x2.add(fallA, v128.and(f64x2.mul(returnA, returnA), f64x2.lt(returnA, zero)));
      fallB = f64x2.add(fallB, v128.and(f64x2.mul(returnB, returnB), f64x2.lt(returnB, zero)));
    }
  }
  v128.store(state, lastA, LAST_EQUITY);
  v128.store(state, lastB, LAST_EQUITY + 16);
  v128.store(state, sumA, DAILY_SUM);
  v128.store(state, sumB, DAILY_SUM + 16);
  v128.store(state, fallA, DOWNSIDE_SUM);
  v128.store(state, fallB, DOWNSIDE_SUM + 16);
  v128.store(state, wholeA, WHOLE);
  v128.store(state, wholeB, WHOLE + 16);
  v128.store(state, stillA, STILL);
  v128.store(state, stillB, STILL + 16);
}

/** For what asks only how equity has grown from the first day to the last one. */
export function growHalf(row: usize, half: usize, first: usize, end: usize): void {
  const state = rowAt(row) + half;
  for (let pair: usize = 0; pair < HALF; pair += 16) {
    let whole = v128.load(state + pair, WHOLE);
    let last = v128.load(state + pair, LAST_EQUITY);
    for (let day = first; day < end; day += DAY_BYTES) {
      const marks = v128.load(marksOf(day, row, half + pair));
      last = equityOf(v128.load(load<usize>(day, CASH_AT) + half + pair), marks, true);
      whole = v128.and(whole, f64x2.gt(last, f64x2.splat(0)));
    }
    v128.store(state + pair, whole, WHOLE);
    v128.store(state + pair, last, LAST_EQUITY);
  }
}

/** Writes the last day, on which nobody holds anything any more: cash is before the first exit. */
export function writeLastDay(): void {
  const day = tileDays();
  writeFlatDay(day);
  store<usize>(day, cashes(), CASH_AT);
}

/** Squared deviations of the daily returns of half a row from their mean, to `to`. */
export function squareHalf(row: usize, half: usize, to: usize): void {
  const state = rowAt(row) + half;
  const all = f64x2.splat(<f64>(days - 1));
  const meanA = f64x2.div(v128.load(state, DAILY_SUM), all);
  const meanB = f64x2.div(v128.load(state, DAILY_SUM + 16), all);
  let a = f64x2.mul(stillDays(state), f64x2.mul(meanA, meanA));
  let b = f64x2.mul(stillDays(state + 16), f64x2.mul(meanB, meanB));
  const end = returns + (row + 1) * returnsOfRow;
  for (let slot = returns + row * returnsOfRow + RETURNS_BYTES; slot < end; slot += RETURNS_BYTES) {
    const returnA = v128.load(slot + half);
    const returnB = v128.load(slot + half, 16);
    const offA = f64x2.sub(returnA, meanA);
    const offB = f64x2.sub(returnB, meanB);
    a = f64x2.add(a, v128.and(f64x2.mul(offA, offA), f64x2.eq(offA, offA)));
    b = f64x2.add(b, v128.and(f64x2.mul(offB, offB), f64x2.eq(offB, offB)));
  }
  v128.store(to, a);
  v128.store(to, b, 16);
}

function stillDays(state: usize): v128 {
  const first = <f64>load<i64>(state, STILL);
  return f64x2.replace_lane(f64x2.splat(first), 1, <f64>load<i64>(state + 8, STILL));
}
