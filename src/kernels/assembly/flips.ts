/** Flips of a block of a signal that is always on one of two sides: from its words to the closes at which it turns. */
import { BLOCK_WORDS } from "./pair-words";

/** From one flip's close to the next: two variants lie side by side. */
export const STRIDE: usize = 16;

/**
 * Stores the close at each flip, one every STRIDE bytes, and returns the end; up to four are written past it. `carry`
 * is the signal before the block, `close` points at its first close.
 *
 * Where `toBars` is not 0, the flip's bar of the block is stored so far from its close.
 *
 * When signals flip is not predictable: two stores are made for every word, and those that were for nothing are
 * overwritten. Most words have no more flips.
 */
// @ts-ignore: decorator
@inline
export function flipPrices(
  words: usize,
  carry: u64,
  close: usize,
  to: usize,
  toBars: usize,
): usize {
  let bar: i32 = 0;
  for (let w = 0; w < BLOCK_WORDS; w++) {
    const word = load<u64>(words + (<usize>w << 3));
    let flips = word ^ ((word << 1) | carry);
    carry = word >>> 63;
    let rest = <i32>popcnt(flips);
    storeFlip(to, flips, close, toBars, bar);
    flips &= flips - 1;
    storeFlip(to + STRIDE, flips, close, toBars, bar);
    flips &= flips - 1;
    storeFlip(to + 2 * STRIDE, flips, close, toBars, bar);
    flips &= flips - 1;
    storeFlip(to + 3 * STRIDE, flips, close, toBars, bar);
    while (rest > 4) {
      to += 4 * STRIDE;
      rest -= 4;
      for (let i: usize = 0; i < 4; i++) {
        flips &= flips - 1;
        storeFlip(to + i * STRIDE, flips, close, toBars, bar);
      }
    }
    to += <usize>rest * STRIDE;
    close += 512;
    bar += 64;
  }
  return to;
}

// @ts-ignore: decorator
@inline
function storeFlip(to: usize, flips: u64, close: usize, toBars: usize, bar: i32): void {
  const bit = <i32>ctz(flips);
  store<f64>(to, load<f64>(close + (<usize>bit << 3)));
  if (toBars != 0) store<i32>(to + toBars, bar + bit);
}

/** From what `flipCounts` leaves of a word to that of the next: its flips, and behind them how many come before it. */
export const COUNT_BYTES: usize = 16;
export const BEFORE: usize = 8;

/** Stores what tells how many flips there are up to a bar of the block. */
export function flipCounts(words: usize, carry: u64, to: usize): void {
  let count: i32 = 0;
  for (let w = 0; w < BLOCK_WORDS; w++) {
    const word = load<u64>(words + (<usize>w << 3));
    const flips = word ^ ((word << 1) | carry);
    carry = word >>> 63;
    store<u64>(to, flips);
    store<i32>(to, count, BEFORE);
    to += COUNT_BYTES;
    count += <i32>popcnt(flips);
  }
}
