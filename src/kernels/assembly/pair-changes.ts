/**
 * Daily returns of the variants of a batch, for what needs more than sums of them. Those of a block lie together, one
 * variant after the other, so that a block is written from front to back: a number a day, NaN where equity is what it
 * was. Behind all blocks there is one for each variant's last day.
 */
import { dayCount, lastBarOf } from "./daily-tally";
import { both, changes, slots, stateOf } from "./pair-room";
import { RETURN_DAYS, RETURN_SUM, SQUARES, SUMS_BYTES } from "./sums";
import { CHANGED, NEXT_DAY, RUINED, SIGNAL } from "./variant-state";

/** As block-extremes has it. */
const BLOCK_SHIFT: i32 = 9;

/** Where returns of a variant go in a block of the days `[first, end)`; 0 where nobody asks for them. */
// @ts-ignore: decorator
@inline
export function changesIn(variant: i32, first: i32, end: i32): usize {
  if (changes == 0) return 0;
  return changes + ((<usize>first * <usize>slots + <usize>variant * <usize>(end - first)) << 3);
}

/** The same, empty, for a tally that writes behind as many returns as the variant has changed days so far. */
export function emptyChanges(variant: i32, first: i32, end: i32): usize {
  if (changes == 0) return 0;
  const at = changesIn(variant, first, end);
  for (let day = 0; day < end - first; day++) store<f64>(at + (<usize>day << 3), NaN);
  return at - (<usize>load<i32>(stateOf(variant), CHANGED) << 3);
}

/** The same for the last day. */
export function lastChange(variant: i32): usize {
  return emptyChanges(variant, dayCount - 1, dayCount);
}

/** Up to which day a variant has written; to be asked before it is closed. */
export function endOfDays(variant: i32): f64 {
  const state = stateOf(variant);
  return load<i32>(state, SIGNAL) == RUINED ? <f64>load<i32>(state, NEXT_DAY) : Infinity;
}

/**
 * Turns the numbers of changed days, which closeVariant leaves in the sums of `count` variants from `first` on, into
 * squares of deviations from the mean; 0 of fewer than two days. They wrote up to their `ends`. All of them a block of
 * days at a time, as they lie in memory. Twin of DailyTally.squares in core/metrics/tallies.ts.
 */
export function sumSquares(first: i32, count: i32, out: usize, ends: usize): void {
  const last = out + <usize>count * SUMS_BYTES;
  for (let sums = out; sums < last; sums += SUMS_BYTES) {
    const mean = load<f64>(sums, RETURN_SUM) / load<f64>(sums, RETURN_DAYS);
    const quiet = load<f64>(sums, RETURN_DAYS) - load<f64>(sums, SQUARES);
    store<f64>(sums, quiet * (mean * mean), SQUARES);
  }
  const days = dayCount - 1;
  for (let day = 0; day < days; ) {
    const block = lastBarOf(day) >> BLOCK_SHIFT;
    let end = day + 1;
    while (end < days && lastBarOf(end) >> BLOCK_SHIFT == block) end++;
    for (let i = 0; i < count; i += 2) {
      const isLone = i + 1 == count;
      const written = f64x2.gt(v128.load(ends + (<usize>i << 3)), f64x2.splat(<f64>day));
      addBlock(first + i, isLone, day, end, out + <usize>i * SUMS_BYTES, written);
    }
    day = end;
  }
  for (let i = 0; i < count; i += 2) {
    addBlock(first + i, i + 1 == count, days, dayCount, out + <usize>i * SUMS_BYTES, i64x2.splat(-1));
  }
  for (let sums = out; sums < last; sums += SUMS_BYTES) {
    if (load<f64>(sums, RETURN_DAYS) <= 1) store<f64>(sums, 0, SQUARES);
  }
}

/** Two variants at once: sums of squares are chains of additions. A lone one keeps itself company. */
// @ts-ignore: decorator
@inline
function addBlock(a: i32, isLone: bool, day: i32, end: i32, sumsA: usize, written: v128): void {
  const sumsB = isLone ? sumsA : sumsA + SUMS_BYTES;
  const from = changesIn(a, day, end);
  const bytes = <usize>(end - day) << 3;
  const other: usize = isLone ? 0 : bytes;
  const days = both(sumsA + RETURN_DAYS, sumsB + RETURN_DAYS);
  const mean = f64x2.div(both(sumsA + RETURN_SUM, sumsB + RETURN_SUM), days);
  let sum = both(sumsA + SQUARES, sumsB + SQUARES);
  for (let at = from; at < from + bytes; at += 8) {
    const r = both(at, at + other);
    const d = f64x2.sub(r, mean);
    sum = f64x2.add(sum, v128.and(f64x2.mul(d, d), v128.and(written, f64x2.eq(r, r))));
  }
  v128.store64_lane(sumsB, sum, 1, SQUARES);
  v128.store64_lane(sumsA, sum, 0, SQUARES);
}
