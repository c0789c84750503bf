/** Daily returns of two variants in lock step over a block: equity at the last bar of each of its days. */
import { BLOCK_BARS, extremesOf } from "./block-extremes";
import { dayCount, lastBarOf } from "./daily-tally";
import { changesIn } from "./pair-changes";
import { BEFORE, COUNT_BYTES, STRIDE } from "./flips";
import { bars, closeAt, WATCH_DOWNSIDE, WATCH_DRAWDOWN } from "./market";
import {
  both,
  changes,
  countsOf,
  DAY_BYTES,
  daysOfBlock,
  LANE_WORDS,
  MARK_BYTES,
  marks,
  prices,
  stateOf,
  TO_CASH,
  watch,
} from "./pair-room";
import {
  BROKEN,
  CHANGED,
  DAILY_SUM,
  DOWNSIDE_SUM,
  ENTRY_PRICE,
  FIRST_EQUITY,
  LAST_EQUITY,
  NEXT_DAY,
} from "./variant-state";

/** Days of the block that end in it before the range's last bar. */
export let firstDay: i32 = 0;
export let endDay: i32 = 0;
/** Lowest close of the block and the highest one negated, where drawdown is watched. */
let extremes: v128 = i64x2.splat(0);

// Where a day's last bar is: offset of its word's counts, and the bits of the word up to it; its close.
const WORD: usize = 0; // i32
const UP_TO: usize = 8;
const CLOSE: usize = 16;

/** Finds the days of the block that begins at bar `from`; blocks come in order. */
export function readDays(from: i32): void {
  if (from == 0) endDay = 0;
  firstDay = endDay;
  if ((watch & WATCH_DRAWDOWN) != 0) extremes = extremesOf(0, min(BLOCK_BARS, bars - from));
  // The last bar closes what is open before its day is looked at; see closeVariant.
  const to = min(from + BLOCK_BARS, bars - 1);
  for (let at = daysOfBlock(); endDay < dayCount; at += DAY_BYTES) {
    const bar = lastBarOf(endDay);
    if (bar >= to) break;
    const t = bar - from;
    store<i32>(at, (t >> 6) * <i32>COUNT_BYTES, WORD);
    store<u64>(at, ((<u64>2) << (<u64>(t & 63))) - 1, UP_TO);
    store<f64>(at, closeAt(bar), CLOSE);
    endDay++;
  }
}

/**
 * Adds the block's days to both; the states of the lanes in `done` keep them. Of the sums, those that are asked for:
 * what one metric alone needs has a loop of its own.
 */
export function addDays(a: i32, b: i32, sideA: i32, sideB: i32, done: i32): void {
  const falls = (watch & WATCH_DOWNSIDE) != 0;
  if (changes == 0) {
    if (falls) walkDays(a, b, sideA, sideB, done, false, true);
    else growDays(a, b, sideA, sideB, done);
  } else if (falls) walkDays(a, b, sideA, sideB, done, true, true);
  else walkDays(a, b, sideA, sideB, done, true, false);
}

/**
 * For what asks only how equity has grown from the first day to the last one: reads that of the first day, and looks at
 * the others where the block's closes do not prove that it stays above 0.
 */
function growDays(a: i32, b: i32, sideA: i32, sideB: i32, done: i32): void {
  const stateA = stateOf(a);
  const stateB = stateOf(b);
  const sides = sidesOf(sideA, sideB);
  const begin = daysOfBlock();
  const end = begin + <usize>(endDay - firstDay) * DAY_BYTES;
  let lowest = f64x2.splat(Infinity);
  if (firstDay == 0 && begin < end) {
    const first = equityOf(begin, sides);
    lowest = first;
    // A block that is settled alone later takes a day of the last one's equity for one without a change.
    if ((done & 1) != 0) {
      v128.store64_lane(stateA + FIRST_EQUITY, first, 0);
      v128.store64_lane(stateA + LAST_EQUITY, first, 0);
    }
    if ((done & 2) != 0) {
      v128.store64_lane(stateB + FIRST_EQUITY, first, 1);
      v128.store64_lane(stateB + LAST_EQUITY, first, 1);
    }
  }
  if (!staysPositive(stateA, stateB)) {
    for (let place = begin; place < end; place += DAY_BYTES) {
      lowest = f64x2.min(lowest, equityOf(place, sides));
    }
  }
  const broken = i64x2.bitmask(f64x2.gt(lowest, f64x2.splat(0))) ^ 3;
  if ((done & 1) != 0) keep(stateA, 0, broken & 1);
  if ((done & 2) != 0) keep(stateB, 0, broken >> 1);
}

/**
 * Whether each mark of the block is positive by its extreme prices: entries are closes of the block or that before it,
 * and each step of a mark is monotone in both prices, roundings included.
 */
// @ts-ignore: decorator
@inline
function staysPositive(stateA: usize, stateB: usize): bool {
  const least = f64x2.splat(f64x2.extract_lane(extremes, 0));
  const most = f64x2.splat(-f64x2.extract_lane(extremes, 1));
  const entry = both(stateA + ENTRY_PRICE, stateB + ENTRY_PRICE);
  const up = f64x2.div(most, f64x2.min(entry, least));
  const down = f64x2.div(least, f64x2.max(entry, most));
  const zero = f64x2.splat(0);
  let positive = i64x2.splat(-1);
  // Both on their first side, and both on the other one.
  for (let mark = marks(); mark <= marks() + 3 * MARK_BYTES; mark += 3 * MARK_BYTES) {
    const base = v128.load(mark);
    const slope = v128.load(mark, 16);
    positive = v128.and(positive, f64x2.gt(f64x2.add(base, f64x2.mul(slope, up)), zero));
    positive = v128.and(positive, f64x2.gt(f64x2.add(base, f64x2.mul(slope, down)), zero));
  }
  return i64x2.all_true(positive);
}

