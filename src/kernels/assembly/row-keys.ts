/**
 * 16-bit keys of the rows of a block: at each bar one monotone, saturating function maps all rows. A strict order of
 * keys proves the order of the values; equal keys prove nothing. Any monotone key is right, a bad one only slow.
 */

/** Keys reach from -KEY_REACH to KEY_REACH, so that a difference saturates but never wraps. */
export const KEY_REACH: f64 = 32000;

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
    for (let bit: i32 = 0; bit < 64; bit += 8) {
      const at = <usize>(t + bit) << 3;
      word |= scaleEight(rows, values + at, rowBytes, mid + at, scale + at) << (<u64>bit);
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

/** Middle and scale of eight bars, a line of the cache in each row; the bits say which of them are flat. */
function scaleEight(rows: i32, values: usize, rowBytes: usize, mid: usize, scale: usize): u64 {
  const first = v128.load(values);
  const second = v128.load(values, 16);
  const third = v128.load(values, 32);
  const fourth = v128.load(values, 48);
  let lowA = first;
  let lowB = second;
  let lowC = third;
  let lowD = fourth;
  let highA = first;
  let highB = second;
  let highC = third;
  let highD = fourth;
  let allA = f64x2.eq(first, first);
  let allB = f64x2.eq(second, second);
  let allC = f64x2.eq(third, third);
  let allD = f64x2.eq(fourth, fourth);
  const end = values + <usize>rows * rowBytes;
  for (let row = values + rowBytes; row < end; row += rowBytes) {
    const a = v128.load(row);
    const b = v128.load(row, 16);
    const c = v128.load(row, 32);
    const d = v128.load(row, 48);
    lowA = f64x2.pmin(lowA, a);
    lowB = f64x2.pmin(lowB, b);
    lowC = f64x2.pmin(lowC, c);
    lowD = f64x2.pmin(lowD, d);
    highA = f64x2.pmax(highA, a);
    highB = f64x2.pmax(highB, b);
    highC = f64x2.pmax(highC, c);
    highD = f64x2.pmax(highD, d);
    allA = v128.and(allA, f64x2.eq(a, a));
    allB = v128.and(allB, f64x2.eq(b, b));
    allC = v128.and(allC, f64x2.eq(c, c));
    allD = v128.and(allD, f64x2.eq(d, d));
  }
  const flat =
    scaleBars(lowA, highA, allA, mid, scale) |
    (scaleBars(lowB, highB, allB, mid + 16, scale + 16) << 2) |
    (scaleBars(lowC, highC, allC, mid + 32, scale + 32) << 4) |
    (scaleBars(lowD, highD, allD, mid + 48, scale + 48) << 6);
  if (v128.all_true<i64>(v128.and(v128.and(allA, allB), v128.and(allC, allD)))) return flat;
  return flat | noneOfEight(rows, values, rowBytes);
}

/** Middle and scale of two bars, 0 where a row has no value; the bits say where all rows are equal. */
// @ts-ignore: decorator
@inline
function scaleBars(low: v128, high: v128, all: v128, mid: usize, scale: usize): u64 {
  const factor = f64x2.div(f64x2.splat(2 * KEY_REACH), f64x2.sub(high, low));
  // Infinite where all rows are equal.
  const usable = v128.and(all, f64x2.lt(factor, f64x2.splat(Infinity)));
  v128.store(mid, v128.and(f64x2.mul(f64x2.add(low, high), f64x2.splat(0.5)), usable));
  v128.store(scale, v128.and(factor, usable));
  return <u64>i64x2.bitmask(v128.and(all, f64x2.eq(low, high)));
}

/** Which of eight bars no row has a value at. */
function noneOfEight(rows: i32, values: usize, rowBytes: usize): u64 {
  let none: u64 = 0;
  for (let bar: usize = 0; bar < 8; bar++) {
    let row = 0;
    let at = values + (bar << 3);
    for (; row < rows && isNaN<f64>(load<f64>(at)); row++) at += rowBytes;
    if (row == rows) none |= (<u64>1) << (<u64>bar);
  }
  return none;
}

/** Keys of four values as 32-bit integers. */
// @ts-ignore: decorator
@inline
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
