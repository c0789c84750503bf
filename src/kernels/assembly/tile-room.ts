/** Room of a tile: eight by eight accounts of a panel at most, and what a batch of exits makes of them. */

/** A batch ends with the word of bars in which it has as many exits, or days. */
export const BATCH: usize = 64;
/** Those it ends with, a word of bars, and the last. */
const MOST: usize = 132;

// Of one side: legs, then numbers of eight legs.
export const SIDE_BYTES: usize = 256;

/**
 * What a side had been at an exit: its bar, how many legs are held before and after it, and how many of the other
 * side; prices of entries, lowest and highest closes since then.
 */
export const SNAP_BAR: usize = 0;
export const SNAP_WAS: usize = 4;
export const SNAP_NOW: usize = 8;
export const SNAP_OTHERS: usize = 12;
export const SNAP_ENTRIES: usize = 16;
export const SNAP_LOW: usize = 80;
export const SNAP_HIGH: usize = 144;
export const SNAP_BYTES: usize = 208;
const MOST_SNAPS: usize = 65;

/**
 * An exit: what it makes of the accounts of its legs, and what the highest and the lowest equity since their entries
 * was, no number for legs that do not exit. Short legs one beside the other, long ones each twice: so an account reads
 * its own at `row * 16` of a long exit and `column * 8` of a short one.
 */
export const FACTORS: usize = 0;
export const HIGHS: usize = 128;
export const LOWS: usize = 256;
/** Bytes from a pair of columns to the next, and all bits set where rows count. */
export const STEP: usize = 384;
export const IS_LONG: usize = 388;
/** Where masks of its legs are that are held before it, and that stay; and of others that enter at its bar. */
export const HELD: usize = 392;
export const STAY: usize = 396;
export const ENTER: usize = 400;
export const EXIT_BAR: usize = 404;
/** Bits of the long legs that exit; or bits 8 and 9, whether short ones of the first four do, and of the others. */
export const WHO: usize = 408;
export const EXIT_BYTES: usize = 448;

/** The end of a day: marks of the legs that are held, likewise; where they are; and cash before or after it. */
export const MARKS: usize = 0;
export const DAY_STEP: usize = 128;
export const DAY_IS_LONG: usize = 132;
export const MARKS_AT: usize = 136;
export const CASH_AT: usize = 140;
export const DAY_BYTES: usize = 192;

/** Cash of a row's accounts before each exit, and after the last. */
export const CASH_BYTES: usize = 64;

// A number of each of a row's eight accounts, one after the other.
export const CASH: usize = 0;
export const PEAK: usize = 64;
/** Least share of a peak that equity has fallen to: 1 - drawdown. */
export const LEAST: usize = 128;
export const FIRST_EQUITY: usize = 192;
export const LAST_EQUITY: usize = 256;
export const DAILY_SUM: usize = 320;
export const DOWNSIDE_SUM: usize = 384;
/** Days whose equity did not change (integers), and all bits set while each ends with equity. */
export const STILL: usize = 448;
export const WHOLE: usize = 512;
export const TRADE_COUNT: usize = 576;
export const WINS: usize = 640;
export const GROSS_PROFIT: usize = 704;
export const GROSS_LOSS: usize = 768;
export const RETURN_SUM: usize = 832;
/** Cash after the batch. */
export const NEXT_CASH: usize = 896;
export const ROW_BYTES: usize = 960;
const MOST_ROWS: usize = 8;

const SNAPS: usize = 2 * SIDE_BYTES;
const EXITS: usize = SNAPS + 2 * MOST_SNAPS * SNAP_BYTES + 32;
const DAYS: usize = EXITS + MOST * EXIT_BYTES;
const CASHES: usize = DAYS + MOST * DAY_BYTES;
const LIST: usize = CASHES + (MOST + 1) * CASH_BYTES;
const ROWS: usize = LIST + 4 * MOST;
const TILE_BYTES: usize = ROWS + MOST_ROWS * ROW_BYTES;

let room: usize = 0;

export function tileRoomBytes(): usize {
  return TILE_BYTES;
}

export function useTileRoom(at: usize): void {
  room = at;
}

// @ts-ignore: decorator
@inline
export function sideOf(isShort: bool): usize {
  return room + (isShort ? SIDE_BYTES : 0);
}

// @ts-ignore: decorator
@inline
export function snapsOf(isShort: bool): usize {
  return room + SNAPS + (isShort ? MOST_SNAPS * SNAP_BYTES : 0);
}

// @ts-ignore: decorator
@inline
export function exits(): usize {
  return room + EXITS;
}

// @ts-ignore: decorator
@inline
export function tileDays(): usize {
  return room + DAYS;
}

// @ts-ignore: decorator
@inline
export function cashes(): usize {
  return room + CASHES;
}

/** Exits that matter to half a row, 32 bits each. */
// @ts-ignore: decorator
@inline
export function exitList(): usize {
  return room + LIST;
}

// @ts-ignore: decorator
@inline
export function rowAt(row: usize): usize {
  return room + ROWS + row * ROW_BYTES;
}

/** What nobody holds is worth. */
export const FLAT_MARKS = memory.data<f64>([1, 1], 16);

/** Sixteen of it, from `8 - n` on: the first n of eight, each twice. */
const WIDE_SLIDE = memory.data<u64>(
  [
    ~0, ~0, ~0, ~0, ~0, ~0, ~0, ~0, ~0, ~0, ~0, ~0, ~0, ~0, ~0, ~0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0,
  ],
  16,
);

/** All ones for the legs below a number, from 0 to 8, each twice. */
// @ts-ignore: decorator
@inline
export function belowTwice(legs: usize): usize {
  return WIDE_SLIDE + 128 - (legs << 4);
}
