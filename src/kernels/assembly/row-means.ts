/**
 * Keys of the rows of a block (see assembly/row-keys.ts) straight from exact sums, where all rows are means of one
 * source: most values are never looked at, so they are divided where keys tie only. Twin of PrefixSum.means in
 * core/series/prefix-sum.ts.
 */
import { KEY_REACH } from "./row-keys";
import { tickMeans } from "./tick-means";

/** What is known of a row: its window, units of a sum in 1, what a sum is divided by, and one over the window. */
const MEAN_BYTES: usize = 32;
const SCALE: usize = 8;
const DIVISOR: usize = 16;
const RECIPROCAL: usize = 24;
const BLOCK_BARS: usize = 512;
const BLOCK_BYTES: usize = BLOCK_BARS << 3;
/** About so many rows say how far values reach. */
const SAMPLED_ROWS: i32 = 12;
/** Rows may reach so much further; where one reaches further still its key only ties more often. */
const MARGIN: f64 = 1.125;
/** Rounds a number to a whole one, whose 32 bits are then the lowest of the sum. */
const WHOLE: f64 = 6755399441055744.0; // 1.5 * 2^52

// The block at hand.
let means: usize = 0;
/** Sum up to the end of its first bar; 0 where all values are there. */
let newest: usize = 0;
let values: usize = 0;
let rowBytes: usize = 0;
/** For each row the number of the block whose values are there. */
let known: usize = 0;
let block: i32 = 0;
/** Added to a mean in units of a sum, it rounds that to a grid; and the most keys to such a unit. */
let grid: f64 = 0;
let most: f64 = 0;

/** Writes what is known of row `row`. */
export function setMean(meansAt: usize, row: i32, window: i32, scale: f64): void {
  const at = meansAt + <usize>row * MEAN_BYTES;
  const divisor = scale * <f64>window;
  store<i32>(at, window);
  store<f64>(at, scale, SCALE);
  store<f64>(at, divisor, DIVISOR);
  store<f64>(at, 1 / <f64>window, RECIPROCAL);
}

/** All values of the block are there: its keys are those of rowKeys. */
export function haveValues(): void {
  newest = 0;
}

/** What setMean has written, where values are put, a zero for each row, and what exactKeys says. */
export function useMeans(
  meansAt: usize,
  valuesAt: usize,
  rowSize: usize,
  knownAt: usize,
  gridAt: f64,
  mostKeys: f64,
): void {
  block = 0;
  grid = gridAt;
  most = mostKeys;
  means = meansAt;
  values = valuesAt;
  rowBytes = rowSize;
  known = knownAt;
}

/**
 * Keys and flat bars of a whole block, as rowKeys leaves them. `sums` points at the sum up to the end of its first bar;
 * `longest` is the longest window of a row, and so many bars there are at least up to each of the block.
 *
 * A mean is not divided: it is rounded to a grid, half way between whose points no quotient lies nor comes near, so
 * equal means get the same point, and different points prove the order of the values.
 */
export function meanKeys(
  rows: i32,
  sums: usize,
  longest: i32,
  keys: usize,
  mid: usize,
  scale: usize,
  flat: usize,
): void {
  newest = sums;
  block++;
  findFlatBars(longest, flat);
  for (let at: usize = 0; at < BLOCK_BYTES; at += 64) scaleEight(rows, at, mid + at, scale + at);
  const points = f64x2.splat(grid);
  for (let r = 0; r < rows; r++) {
    const mean = means + <usize>r * MEAN_BYTES;
    const reciprocal = v128.load64_splat(mean, RECIPROCAL);
    const oldest = newest - (<usize>load<i32>(mean) << 3);
    const out = keys + ((<usize>r * BLOCK_BARS) << 1);
    for (let at: usize = 0; at < BLOCK_BYTES; at += 64) {
      const a = fourKeys(oldest + at, newest + at, reciprocal, points, mid + at, scale + at);
      const b = fourKeys(oldest + at + 32, newest + at + 32, reciprocal, points, mid + at + 32, scale + at + 32);
      v128.store(out + (at >> 2), i16x8.narrow_i32x4_s(a, b));
    }
  }
}

/** Bars before which no value has changed for the longest window: all means are that value. */
function findFlatBars(longest: i32, flat: usize): void {
  let same = 0;
  let tick = load<f64>(newest) - load<f64>(newest - 8);
  for (let at = newest - 8; same < longest - 1; at -= 8) {
    if (load<f64>(at) - load<f64>(at - 8) != tick) break;
    same++;
  }
  let word: u64 = 0;
  for (let t: usize = 0; t < BLOCK_BARS; t++) {
    const at = newest + (t << 3);
    const next = load<f64>(at) - load<f64>(at - 8);
    if (t > 0) same = next == tick ? same + 1 : 0;
    tick = next;
    word |= (<u64>(same >= longest - 1)) << (<u64>(t & 63));
    if ((t & 63) == 63) {
      store<u64>(flat + ((t >> 6) << 3), word);
      word = 0;
    }
  }
}

