/** Daily returns of a tile's accounts over a batch; twin of DailyTally in core/metrics/tallies.ts. */
import { ruin } from "./account";
import { legOf } from "./tile-cash";
import {
  BEFORE,
  CASH_BYTES,
  cashes,
  CHANGED,
  DAILY_SUM,
  DAY_BYTES,
  DAY_IS_LONG,
  DAY_STEP,
  DOWNSIDE_SUM,
  FIRST_EQUITY,
  LAST_EQUITY,
  MARKS,
  rowAt,
  tileDays,
  WHOLE,
} from "./tile-room";

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

/** Equity of a pair of accounts at the end of a day. */
// @ts-ignore: decorator
@inline
function equityOf(day: usize, row: usize, half: usize, pair: usize): v128 {
  const leg = legOf(row, half + pair, load<u32>(day, DAY_IS_LONG), <usize>load<u32>(day, DAY_STEP));
  const cash = v128.load(cashes() + <usize>load<u32>(day, BEFORE) * CASH_BYTES + pair);
  // An account that is ruined holds nothing.
  const trades = f64x2.gt(cash, f64x2.splat(ruin));
  return f64x2.mul(cash, v128.bitselect(v128.load(day + leg, MARKS), f64x2.splat(1), trades));
}

/** The first day of half a row. */
export function startHalf(row: usize, half: usize): void {
  const state = rowAt(row) + half;
  for (let pair: usize = 0; pair < 32; pair += 16) {
    startPair(state + pair, equityOf(tileDays(), row, half, pair));
  }
}

function startPair(state: usize, equity: v128): void {
  v128.store(state, equity, FIRST_EQUITY);
  v128.store(state, equity, LAST_EQUITY);
  v128.store(state, f64x2.gt(equity, f64x2.splat(0)), WHOLE);
}

/**
 * Adds the batch's days `[first, end)` to half a row; the first of them is day `number` of the range. Returns are kept
 * where squares are asked for, and falls added up where these are.
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
  let changedA = v128.load(state, CHANGED);
  let changedB = v128.load(state, CHANGED + 16);
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  for (let day = first; day < end; day += DAY_BYTES) {
    const a = equityOf(day, row, half, 0);
    const b = equityOf(day, row, half, 16);
    const differsA = f64x2.ne(a, lastA);
    const differsB = f64x2.ne(b, lastB);
    const returnA = v128.and(f64x2.sub(f64x2.div(a, lastA), one), differsA);
    const returnB = v128.and(f64x2.sub(f64x2.div(b, lastB), one), differsB);
    lastA = a;
    lastB = b;
    wholeA = v128.and(wholeA, f64x2.gt(a, zero));
    wholeB = v128.and(wholeB, f64x2.gt(b, zero));
    sumA = f64x2.add(sumA, returnA);
    sumB = f64x2.add(sumB, returnB);
    if (keeps) {
      // All bits set are no number: a day without a change.
      v128.store(slot, v128.or(returnA, v128.not(differsA)));
      v128.store(slot, v128.or(returnB, v128.not(differsB)), 16);
      slot += RETURNS_BYTES;
      changedA = i64x2.sub(changedA, differsA);
      changedB = i64x2.sub(changedB, differsB);
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
  v128.store(state, changedA, CHANGED);
  v128.store(state, changedB, CHANGED + 16);
}

/** For what asks only how equity has grown from the first day to the last one. */
export function growHalf(row: usize, half: usize, first: usize, end: usize): void {
  const state = rowAt(row) + half;
  for (let pair: usize = 0; pair < 32; pair += 16) {
    let whole = v128.load(state + pair, WHOLE);
    let last = v128.load(state + pair, LAST_EQUITY);
    for (let day = first; day < end; day += DAY_BYTES) {
      last = equityOf(day, row, half, pair);
      whole = v128.and(whole, f64x2.gt(last, f64x2.splat(0)));
    }
    v128.store(state + pair, whole, WHOLE);
    v128.store(state + pair, last, LAST_EQUITY);
  }
}

/** Writes the last day, on which nobody holds anything any more: cash is before the first exit. */
export function writeLastDay(): void {
  const day = tileDays();
  for (let at: usize = 0; at < DAY_STEP; at += 16) v128.store(day + at, f64x2.splat(1), MARKS);
  store<u32>(day, 0, DAY_STEP);
  store<u32>(day, 0, DAY_IS_LONG);
  store<u32>(day, 0, BEFORE);
}

/** Squared deviations of the daily returns of a pair of accounts from their mean. */
export function squaresOf(row: usize, half: usize): v128 {
  const state = rowAt(row) + half;
  const changed = v128.load(state, CHANGED);
  const count = f64x2.splat(<f64>(days - 1));
  const still = f64x2.replace_lane(
    f64x2.splat(<f64>(days - 1 - <i32>i64x2.extract_lane(changed, 0))),
    1,
    <f64>(days - 1 - <i32>i64x2.extract_lane(changed, 1)),
  );
  const mean = f64x2.div(v128.load(state, DAILY_SUM), count);
  let sum = f64x2.mul(still, f64x2.mul(mean, mean));
  const end = returns + (row + 1) * returnsOfRow;
  for (let slot = returns + row * returnsOfRow + RETURNS_BYTES; slot < end; slot += RETURNS_BYTES) {
    const r = v128.load(slot + half);
    const d = f64x2.sub(r, mean);
    sum = f64x2.add(sum, v128.and(f64x2.mul(d, d), f64x2.eq(r, r)));
  }
  return sum;
}
