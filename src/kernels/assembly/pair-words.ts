/**
 * Twin of RowFamily.compare in core/stages/reference-backend.ts, for a block of bars: where one row is above another,
 * a bit a bar, from the keys of assembly/row-keys.ts.
 */

import { valueOf, valuesOf } from "./row-means";

/** Words of 64 bars in a block. */
export const BLOCK_WORDS: i32 = 8;
/** Keys of a row. */
const KEYS_BYTES: usize = 1024;
/** Ties in a word above which all of its values are compared. */
const MANY_TIES: i32 = 8;

/**
 * Writes the words of row `a` above row `b` to `above`. Where the rows are equal, or one has no value, bits of `neither` are set: of
 * the words whose number is in the mask returned; others are not written.
 */
// @ts-ignore: decorator
@inline
export function pairWords(
  keys: usize,
  a: usize,
  b: usize,
  flat: usize,
  above: usize,
  neither: usize,
): i32 {
  const keysA = keys + a * KEYS_BYTES;
  const keysB = keys + b * KEYS_BYTES;
  let least = i8x16.splat(-1);
  least = wordOfKeys(keysA, keysB, 0, above, 0, least);
  least = wordOfKeys(keysA, keysB, 128, above, 8, least);
  least = wordOfKeys(keysA, keysB, 256, above, 16, least);
  least = wordOfKeys(keysA, keysB, 384, above, 24, least);
  least = wordOfKeys(keysA, keysB, 512, above, 32, least);
  least = wordOfKeys(keysA, keysB, 640, above, 40, least);
  least = wordOfKeys(keysA, keysB, 768, above, 48, least);
  least = wordOfKeys(keysA, keysB, 896, above, 56, least);
  // Few blocks have a tie anywhere.
  return v128.all_true<i8>(least) ? 0 : settleWords(keysA, keysB, a, b, flat, above, neither);
}

/** Stores the word of 64 keys; bytes of the result are 0 where `least` has one or keys tie. */
// @ts-ignore: decorator
@inline
function wordOfKeys(
  keysA: usize,
  keysB: usize,
  at: usize,
  above: usize,
  to: usize,
  least: v128,
): v128 {
  const d0 = difference(keysA, keysB, at);
  const d1 = difference(keysA, keysB, at + 32);
  const d2 = difference(keysA, keysB, at + 64);
  const d3 = difference(keysA, keysB, at + 96);
  const low = <u32>i8x16.bitmask(d0) | ((<u32>i8x16.bitmask(d1)) << 16);
  const high = <u32>i8x16.bitmask(d2) | ((<u32>i8x16.bitmask(d3)) << 16);
  store<u64>(above + to, <u64>low | ((<u64>high) << 32));
  // An unsigned 0 is least.
  return i8x16.min_u(least, i8x16.min_u(i8x16.min_u(d0, d1), i8x16.min_u(d2, d3)));
}

/** Sixteen signs of b - a, as bytes: negative where a is above, zero where the keys tie. */
// @ts-ignore: decorator
@inline
function difference(a: usize, b: usize, at: usize): v128 {
  return i8x16.narrow_i16x8_s(
    i16x8.sub_sat_s(v128.load(b + at), v128.load(a + at)),
    i16x8.sub_sat_s(v128.load(b + (at + 16)), v128.load(a + (at + 16))),
  );
}

/** Decides the words of a block that have ties. */
function settleWords(
  keysA: usize,
  keysB: usize,
  a: usize,
  b: usize,
  flat: usize,
  above: usize,
  neither: usize,
): i32 {
  let undecided: i32 = 0;
  for (let w = 0; w < BLOCK_WORDS; w++) {
    const ties = tiesOfKeys(keysA, keysB);
    const at = <usize>w << 3;
    if (
      ties != 0 &&
      settleTies(ties, load<u64>(flat + at), a, b, at << 3, above + at, neither + at)
    ) {
      undecided |= 1 << w;
    }
    keysA += 128;
    keysB += 128;
  }
  return undecided;
}

/** Bits of 64 bars whose keys tie. */
function tiesOfKeys(keysA: usize, keysB: usize): u64 {
  let ties: u64 = 0;
  for (let bit: u64 = 0; bit < 64; bit += 16) {
    const d = difference(keysA, keysB, 0);
    ties |= (<u64>i8x16.bitmask(i8x16.eq(d, i64x2.splat(0)))) << bit;
    keysA += 32;
    keysB += 32;
  }
  return ties;
}

/**
 * Decides the bars of a word whose keys tie by the values of rows `a` and `b`; it begins at `bar` of the block. Whether
 * bars are left where neither row is above.
 */
function settleTies(
  ties: u64,
  flat: u64,
  a: usize,
  b: usize,
  bar: usize,
  above: usize,
  neither: usize,
): bool {
  let word = load<u64>(above);
  let equal = ties & flat;
  let rest = ties ^ equal;
  if (<i32>popcnt(rest) > MANY_TIES) {
    const valuesA = valuesOf(a) + (bar << 3);
    const valuesB = valuesOf(b) + (bar << 3);
    const greater = wordOf(valuesA, valuesB);
    const less = wordOf(valuesB, valuesA);
    word = greater;
    equal = ~(greater | less);
    rest = 0;
  }
  while (rest != 0) {
    const bit = ctz(rest);
    rest &= rest - 1;
    const x = valueOf(a, bar + <usize>bit);
    const y = valueOf(b, bar + <usize>bit);
    word |= (<u64>(x > y)) << bit;
    equal |= (<u64>!(x > y || x < y)) << bit;
  }
  store<u64>(above, word);
  store<u64>(neither, equal);
  return equal != 0;
}

/** Bits of 64 values where `a > b`. */
function wordOf(a: usize, b: usize): u64 {
  let word: u64 = 0;
  for (let bit: u64 = 0; bit < 64; bit += 4) {
    const low = f64x2.gt(v128.load(a), v128.load(b));
    const high = f64x2.gt(v128.load(a, 16), v128.load(b, 16));
    word |= (<u64>i32x4.bitmask(v128.shuffle<i32>(low, high, 0, 2, 4, 6))) << bit;
    a += 32;
    b += 32;
  }
  return word;
}
