/** Daily returns of two variants in lock step over a block: equity at the last bar of each of its days. */
import { BLOCK_BARS } from "./block-extremes";
import { dayCount, lastBarOf } from "./daily-tally";
import { changesIn } from "./pair-changes";
import { BEFORE, COUNT_BYTES, STRIDE } from "./flips";
import { bars, closeAt, WATCH_DOWNSIDE, WATCH_GROWTH } from "./market";
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
  GROWTH,
  LAST_EQUITY,
  NEXT_DAY,
} from "./variant-state";

/** Days of the block that end in it before the range's last bar. */
export let firstDay: i32 = 0;
export let endDay: i32 = 0;

// Where a day's last bar is: offset of its word's counts, and the bits of the word up to it; its close.
const WORD: usize = 0; // i32
const UP_TO: usize = 8;
const CLOSE: usize = 16;

/** Finds the days of the block that begins at bar `from`; blocks come in order. */
export function readDays(from: i32): void {
  if (from == 0) endDay = 0;
  firstDay = endDay;
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
  const sums = watch & (WATCH_GROWTH | WATCH_DOWNSIDE);
  if (changes != 0) {
    if (sums == 0) walkDays(a, b, sideA, sideB, done, true, false, false);
    else walkDays(a, b, sideA, sideB, done, true, true, true);
  } else if (sums == WATCH_GROWTH) walkDays(a, b, sideA, sideB, done, false, true, false);
  else if (sums == WATCH_DOWNSIDE) walkDays(a, b, sideA, sideB, done, false, false, true);
  else walkDays(a, b, sideA, sideB, done, false, true, true);
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
  grows: bool,
  falls: bool,
): void {
  const stateA = stateOf(a);
  const stateB = stateOf(b);
  const none = i64x2.splat(-1);
  let changed = i64x2.splat(0);
  let slotA = changesIn(a, firstDay, endDay);
  let slotB = changesIn(b, firstDay, endDay);
  let last = both(stateA + LAST_EQUITY, stateB + LAST_EQUITY);
  let growth = both(stateA + GROWTH, stateB + GROWTH);
  let sum = both(stateA + DAILY_SUM, stateB + DAILY_SUM);
  let downside = both(stateA + DOWNSIDE_SUM, stateB + DOWNSIDE_SUM);
  let whole = i64x2.splat(-1);
  const one = f64x2.splat(1);
  const sides = sidesOf(sideA, sideB);
  let place = daysOfBlock();
  const end = place + <usize>(endDay - firstDay) * DAY_BYTES;
  if (firstDay == 0 && place < end) {
    last = equityOf(place, sides);
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
    whole = v128.and(whole, f64x2.gt(r, f64x2.splat(-1)));
    if (grows) growth = f64x2.mul(growth, f64x2.add(one, r));
    if (keeps || falls) sum = f64x2.add(sum, r);
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
    v128.store64_lane(stateA + GROWTH, growth, 0);
    v128.store64_lane(stateA + DAILY_SUM, sum, 0);
    v128.store64_lane(stateA + DOWNSIDE_SUM, downside, 0);
  }
  if ((done & 2) != 0) {
    keep(stateB, <i32>i64x2.extract_lane(changed, 1), broken >> 1);
    v128.store64_lane(stateB + LAST_EQUITY, last, 1);
    v128.store64_lane(stateB + GROWTH, growth, 1);
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