/** Middle and scale of eight bars, from some rows and nearly their values. */
function scaleEight(rows: i32, at: usize, mid: usize, scale: usize): void {
  const sums = newest + at;
  const a = v128.load(sums);
  const b = v128.load(sums, 16);
  const c = v128.load(sums, 32);
  const d = v128.load(sums, 48);
  let lowA = f64x2.splat(Infinity);
  let lowB = lowA;
  let lowC = lowA;
  let lowD = lowA;
  let highA = f64x2.splat(-Infinity);
  let highB = highA;
  let highC = highA;
  let highD = highA;
  const step = max(1, rows / SAMPLED_ROWS);
  for (let r = 0; r < rows; r += step) {
    const mean = means + <usize>r * MEAN_BYTES;
    const reciprocal = v128.load64_splat(mean, RECIPROCAL);
    const oldest = sums - (<usize>load<i32>(mean) << 3);
    const x = f64x2.mul(f64x2.sub(a, v128.load(oldest)), reciprocal);
    const y = f64x2.mul(f64x2.sub(b, v128.load(oldest, 16)), reciprocal);
    const z = f64x2.mul(f64x2.sub(c, v128.load(oldest, 32)), reciprocal);
    const w = f64x2.mul(f64x2.sub(d, v128.load(oldest, 48)), reciprocal);
    lowA = f64x2.pmin(lowA, x);
    lowB = f64x2.pmin(lowB, y);
    lowC = f64x2.pmin(lowC, z);
    lowD = f64x2.pmin(lowD, w);
    highA = f64x2.pmax(highA, x);
    highB = f64x2.pmax(highB, y);
    highC = f64x2.pmax(highC, z);
    highD = f64x2.pmax(highD, w);
  }
  storeScale(lowA, highA, mid, scale);
  storeScale(lowB, highB, mid + 16, scale + 16);
  storeScale(lowC, highC, mid + 32, scale + 32);
  storeScale(lowD, highD, mid + 48, scale + 48);
}

/** The point in the middle of what two bars reach over, and keys to a unit. */
// @ts-ignore: decorator
@inline
function storeScale(low: v128, high: v128, mid: usize, scale: usize): void {
  const middle = f64x2.mul(f64x2.add(low, high), f64x2.splat(0.5));
  v128.store(mid, f64x2.add(middle, f64x2.splat(grid)));
  const factor = f64x2.div(f64x2.splat((2 * KEY_REACH) / MARGIN), f64x2.sub(high, low));
  v128.store(scale, f64x2.pmin(f64x2.splat(most), factor));
}

/** Keys of four means as 32-bit integers. */
// @ts-ignore: decorator
@inline
function fourKeys(
  oldest: usize,
  sums: usize,
  reciprocal: v128,
  points: v128,
  mid: usize,
  scale: usize,
): v128 {
  const low = twoKeys(oldest, sums, reciprocal, points, mid, scale);
  const high = twoKeys(oldest + 16, sums + 16, reciprocal, points, mid + 16, scale + 16);
  return v128.shuffle<i32>(low, high, 0, 2, 4, 6);
}

// @ts-ignore: decorator
@inline
function twoKeys(
  oldest: usize,
  sums: usize,
  reciprocal: v128,
  points: v128,
  mid: usize,
  scale: usize,
): v128 {
  const mean = f64x2.mul(f64x2.sub(v128.load(sums), v128.load(oldest)), reciprocal);
  const beyond = f64x2.sub(f64x2.add(mean, points), v128.load(mid));
  return f64x2.add(f64x2.mul(beyond, v128.load(scale)), f64x2.splat(WHOLE));
}

/** A value of the block at hand. */
export function valueOf(row: usize, bar: usize): f64 {
  if (newest == 0) return load<f64>(values + row * rowBytes + (bar << 3));
  const mean = means + row * MEAN_BYTES;
  const to = newest + (bar << 3);
  const from = to - (<usize>load<i32>(mean) << 3);
  return (load<f64>(to) - load<f64>(from)) / load<f64>(mean, DIVISOR);
}

/** All values of a row of the block at hand. */
export function valuesOf(row: usize): usize {
  const at = values + row * rowBytes;
  if (newest == 0 || load<i32>(known + (row << 2)) == block) return at;
  const mean = means + row * MEAN_BYTES;
  const window = load<i32>(mean);
  tickMeans(newest - 8, window, window, load<f64>(mean, SCALE), <i32>BLOCK_BARS, at);
  store<i32>(known + (row << 2), block);
  return at;
}
