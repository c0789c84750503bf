/**
 * Twin of core/signals/atom-plane.ts: planes of comparisons, 64 bars a step. The series are padded
 * with NaN.
 */

// Comparisons, as the loader numbers them.
const LESS: i32 = 0;
const LESS_OR_EQUAL: i32 = 1;
const GREATER: i32 = 2;

function holds(x: v128, op: i32, y: v128): v128 {
  if (op == LESS) return f64x2.lt(x, y);
  if (op == LESS_OR_EQUAL) return f64x2.le(x, y);
  if (op == GREATER) return f64x2.gt(x, y);
  return f64x2.ge(x, y);
}

/** Plane of `series op level`. */
export function compareToNumber(series: usize, op: i32, level: f64, words: i32, out: usize): void {
  const y = f64x2.splat(level);
  for (let w = 0; w < words; w++) {
    let word: u64 = 0;
    for (let bit: u64 = 0; bit < 64; bit += 4) {
      const low = holds(v128.load(series), op, y);
      const high = holds(v128.load(series, 16), op, y);
      word |= (<u64>i32x4.bitmask(v128.shuffle<i32>(low, high, 0, 2, 4, 6))) << bit;
      series += 32;
    }
    store<u64>(out + (<usize>w << 3), word);
  }
}

/** Plane of `left op right`. */
export function compareSeries(left: usize, op: i32, right: usize, words: i32, out: usize): void {
  for (let w = 0; w < words; w++) {
    let word: u64 = 0;
    for (let bit: u64 = 0; bit < 64; bit += 4) {
      const low = holds(v128.load(left), op, v128.load(right));
      const high = holds(v128.load(left, 16), op, v128.load(right, 16));
      word |= (<u64>i32x4.bitmask(v128.shuffle<i32>(low, high, 0, 2, 4, 6))) << bit;
      left += 32;
      right += 32;
    }
    store<u64>(out + (<usize>w << 3), word);
  }
}

/** out = a AND b. */
export function andPlanes(a: usize, b: usize, words: i32, out: usize): void {
  for (let w = 0; w < words; w++) {
    const at = <usize>w << 3;
    store<u64>(out + at, load<u64>(a + at) & load<u64>(b + at));
  }
}

/** plane = plane AND NOT other. */
export function clearPlane(plane: usize, other: usize, words: i32): void {
  for (let w = 0; w < words; w++) {
    const at = <usize>w << 3;
    store<u64>(plane + at, load<u64>(plane + at) & ~load<u64>(other + at));
  }
}

/** out = a OR b. */
export function orPlanes(a: usize, b: usize, words: i32, out: usize): void {
  for (let w = 0; w < words; w++) {
    const at = <usize>w << 3;
    store<u64>(out + at, load<u64>(a + at) | load<u64>(b + at));
  }
}

/** out = NOT plane over its bars. */
export function notPlane(plane: usize, bars: i32, words: i32, out: usize): void {
  for (let w = 0; w < words; w++) {
    const at = <usize>w << 3;
    store<u64>(out + at, ~load<u64>(plane + at));
  }
  clearBeyond(out, bars, words);
}

/**
 * Holds from a bar of `set` on until a bar of `reset`. That is the carry of an addition: `set`
 * generates one, and it propagates through every bar without `reset`.
 */
export function latchPlane(set: usize, reset: usize, bars: i32, words: i32, out: usize): void {
  let carry: u64 = 0;
  for (let w = 0; w < words; w++) {
    const at = <usize>w << 3;
    const b = load<u64>(set + at);
    const a = b | ~load<u64>(reset + at);
    const sum = a + b + carry;
    const holds = (a & b) | ((a | b) & ~sum);
    store<u64>(out + at, holds);
    carry = holds >> 63;
  }
  clearBeyond(out, bars, words);
}

/** Bits past the last bar are 0. */
function clearBeyond(plane: usize, bars: i32, words: i32): void {
  const last = bars >> 6;
  for (let w = last; w < words; w++) {
    const at = plane + (<usize>w << 3);
    const kept: u64 = w == last ? ~(~(<u64>0) << (<u64>(bars & 63))) : 0;
    store<u64>(at, load<u64>(at) & kept);
  }
}
