/**
 * Twin of RowFamily in core/stages/reference-backend.ts: rows of one family, compared pairwise.
 *
 * Each bar maps all rows to 16-bit keys by one monotone, saturating function. A strict order of keys proves the order
 * of the values; equal keys are looked up. Any monotone key is right, a bad one only slow.
 */

/** Keys reach from -KEY_REACH to KEY_REACH, so that a difference saturates but never wraps. */
const KEY_REACH: f64 = 32000;
/** Ties in a word of 64 bars above which all of its values are compared. */
const MANY_TIES: u64 = 8;

/**
 * Keys of `rows` rows of `bars` values (padded to 64), row after row. `mid` and `scale` are room for one value a bar.
 * A bar with a NaN in any row gets equal keys, which sends it to the exact comparison.
 */
export function makeKeys(rows: i32, bars: i32, values: usize, keys: usize, mid: usize, scale: usize): void {
  const rowBytes = <usize>bars << 3;
  for (let t = 0; t < bars; t += 2) {
    const at = <usize>t << 3;
    let low = v128.load(values + at);
    let high = low;
    for (let r = 1; r < rows; r++) {
      const x = v128.load(values + <usize>r * rowBytes + at);
      low = f64x2.min(low, x);
      high = f64x2.max(high, x);
    }
    const middle = f64x2.mul(f64x2.add(low, high), f64x2.splat(0.5));
    const range = f64x2.sub(high, low);
    const factor = f64x2.div(f64x2.splat(2 * KEY_REACH), range);
    // Infinite where all rows are equal, NaN where one is NaN: both make every key 0.
    const usable = f64x2.lt(factor, f64x2.splat(Infinity));
    v128.store(mid + at, v128.and(middle, usable));
    v128.store(scale + at, v128.and(factor, usable));
  }
  for (let r = 0; r < rows; r++) {
    const row = values + <usize>r * rowBytes;
    const out = keys + ((<usize>r * <usize>bars) << 1);
    for (let t = 0; t < bars; t += 8) {
      const at = <usize>t << 3;
      const a = fourKeys(row + at, mid + at, scale + at);
      const b = fourKeys(row + at + 32, mid + at + 32, scale + at + 32);
      v128.store(out + (<usize>t << 1), i16x8.narrow_i32x4_s(a, b));
    }
  }
}

/** Keys of four values as 32-bit integers. */
function fourKeys(row: usize, mid: usize, scale: usize): v128 {
  const low = f64x2.mul(f64x2.sub(v128.load(row), v128.load(mid)), v128.load(scale));
  const high = f64x2.mul(
    f64x2.sub(v128.load(row, 16), v128.load(mid, 16)),
    v128.load(scale, 16),
  );
  return v128.shuffle<i32>(
    i32x4.trunc_sat_f64x2_s_zero(low),
    i32x4.trunc_sat_f64x2_s_zero(high),
    0,
    1,
    4,
    5,
  );
}

/** Planes of `a > b` and `a < b` for two rows: keys at `keysA`, `keysB`, values at `a`, `b`. */
export function comparePair(
  keysA: usize,
  keysB: usize,
  a: usize,
  b: usize,
  words: i32,
  above: usize,
  below: usize,
): void {
  const zero = i16x8.splat(0);
  for (let w = 0; w < words; w++) {
    const d0 = difference(keysA, keysB);
    const d1 = difference(keysA + 32, keysB + 32);
    const d2 = difference(keysA + 64, keysB + 64);
    const d3 = difference(keysA + 96, keysB + 96);
    let l =
      <u64>i8x16.bitmask(d0) |
      ((<u64>i8x16.bitmask(d1)) << 16) |
      ((<u64>i8x16.bitmask(d2)) << 32) |
      ((<u64>i8x16.bitmask(d3)) << 48);
    let s = ~l;
    const e0 = i8x16.eq(d0, zero);
    const e1 = i8x16.eq(d1, zero);
    const e2 = i8x16.eq(d2, zero);
    const e3 = i8x16.eq(d3, zero);
    if (v128.any_true(v128.or(v128.or(e0, e1), v128.or(e2, e3)))) {
      const ties =
        <u64>i8x16.bitmask(e0) |
        ((<u64>i8x16.bitmask(e1)) << 16) |
        ((<u64>i8x16.bitmask(e2)) << 32) |
        ((<u64>i8x16.bitmask(e3)) << 48);
      s ^= ties;
      if (popcnt(ties) > MANY_TIES) {
        compareWord(a, b);
        l = wordAbove;
        s = wordBelow;
      } else {
        let rest = ties;
        while (rest != 0) {
          const bit = ctz(rest);
          rest &= rest - 1;
          const x = load<f64>(a + (<usize>bit << 3));
          const y = load<f64>(b + (<usize>bit << 3));
          l |= (<u64>(x > y)) << bit;
          s |= (<u64>(x < y)) << bit;
        }
      }
    }
    store<u64>(above, l);
    store<u64>(below, s);
    keysA += 128;
    keysB += 128;
    a += 512;
    b += 512;
    above += 8;
    below += 8;
  }
}

/** comparePair without keys. */
export function compareRows(a: usize, b: usize, words: i32, above: usize, below: usize): void {
  for (let w = 0; w < words; w++) {
    compareWord(a, b);
    store<u64>(above, wordAbove);
    store<u64>(below, wordBelow);
    a += 512;
    b += 512;
    above += 8;
    below += 8;
  }
}

/** Sixteen signs of b - a, as bytes: negative where a is above, zero where the keys tie. */
function difference(a: usize, b: usize): v128 {
  return i8x16.narrow_i16x8_s(
    i16x8.sub_sat_s(v128.load(b), v128.load(a)),
    i16x8.sub_sat_s(v128.load(b, 16), v128.load(a, 16)),
  );
}

// Both planes of a word, from the exact comparison of its values.
let wordAbove: u64 = 0;
let wordBelow: u64 = 0;

/** Sets the two words for 64 values. */
function compareWord(a: usize, b: usize): void {
  let l: u64 = 0;
  let s: u64 = 0;
  for (let bit: u64 = 0; bit < 64; bit += 4) {
    const x0 = v128.load(a);
    const y0 = v128.load(b);
    const x1 = v128.load(a, 16);
    const y1 = v128.load(b, 16);
    const above = v128.shuffle<i32>(f64x2.gt(x0, y0), f64x2.gt(x1, y1), 0, 2, 4, 6);
    const below = v128.shuffle<i32>(f64x2.lt(x0, y0), f64x2.lt(x1, y1), 0, 2, 4, 6);
    l |= (<u64>i32x4.bitmask(above)) << bit;
    s |= (<u64>i32x4.bitmask(below)) << bit;
    a += 32;
    b += 32;
  }
  wordAbove = l;
  wordBelow = s;
}
