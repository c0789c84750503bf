/** Flips of a block of a signal that is always on one of two sides: from its words to the closes at which it turns. */
import { BLOCK_WORDS } from "./pair-words";

/** From one flip's close to the next: two variants lie side by side. */
export const STRIDE: usize = 16;

/** From what is counted of a word to that of the next: its flips, and behind them where the last one before it is. */
export const COUNT_BYTES: usize = 16;
export const BEFORE: usize = 8; // i32

/**
 * Stores the close at each flip, one every STRIDE bytes, and returns the end; up to four are written past it. `carry`
 * is the signal before the block, `close` points at its first close.
 *
 * Where `toBars` is not 0, the flip's bar of the block is stored so far from its close, times eight. Where `counts` is
 * not 0, what tells which flip is the last one up to a bar is left there.
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
  counts: usize,
): usize {
  let bar: usize = 0;
  for (let w = 0; w < BLOCK_WORDS; w++) {
    const word = load<u64>(words + (<usize>w << 3));
    let flips = word ^ ((word << 1) | carry);
    carry = word >>> 63;
    if (counts != 0) {
      const at = counts + <usize>w * COUNT_BYTES;
      store<u64>(at, flips);
      store<usize>(at, to - STRIDE, BEFORE);
    }
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
    bar += 512;
  }
  return to;
}

// @ts-ignore: decorator
@inline
function storeFlip(to: usize, flips: u64, close: usize, toBars: usize, bar: usize): void {
  const bit = <usize>ctz(flips) << 3;
  store<f64>(to, load<f64>(close + bit));
  if (toBars != 0) store<usize>(to + toBars, bar + bit);
}
