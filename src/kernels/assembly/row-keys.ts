/**
 * 16-bit keys of the rows of a block: at each bar one monotone, saturating function maps all rows. A strict order of
 * keys proves the order of the values; equal keys prove nothing. Any monotone key is right, a bad one only slow.
 */

/** Keys reach from -KEY_REACH to KEY_REACH, so that a difference saturates but never wraps. */
const KEY_REACH: f64 = 32000;

/**
 * Keys of `rows` rows of `bars` values (whole words of 64); a row begins every `rowBytes`, and those of keys have no
 * gaps. Bit t of `flat` says that at bar t no row is
 * above another: all are equal, or none has a value. A bar where only some rows have one gets equal keys, which sends
 * it to the exact comparison. `mid` and `scale` are room for one value a bar.
 */
export function rowKeys(
  rows: i32,
  bars: i32,
  values: usize,
  rowBytes: usize,
  keys: usize,
  mid: usize,
  scale: usize,
  flat: usize,
): void {
  for (let t = 0; t < bars; t += 64) {
    let word: u64 = 0;
    for (let bit: i32 = 0; bit < 64; bit += 2) {
      const at = <usize>(t + bit) << 3;
      word |= (<u64>i64x2.bitmask(scaleBars(rows, values + at, rowBytes, mid + at, scale + at))) << (<u64>bit);
    }
    store<u64>(flat + (<usize>t >> 3), word);
  }
  for (let r = 0; r < rows; r++) {
    const row = values + <usize>r * rowBytes;
    const out = keys + <usize>r * (<usize>bars << 1);
    const bytes = <usize>bars << 3;
    for (let at: usize = 0; at < bytes; at += 64) {
      const a = fourKeys(row + at, mid + at, scale + at);
      const b = fourKeys(row + at + 32, mid + at + 32, scale + at + 32);
      v128.store(out + (at >> 2), i16x8.narrow_i32x4_s(a, b));
    }
  }
}

/** Middle and scale of two bars; the mask says which of them are flat. */
function scaleBars(rows: i32, values: usize, rowBytes: usize, mid: usize, scale: usize): v128 {
  let low = v128.load(values);
  let high = low;
  let all = f64x2.eq(low, low);
  let some = all;
  for (let r = 1; r < rows; r++) {
    values += rowBytes;
    const x = v128.load(values);
    low = f64x2.pmin(low, x);
    high = f64x2.pmax(high, x);
    const defined = f64x2.eq(x, x);
    all = v128.and(all, defined);
    some = v128.or(some, defined);
  }
  const range = f64x2.sub(high, low);
  const factor = f64x2.div(f64x2.splat(2 * KEY_REACH), range);
  // Infinite where all rows are equal.
  const usable = v128.and(all, f64x2.lt(factor, f64x2.splat(Infinity)));
  v128.store(mid, v128.and(f64x2.mul(f64x2.add(low, high), f64x2.splat(0.5)), usable));
  v128.store(scale, v128.and(factor, usable));
  return v128.or(v128.and(all, f64x2.eq(low, high)), v128.not(some));
}

/** Keys of four values as 32-bit integers. */
function fourKeys(row: usize, mid: usize, scale: usize): v128 {
  const low = f64x2.mul(f64x2.sub(v128.load(row), v128.load(mid)), v128.load(scale));
  const high = f64x2.mul(f64x2.sub(v128.load(row, 16), v128.load(mid, 16)), v128.load(scale, 16));
  return v128.shuffle<i32>(
    i32x4.trunc_sat_f64x2_s_zero(low),
    i32x4.trunc_sat_f64x2_s_zero(high),
    0,
    1,
    4,
    5,
  );
}

/** Repeats the last of `bars` values of each row up to `end`: bars that are not there then flip nothing. */
export function padRows(rows: i32, values: usize, rowBytes: usize, bars: i32, end: i32): void {
  for (let r = 0; r < rows; r++) {
    const row = values + <usize>r * rowBytes;
    const last = load<f64>(row + (<usize>(bars - 1) << 3));
    for (let t = bars; t < end; t++) store<f64>(row + (<usize>t << 3), last);
  }
}
