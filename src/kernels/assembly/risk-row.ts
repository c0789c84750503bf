/** A row of a risk grid, two cells at a time: opened, moved through the trades of each table, and closed. */
import { openPair, PAIR_BYTES, settlePair } from "./risk-cells";
import { sumSquares, watchDays } from "./risk-days";
import { endFlat, watchDrawdown } from "./risk-drawdown";

const WATCH_DRAWDOWN: i32 = 1;
const WATCH_DAYS: i32 = 2;

let pairs: i32 = 0;
/** What the cells of the row gather, PAIR_BYTES for each two. */
let room: usize = 0;
let watch: i32 = 0;
let bars: i32 = 0;
/** Daily returns of the range. */
let days: i32 = 0;

export function setRow(pairCount: i32, roomAt: usize, watched: i32, barCount: i32, returns: i32): void {
  pairs = pairCount;
  room = roomAt;
  watch = watched;
  bars = barCount;
  days = returns;
}

/** `isFlat`: whether the first bar is without a trade. */
export function openRow(isFlat: bool): void {
  for (let p = 0; p < pairs; p++) openPair(room + <usize>p * PAIR_BYTES, isFlat);
}

/** Cells of a stop through trades `[first, first + count)` of `total`, which the tables hold. */
export function settleRow(
  stop: i32,
  first: i32,
  count: i32,
  total: i32,
  side: usize,
  entry: usize,
  exit: usize,
): void {
  for (let p = 0; p < pairs; p++) {
    const pair = room + <usize>p * PAIR_BYTES;
    settlePair(pair, stop, <usize>p, count);
    if ((watch & WATCH_DRAWDOWN) != 0) {
      watchDrawdown(pair, stop, <usize>p, first, count, total, side, entry, exit);
    }
    if ((watch & WATCH_DAYS) != 0) watchDays(pair, stop, <usize>p, first, count, total, bars, entry);
  }
}

/** Leaves the sums of all cells complete. */
export function closeRow(squares: bool): void {
  for (let p = 0; p < pairs; p++) {
    const pair = room + <usize>p * PAIR_BYTES;
    if ((watch & WATCH_DRAWDOWN) != 0) endFlat(pair);
    if (squares && days > 1) sumSquares(pair, <usize>p, days);
  }
}
