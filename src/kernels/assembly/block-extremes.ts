/**
 * Extremes of the closes of any bars inside a block: a table of runs of 2^level bars, lowest close and negated highest
 * one beside each other, so that one minimum finds both.
 */
import { bars, close } from "./market";

export const BLOCK_BARS: i32 = 512;
const LEVELS: i32 = 10;
const ROW_BYTES: usize = 512 * 16;
export const EXTREMES_BYTES: usize = 10 * ROW_BYTES + 512 * 8;

let table: usize = 0;
/** First bar of the block, and bars of it. */
let first: i32 = 0;
let count: i32 = 0;

/** 1 / close of the block's bars. */
export let reciprocals: usize = 0;

export function useExtremes(room: usize): void {
  table = room;
  reciprocals = room + <usize>LEVELS * ROW_BYTES;
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
  for (let t = 0; t < count; t++) {
    const price = load<f64>(close + (<usize>(from + t) << 3));
    v128.store(table + (<usize>t << 4), f64x2.replace_lane(f64x2.splat(price), 1, -price));
    store<f64>(reciprocals + (<usize>t << 3), 1 / price);
  }
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
