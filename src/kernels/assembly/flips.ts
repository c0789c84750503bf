/** Flips of a block of a signal that is always on one of two sides: from its words to the closes at which it turns. */
import { BLOCK_WORDS } from "./pair-words";

/** From one flip's close to the next: two variants lie side by side. */
export const STRIDE: usize = 16;

/**
 * Stores the close at each flip, one every STRIDE bytes, and returns the end; up to four are written past it. `carry`
 * is the signal before the block, `close` points at its first close.
 *
 * When signals flip is not predictable: two stores are made for every word, and those that were for nothing are
 * overwritten. Most words have no more flips.
 */
// @ts-ignore: decorator
@inline
export function flipPrices(words: usize, carry: u64, close: usize, to: usize): usize {
  for (let w = 0; w < BLOCK_WORDS; w++) {
    const word = load<u64>(words + (<usize>w << 3));
    let flips = word ^ ((word << 1) | carry);
    carry = word >>> 63;
    let rest = <i32>popcnt(flips);
    storePrice(to, flips, close);
    flips &= flips - 1;
    storePrice(to + STRIDE, flips, close);
    flips &= flips - 1;
    storePrice(to + 2 * STRIDE, flips, close);
    flips &= flips - 1;
    storePrice(to + 3 * STRIDE, flips, close);
    while (rest > 4) {
      to += 4 * STRIDE;
      rest -= 4;
      for (let i: usize = 0; i < 4; i++) {
        flips &= flips - 1;
        storePrice(to + i * STRIDE, flips, close);
      }
    }
    to += <usize>rest * STRIDE;
    close += 512;
  }
  return to;
}

// @ts-ignore: decorator
@inline
function storePrice(to: usize, flips: u64, close: usize): void {
  store<f64>(to, load<f64>(close + (<usize>ctz(flips) << 3)));
}

/**
 * Stores what tells how many flips there are up to a bar of the block: for each word its flips, and
 * how many come before it.
 */
// @ts-ignore: decorator
@inline
export function flipCounts(words: usize, carry: u64, flipWords: usize, before: usize): void {
  let count: i32 = 0;
  for (let w = 0; w < BLOCK_WORDS; w++) {
    const word = load<u64>(words + (<usize>w << 3));
    const flips = word ^ ((word << 1) | carry);
    carry = word >>> 63;
    store<u64>(flipWords + (<usize>w << 3), flips);
    store<i32>(before + (<usize>w << 2), count);
    count += <i32>popcnt(flips);
  }
}

/** Stores the bar of each flip in the block; up to one is written past the last. */
export function flipBars(flipWords: usize, to: usize): void {
  for (let w = 0; w < BLOCK_WORDS; w++) {
    let flips = load<u64>(flipWords + (<usize>w << 3));
    const bar = w << 6;
    const end = to + (<usize>popcnt(flips) << 2);
    storeBar(to, flips, bar);
    flips &= flips - 1;
    storeBar(to + 4, flips, bar);
    flips &= flips - 1;
    while (flips != 0) {
      to += 8;
      storeBar(to, flips, bar);
      flips &= flips - 1;
      storeBar(to + 4, flips, bar);
      flips &= flips - 1;
    }
    to = end;
  }
}

// @ts-ignore: decorator
@inline
function storeBar(to: usize, flips: u64, bar: i32): void {
  store<i32>(to, bar + <i32>ctz(flips));
}
