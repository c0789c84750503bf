/**
 * Scores the variants of a batch over one block of bars: a variant is long where one row is above another and short
 * where it is below, or one of the two. Two variants go in lock step, one in each lane, as long as both put everything
 * in and are always on one of two sides; others are settled one by one (see block-settle.ts), with the same bits.
 */
import { ALL_IN, sizing } from "./account";
import { readExtremes } from "./block-extremes";
import { closeVariant, openVariant, settleBlock } from "./block-settle";
import { flipPrices, STRIDE } from "./flips";
import { close, WATCH_BARS, WATCH_DAYS, WATCH_DRAWDOWN, WATCH_TRADES } from "./market";
import { multiply } from "./pair-cash";
import { emptyChanges, endOfDays, lastChange, sumSquares } from "./pair-changes";
import { addDays, endDay, firstDay, readDays } from "./pair-days";
import { addDrawdown } from "./pair-drawdown";
import {
  aboveWords,
  barsOfFlips,
  both,
  changes,
  countsOf,
  equities,
  flat,
  keys,
  neitherWords,
  order,
  pairs,
  prices,
  stateOf,
  TO_BARS,
  TO_CASH,
  twoSided,
  watch,
} from "./pair-room";
import { keepTrades, settleTrades } from "./pair-trades";
import { pairWords } from "./pair-words";
import { SUMS_BYTES } from "./sums";
import {
  AVAILABLE,
  ENTRY_BAR,
  ENTRY_PRICE,
  FIRST,
  NEUTRAL,
  RUINED,
  SECOND,
  SIGNAL,
} from "./variant-state";

/** No lane can be taken. */
const SLOW: i32 = 2;

/** Before the first block of a batch of `count` variants and a spare one. */
export function openBatch(count: i32): void {
  for (let variant = 0; variant <= count; variant++) {
    store<i32>(order + (<usize>variant << 2), variant);
    openVariant(stateOf(variant), changes);
  }
}

/** Reads what all variants need of the block that begins at bar `from`. */
export function openBlock(from: i32): void {
  if ((watch & WATCH_DRAWDOWN) != 0) readExtremes(from);
  if ((watch & WATCH_DAYS) != 0) readDays(from);
}

/**
 * The block from bar `from` on, for the variants at places `[first, last)` of the order; how many it ruined. `spare` is
 * the one that keeps a lone variant company.
 */
export function scorePairs(first: i32, last: i32, spare: i32, from: i32): i32 {
  let ruined = 0;
  for (let place = first; place < last; place += 2) {
    const at = order + (<usize>place << 2);
    const a = load<i32>(at);
    const isLone = place + 1 == last;
    const b = isLone ? spare : load<i32>(at, 4);
    const undecidedA = compare(a, 0);
    const undecidedB = isLone ? twin() : compare(b, 1);
    const carryA = carryOf(a, 0, undecidedA, from);
    const carryB = carryOf(b, 1, undecidedB, from);
    const done = carryA == SLOW && carryB == SLOW ? 0 : scoreTwo(a, b, carryA, carryB, from);
    if ((done & 1) == 0) ruined += settleAlone(a, 0, undecidedA, from);
    if (isLone) openVariant(stateOf(spare), changes);
    else if ((done & 2) == 0) ruined += settleAlone(b, 1, undecidedB, from);
  }
  return ruined;
}

/** Words of a variant's two rows. */
// @ts-ignore: decorator
@inline
function compare(variant: i32, lane: usize): i32 {
  const pair = pairs + (<usize>variant << 2);
  const left = <usize>load<u16>(pair);
  const right = <usize>load<u16>(pair, 2);
  return pairWords(keys, left, right, flat, aboveWords(lane), neitherWords(lane));
}

/** Gives the second lane the words of the first. */
function twin(): i32 {
  memory.copy(aboveWords(1), aboveWords(0), 64);
  return 0;
}

/** The side before the block: 1 the first, 0 the other one, SLOW where it is not always on one of the two. */
// @ts-ignore: decorator
@inline
function carryOf(variant: i32, lane: usize, undecided: i32, from: i32): i32 {
  if (sizing != ALL_IN) return SLOW;
  const signal = load<i32>(stateOf(variant), SIGNAL);
  if (!twoSided) return <i32>(signal == FIRST);
  if (undecided != 0) return SLOW;
  if (signal == FIRST) return 1;
  if (signal == SECOND) return 0;
  // It begins at the first bar, as if it had been so before: nothing has been traded yet.
  return from == 0 ? load<i32>(aboveWords(lane)) & 1 : SLOW;
}

/** Whether it is ruined. */
function settleAlone(variant: i32, lane: usize, undecided: i32, from: i32): i32 {
  const state = stateOf(variant);
  const returns = emptyChanges(variant, firstDay, endDay);
  settleBlock(state, returns, aboveWords(lane), neitherWords(lane), undecided, from);
  return <i32>(load<i32>(state, SIGNAL) == RUINED);
}