// @ts-ignore: decorator
@inline
function walkDays(
  a: i32,
  b: i32,
  sideA: i32,
  sideB: i32,
  done: i32,
  keeps: bool,
  falls: bool,
): void {
  const stateA = stateOf(a);
  const stateB = stateOf(b);
  const none = i64x2.splat(-1);
  let changed = i64x2.splat(0);
  let slotA = changesIn(a, firstDay, endDay);
  let slotB = changesIn(b, firstDay, endDay);
  let last = both(stateA + LAST_EQUITY, stateB + LAST_EQUITY);
  let sum = both(stateA + DAILY_SUM, stateB + DAILY_SUM);
  let downside = both(stateA + DOWNSIDE_SUM, stateB + DOWNSIDE_SUM);
  let first = both(stateA + FIRST_EQUITY, stateB + FIRST_EQUITY);
  let whole = i64x2.splat(-1);
  const one = f64x2.splat(1);
  const sides = sidesOf(sideA, sideB);
  let place = daysOfBlock();
  const end = place + <usize>(endDay - firstDay) * DAY_BYTES;
  if (firstDay == 0 && place < end) {
    last = equityOf(place, sides);
    first = last;
    whole = f64x2.gt(last, f64x2.splat(0));
    place += DAY_BYTES;
    if (keeps) {
      v128.store64_lane(slotA, none, 0);
      v128.store64_lane(slotB, none, 1);
      slotA += 8;
      slotB += 8;
    }
  }
  for (; place < end; place += DAY_BYTES) {
    const equity = equityOf(place, sides);
    const differs = f64x2.ne(equity, last);
    const r = v128.and(f64x2.sub(f64x2.div(equity, last), one), differs);
    if (keeps) {
      // All bits set are no number.
      const kept = v128.or(r, v128.not(differs));
      v128.store64_lane(slotA, kept, 0);
      v128.store64_lane(slotB, kept, 1);
      slotA += 8;
      slotB += 8;
      changed = i64x2.sub(changed, differs);
    }
    whole = v128.and(whole, f64x2.gt(equity, f64x2.splat(0)));
    sum = f64x2.add(sum, r);
    if (falls) {
      const fall = f64x2.lt(r, f64x2.splat(0));
      downside = f64x2.add(downside, v128.and(f64x2.mul(r, r), fall));
    }
    last = equity;
  }
  const broken = i64x2.bitmask(whole) ^ 3;
  if ((done & 1) != 0) {
    keep(stateA, <i32>i64x2.extract_lane(changed, 0), broken & 1);
    v128.store64_lane(stateA + LAST_EQUITY, last, 0);
    v128.store64_lane(stateA + FIRST_EQUITY, first, 0);
    v128.store64_lane(stateA + DAILY_SUM, sum, 0);
    v128.store64_lane(stateA + DOWNSIDE_SUM, downside, 0);
  }
  if ((done & 2) != 0) {
    keep(stateB, <i32>i64x2.extract_lane(changed, 1), broken >> 1);
    v128.store64_lane(stateB + LAST_EQUITY, last, 1);
    v128.store64_lane(stateB + FIRST_EQUITY, first, 1);
    v128.store64_lane(stateB + DAILY_SUM, sum, 1);
    v128.store64_lane(stateB + DOWNSIDE_SUM, downside, 1);
  }
}

/** Marks of the sides before the block, and after an even number of flips. */
// @ts-ignore: decorator
@inline
function sidesOf(sideA: i32, sideB: i32): usize {
  const flipped = (prices() & STRIDE) != 0 ? 3 : 0;
  return <usize>(((1 - sideA) | ((1 - sideB) << 1)) ^ flipped) * MARK_BYTES;
}

/** Equity of both at the last close of a day of the block: that of the trade which covers it. */
// @ts-ignore: decorator
@inline
function equityOf(place: usize, sides: usize): v128 {
  const upTo = load<u64>(place, UP_TO);
  const word = countsOf(0) + <usize>load<i32>(place, WORD);
  const atA = flipUpTo(word, upTo);
  const atB = flipUpTo(word + LANE_WORDS, upTo);
  // Every flip turns the side, and one lies STRIDE bytes behind another.
  const turned = ((atA & STRIDE) << 1) | ((atB & STRIDE) << 2);
  const mark = marks() + (turned ^ sides);
  const ratio = f64x2.div(v128.load64_splat(place, CLOSE), both(atA, atB));
  const value = f64x2.add(v128.load(mark), f64x2.mul(v128.load(mark, 16), ratio));
  return f64x2.mul(both(atA + TO_CASH, atB + TO_CASH), value);
}

/** The last flip up to a bar of the block, that one included, from the counts of its word. */
// @ts-ignore: decorator
@inline
function flipUpTo(word: usize, upTo: u64): usize {
  return load<usize>(word, BEFORE) + <usize>popcnt(load<u64>(word) & upTo) * STRIDE;
}

function keep(state: usize, changed: i32, broken: i32): void {
  store<i32>(state, load<i32>(state, CHANGED) + changed, CHANGED);
  store<i32>(state, load<i32>(state, BROKEN) | broken, BROKEN);
  store<i32>(state, endDay, NEXT_DAY);
}
