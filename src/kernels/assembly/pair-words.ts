/**
 * Twin of RowFamily.compare in core/stages/reference-backend.ts, for a block of bars: where one row is above another,
 * a bit a bar, from the keys of assembly/row-keys.ts.
 */

/** Words of 64 bars in a block. */
export const BLOCK_WORDS: i32 = 8;
/** Ties in a word above which all of its values are compared. */
const MANY_TIES: i32 = 8;

/**
 * Writes the words of `a > b` to `above`. Where the rows are equal, or one has no value, bits of `neither` are set: of
 * the words whose number is in the mask returned; others are not written.
 */
// @ts-ignore: decorator
@inline
export function pairWords(
  keysA: usize,
  keysB: usize,
  a: usize,
  b: usize,
  flat: usize,
  above: usize,
  neither: usize,
): i32 {
  const zero = i64x2.splat(0);
  let undecided: i32 = 0;
  for (let w = 0; w < BLOCK_WORDS; w++) {
    const d0 = difference(keysA, keysB);
    const d1 = difference(keysA + 32, keysB + 32);
    const d2 = difference(keysA + 64, keysB + 64);
    const d3 = difference(keysA + 96, keysB + 96);
    // An unsigned 0 is least, so one comparison finds a tie among four vectors.
    const least = i8x16.min_u(i8x16.min_u(d0, d1), i8x16.min_u(d2, d3));
    const word =
      <u64>i8x16.bitmask(d0) |
      ((<u64>i8x16.bitmask(d1)) << 16) |
      ((<u64>i8x16.bitmask(d2)) << 32) |
      ((<u64>i8x16.bitmask(d3)) << 48);
    store<u64>(above, word);
    if (v128.any_true(i8x16.eq(least, zero))) {
      const ties =
        <u64>i8x16.bitmask(i8x16.eq(d0, zero)) |
        ((<u64>i8x16.bitmask(i8x16.eq(d1, zero))) << 16) |
        ((<u64>i8x16.bitmask(i8x16.eq(d2, zero))) << 32) |
        ((<u64>i8x16.bitmask(i8x16.eq(d3, zero))) << 48);
      const at = <usize>w << 3;
      if (settleTies(ties, load<u64>(flat + at), a + (at << 6), b + (at << 6), above, neither + at)) {
        undecided |= 1 << w;
      }
    }
    keysA += 128;
    keysB += 128;
    above += 8;
  }
  return undecided;
}

/** Sixteen signs of b - a, as bytes: negative where a is above, zero where the keys tie. */
// @ts-ignore: decorator
@inline
function difference(a: usize, b: usize): v128 {
  return i8x16.narrow_i16x8_s(
    i16x8.sub_sat_s(v128.load(b), v128.load(a)),
    i16x8.sub_sat_s(v128.load(b, 16), v128.load(a, 16)),
  );
}

/** Decides the bars of a word whose keys tie by their values; whether bars are left where neither row is above. */
function settleTies(ties: u64, flat: u64, a: usize, b: usize, above: usize, neither: usize): bool {
  let word = load<u64>(above);
  let equal = ties & flat;
  let rest = ties ^ equal;
  if (<i32>popcnt(rest) > MANY_TIES) {
    const greater = wordOf(a, b);
    const less = wordOf(b, a);
    word = greater;
    equal = ~(greater | less);
    rest = 0;
  }
  while (rest != 0) {
    const bit = ctz(rest);
    rest &= rest - 1;
    const x = load<f64>(a + (<usize>bit << 3));
    const y = load<f64>(b + (<usize>bit << 3));
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