/** The bits say which lanes were scored: neither one without a carry nor one that is ruined. */
// @ts-ignore: decorator
@inline
function scoreTwo(a: i32, b: i32, carryA: i32, carryB: i32, from: i32): i32 {
  const stateA = stateOf(a);
  const stateB = stateOf(b);
  const sideA = carryA & 1;
  const sideB = carryB & 1;
  const closes = close + (<usize>from << 3);
  const at = prices();
  v128.store(at, both(stateA + ENTRY_PRICE, stateB + ENTRY_PRICE));
  const first = at + STRIDE;
  let endA: usize;
  let endB: usize;
  // One call for each of what may be asked for: the constants are compiled in.
  const countsA = countsOf(0);
  const countsB = countsOf(1);
  if ((watch & WATCH_BARS) == 0) {
    endA = flipPrices(aboveWords(0), <u64>sideA, closes, first, 0, 0);
    endB = flipPrices(aboveWords(1), <u64>sideB, closes, first + 8, 0, 0);
  } else if ((watch & WATCH_DRAWDOWN) == 0) {
    endA = flipPrices(aboveWords(0), <u64>sideA, closes, first, 0, countsA);
    endB = flipPrices(aboveWords(1), <u64>sideB, closes, first + 8, 0, countsB);
  } else {
    endA = flipPrices(aboveWords(0), <u64>sideA, closes, first, TO_BARS, countsA);
    endB = flipPrices(aboveWords(1), <u64>sideB, closes, first + 8, TO_BARS, countsB);
  }
  let done: i32;
  if (watch == 0) done = multiply(stateA, stateB, sideA, sideB, endA, endB, false);
  else if ((watch & WATCH_TRADES) == 0) done = multiply(stateA, stateB, sideA, sideB, endA, endB, true);
  else done = settleTrades(stateA, stateB, sideA, sideB, endA, endB);
  if (carryA == SLOW) done &= 2;
  if (carryB == SLOW) done &= 1;
  if (watch != 0) watchLanes(a, b, sideA, sideB, endA, endB, from, done);
  if ((done & 1) != 0) keepLane(stateA, 0, endA);
  if ((done & 2) != 0) keepLane(stateB, 1, endB);
  return done;
}

/** The last flip of a lane's block, cash after it, and the side from there on. */
// @ts-ignore: decorator
@inline
function keepLane(state: usize, lane: usize, end: usize): void {
  store<f64>(state, load<f64>(end - STRIDE), ENTRY_PRICE);
  store<f64>(state, load<f64>(end - STRIDE, TO_CASH), AVAILABLE);
  const isFirst = load<u64>(aboveWords(lane), 56) >>> 63;
  store<i32>(state, isFirst != 0 ? FIRST : twoSided ? SECOND : NEUTRAL, SIGNAL);
}

/** What is watched of the lanes in `done`. */
function watchLanes(
  a: i32,
  b: i32,
  sideA: i32,
  sideB: i32,
  endA: usize,
  endB: usize,
  from: i32,
  done: i32,
): void {
  const first = prices() + STRIDE;
  const flipsA = <i32>((endA - first) / STRIDE);
  const flipsB = <i32>((endB - first) / STRIDE);
  if ((watch & WATCH_DAYS) != 0) addDays(a, b, sideA, sideB, done);
  if ((done & 1) != 0) watchLane(stateOf(a), 0, sideA, flipsA, from);
  if ((done & 2) != 0) watchLane(stateOf(b), 1, sideB, flipsB, from);
}

function watchLane(state: usize, lane: usize, carry: i32, flips: i32, from: i32): void {
  keepTrades(state, lane, carry, flips);
  if ((watch & WATCH_DRAWDOWN) == 0) return;
  addDrawdown(state, lane, carry, flips, from);
  if (flips == 0) return;
  const last = load<i32>(barsOfFlips(lane) + <usize>(flips - 1) * STRIDE);
  store<i32>(state, from + (last >> 3), ENTRY_BAR);
}

/** Takes ruined variants out of the order; how many are left of `count`. */
export function dropRuined(count: i32): i32 {
  let left = 0;
  for (let place = 0; place < count; place++) {
    const variant = load<i32>(order + (<usize>place << 2));
    store<i32>(order + (<usize>left << 2), variant);
    left += <i32>(load<i32>(stateOf(variant), SIGNAL) != RUINED);
  }
  return left;
}

/** After the last block: the sums of `count` variants from `first` on, one after the other at `out`. */
export function closePairs(first: i32, count: i32, out: usize): void {
  const ends = equities();
  for (let i = 0; i < count; i++) {
    const variant = first + i;
    store<f64>(ends + (<usize>i << 3), endOfDays(variant));
    closeVariant(stateOf(variant), lastChange(variant), out + <usize>i * SUMS_BYTES);
  }
  if (changes != 0) sumSquares(first, count, out, ends);
}
