/** Scratch of the two variants that are scored in lock step, at offsets from one room. */
import { useRules } from "./account";
import { EXTREMES_BYTES, useExtremes } from "./block-extremes";
import { useWatch } from "./block-settle";
import { useDays } from "./daily-tally";
import { STRIDE } from "./flips";
import { useMarket } from "./market";
import { MARK_BASE, MARK_SLOPE } from "./rules";

/** From the words of one variant to those of the other. */
export const LANE_WORDS: usize = 128;
const ABOVE: usize = 0;
const NEITHER: usize = 64;
/** See flipPrices. */
const COUNTS: usize = 256;
/** Sums over trades of both, one after the other: see pair-trades.ts. */
const TALLIES: usize = 512;
const ACTIVE: usize = 640;
/** Slopes and bases of marks as float32: see slopesOf. */
const SLOPES: usize = 656;
const BASES: usize = SLOPES + 32;
/** Prices and accounts lie side by side: a pair of numbers for each flip. */
const PRICES: usize = 768;
const CASH: usize = PRICES + 528 * 16;
const BARS: usize = CASH + 528 * 16;
/** From the price of a flip to cash after it, and to its bar. */
export const TO_CASH: usize = CASH - PRICES;
export const TO_BARS: usize = BARS - PRICES;
/** Bounds of the equity of segments: see pair-drawdown.ts. */
const EQUITIES: usize = BARS + 528 * 16;
const TABLE: usize = EQUITIES + 528 * 16;
const DAYS: usize = TABLE + EXTREMES_BYTES;
/** A day of the block: see pair-days.ts. */
export const DAY_BYTES: usize = 32;
const MARKS: usize = DAYS + 512 * DAY_BYTES;
/** Bases and slopes of marks, by the sides of both variants. */
export const MARK_BYTES: usize = 32;
export const ROOM_BYTES: usize = MARKS + 4 * MARK_BYTES;

// The batch at hand.
export let room: usize = 0;
export let watch: i32 = 0;
export let twoSided: bool = true;
/** Numbers of the variants that are still scored. */
export let order: usize = 0;
/** Rows of each variant: two 16-bit numbers. */
export let pairs: usize = 0;
export let states: usize = 0;
export let stateBytes: usize = 0;
/** Daily returns of the variants, see pair-changes.ts; 0 where nobody asks for them. */
export let changes: usize = 0;
/** Variants that have room. */
export let slots: i32 = 0;
// The rows of the block at hand, as rowKeys or meanKeys leaves them.
export let keys: usize = 0;
export let flat: usize = 0;

/** Bytes that `useRoom` needs. */
export function pairRoomBytes(): usize {
  return ROOM_BYTES;
}

/** Scratch, rules of the two sides, closes padded to blocks and a word, and days; then useBatch. */
export function usePairs(
  roomAt: usize,
  rulesAt: usize,
  closesAt: usize,
  bars: i32,
  watched: i32,
  hasBothSides: bool,
  days: i32,
  lastBars: usize,
): void {
  room = roomAt;
  watch = watched;
  twoSided = hasBothSides;
  useRules(rulesAt);
  useMarket(closesAt, bars);
  useWatch(watched, hasBothSides);
  useDays(days, lastBars);
  useExtremes(roomAt + TABLE);
  store<i64>(activeSides(), -1);
  store<i64>(activeSides(), hasBothSides ? -1 : 0, 8);
  for (let sides: usize = 0; sides < 4; sides++) {
    const a = rulesAt + ((sides & 1) << 3);
    const b = rulesAt + ((sides >> 1) << 3);
    v128.store(marks() + sides * MARK_BYTES, both(a + MARK_BASE, b + MARK_BASE));
    v128.store(marks() + sides * MARK_BYTES, both(a + MARK_SLOPE, b + MARK_SLOPE), 16);
  }
  for (let side: usize = 0; side < 2; side++) {
    const own = rulesAt + (side << 3);
    const other = rulesAt + ((side ^ 1) << 3);
    writeBounds(side, 0, <f32>load<f64>(own, MARK_BASE), <f32>load<f64>(own, MARK_SLOPE));
    writeBounds(side, 8, <f32>load<f64>(other, MARK_BASE), <f32>load<f64>(other, MARK_SLOPE));
  }
}

function writeBounds(side: usize, offset: usize, base: f32, slope: f32): void {
  store<f32>(slopesOf(side) + offset, slope);
  store<f32>(slopesOf(side) + offset, -slope, 4);
  store<f32>(basesOf(side) + offset, base);
  store<f32>(basesOf(side) + offset, base, 4);
}

/** Variants, their rooms, and rows. */
export function useBatch(
  orderAt: usize,
  pairsAt: usize,
  statesAt: usize,
  stateSize: usize,
  changesAt: usize,
  slotCount: i32,
): void {
  order = orderAt;
  pairs = pairsAt;
  states = statesAt;
  stateBytes = stateSize;
  changes = changesAt;
  slots = slotCount;
}

export function useRows(keysAt: usize, flatAt: usize): void {
  keys = keysAt;
  flat = flatAt;
}

// @ts-ignore: decorator
@inline
export function aboveWords(lane: usize): usize {
  return room + ABOVE + lane * LANE_WORDS;
}

// @ts-ignore: decorator
@inline
export function neitherWords(lane: usize): usize {
  return room + NEITHER + lane * LANE_WORDS;
}

// @ts-ignore: decorator
@inline
export function countsOf(lane: usize): usize {
  return room + COUNTS + lane * LANE_WORDS;
}

// @ts-ignore: decorator
@inline
export function tallies(): usize {
  return room + TALLIES;
}

/** All bits for a side that trades, none for one that does not; 64 of them a side. */
// @ts-ignore: decorator
@inline
export function activeSides(): usize {
  return room + ACTIVE;
}

/**
 * What a side's mark gains with the close, and with the close negated; then those of the side after it. Float32, as its
 * bounds are.
 */
// @ts-ignore: decorator
@inline
export function slopesOf(side: usize): usize {
  return room + SLOPES + (side << 4);
}

/** What marks begin with, in the order of their slopes. */
// @ts-ignore: decorator
@inline
export function basesOf(side: usize): usize {
  return room + BASES + (side << 4);
}

/** Prices at which the two variants entered, then those of their flips. */
// @ts-ignore: decorator
@inline
export function prices(): usize {
  return room + PRICES;
}

/** Cash of the two variants before their first flip, then after each. */
// @ts-ignore: decorator
@inline
export function cashes(): usize {
  return room + CASH;
}

/** Bars of a lane's flips, in bytes of eight each, one every STRIDE bytes. */
// @ts-ignore: decorator
@inline
export function barsOfFlips(lane: usize): usize {
  return room + BARS + STRIDE + (lane << 3);
}

// @ts-ignore: decorator
@inline
export function equities(): usize {
  return room + EQUITIES;
}

// @ts-ignore: decorator
@inline
export function stateOf(variant: i32): usize {
  return states + <usize>variant * stateBytes;
}

// @ts-ignore: decorator
@inline
export function daysOfBlock(): usize {
  return room + DAYS;
}

/** Base and slope of the marks of both: `sideA | sideB << 1` times MARK_BYTES further on. */
// @ts-ignore: decorator
@inline
export function marks(): usize {
  return room + MARKS;
}

/** Two float64 from two places. */
// @ts-ignore: decorator
@inline
export function both(a: usize, b: usize): v128 {
  return v128.load64_lane(b, v128.load64_zero(a), 1);
}
