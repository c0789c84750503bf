/**
 * Extremes of the closes of any bars inside a block: a table of runs of 2^level bars, lowest close and negated highest
 * one beside each other, so that one minimum finds both.
 */
import { bars, close } from "./market";

export const BLOCK_BARS: i32 = 512;
const LEVELS: usize = 10;
const ROW_BYTES: usize = 512 * 16;
/** A row of bounds: the same in float32. */
const BOUND_ROW_BYTES: usize = 512 * 8;
const BOUNDS: usize = LEVELS * ROW_BYTES;
const RECIPROCALS: usize = BOUNDS + LEVELS * BOUND_ROW_BYTES;
const PLACES: usize = RECIPROCALS + 512 * 8;
export const EXTREMES_BYTES: usize = PLACES + 520 * 8;
/** Prices whose products and quotients a float32 holds without trouble. */
const LEAST_PRICE: f64 = 1e-12;
const MOST_PRICE: f64 = 1e12;

let table: usize = 0;
/** First bar of the block, and bars of it. */
let first: i32 = 0;
let count: i32 = 0;

/** Twice 1 / close of each of the block's bars, as float32. */
let reciprocals: usize = 0;
/** By a number of bars: where the bounds of its level begin, and the same less the bars of a run. */
let places: usize = 0;
/** Whether bounds are worth anything. */
export let hasBounds: bool = false;

export function useExtremes(room: usize): void {
  table = room;
  reciprocals = room + RECIPROCALS;
  places = room + PLACES;
  for (let length: usize = 1; length <= <usize>BLOCK_BARS; length++) {
    const level = 31 - clz<i32>(<i32>length);
    const row = room + BOUNDS + <usize>level * BOUND_ROW_BYTES;
    store<usize>(places + (length << 3), row);
    store<usize>(places + (length << 3), row - (<usize>8 << <usize>level), 4);
  }
}

/** What an empty run of bars has. */
// @ts-ignore: decorator
@inline
export function noExtremes(): v128 {
  return f64x2.splat(Infinity);
}

/** Reads the block that begins at `from`. */
export function readExtremes(from: i32): void {
  first = from;
  count = min(BLOCK_BARS, bars - from);
  const bounds = table + BOUNDS;
  let ordinary = true;
  for (let t = 0; t < count; t++) {
    const price = load<f64>(close + (<usize>(from + t) << 3));
    const extremes = f64x2.replace_lane(f64x2.splat(price), 1, -price);
    const at = <usize>t << 3;
    v128.store(table + (at << 1), extremes);
    v128.store64_lane(bounds + at, f32x4.demote_f64x2_zero(extremes), 0);
    v128.store64_lane(reciprocals + at, f32x4.splat(<f32>(1 / price)), 0);
    ordinary = ordinary && price > LEAST_PRICE && price < MOST_PRICE;
  }
  hasBounds = ordinary;
  fillExtremes();
  fillBounds(bounds);
}

function fillExtremes(): void {
  let below = table;
  for (let half = 1; half << 1 <= count; half <<= 1) {
    const row = below + ROW_BYTES;
    for (let t = 0; t + (half << 1) <= count; t++) {
      const at = <usize>t << 4;
      v128.store(row + at, f64x2.pmin(v128.load(below + at), v128.load(below + at + (<usize>half << 4))));
    }
    below = row;
  }
}

function fillBounds(row: usize): void {
  for (let half = 1; half << 1 <= count; half <<= 1) {
    for (let t = 0; t + (half << 1) <= count; t++) {
      const at = row + (<usize>t << 3);
      const lower = f32x4.pmin(v128.load64_zero(at), v128.load64_zero(at + (<usize>half << 3)));
      v128.store64_lane(at + BOUND_ROW_BYTES, lower, 0);
    }
    row += BOUND_ROW_BYTES;
  }
}

/** Extremes of the bars `[from, to)`, counted from the block's first; they are not empty. */
// @ts-ignore: decorator
@inline
export function extremesOf(from: i32, to: i32): v128 {
  const level = 31 - clz<i32>(to - from);
  const row = table + (<usize>level << 13);
  return f64x2.pmin(
    v128.load(row + (<usize>from << 4)),
    v128.load(row + (<usize>(to - (1 << level)) << 4)),
  );
}

/**
 * The same of two runs of bars, beside each other and rounded to float32: lowest close of the first one, its highest
 * one negated, then those of the second. Bars are counted in bytes, eight each.
 */
// @ts-ignore: decorator
@inline
export function boundsOf(fromA: usize, toA: usize, fromB: usize, toB: usize): v128 {
  const placeA = places + (toA - fromA);
  const placeB = places + (toB - fromB);
  return f32x4.pmin(
    halves(load<usize>(placeA) + fromA, load<usize>(placeB) + fromB),
    halves(load<usize>(placeA, 4) + toA, load<usize>(placeB, 4) + toB),
  );
}

/** Reciprocals of two closes, each twice; bars as in boundsOf. */
// @ts-ignore: decorator
@inline
export function reciprocalsOf(a: usize, b: usize): v128 {
  return halves(reciprocals + a, reciprocals + b);
}

/** Eight bytes from each of two places. */
// @ts-ignore: decorator
@inline
function halves(a: usize, b: usize): v128 {
  return v128.load64_lane(b, v128.load64_zero(a), 1);
}
