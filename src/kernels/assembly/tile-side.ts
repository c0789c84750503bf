/** One side of a tile: what its legs are in, bar by bar at which one of them begins or ends or a day does. */
import { below, CHANGES, COUNTS, field, GATE, SOME } from "./leg-side";
import { bars, close } from "./market";
import { MARK_BASE, MARK_SLOPE } from "./rules";
import {
  DAY_BYTES,
  DAY_IS_LONG,
  DAY_STEP,
  MARKS,
  noDay,
  sideOf,
  SNAP_BAR,
  SNAP_BYTES,
  SNAP_ENTRIES,
  SNAP_HIGH,
  SNAP_LOW,
  SNAP_NOW,
  SNAP_OTHERS,
  SNAP_WAS,
  snapsOf,
} from "./tile-room";

// After the fields of leg-side.ts.
/** The tile's first leg among those of the side, legs of the tile, and bytes of a number of each. */
const FIRST: usize = 16;
export const LEGS: usize = 20;
export const WIDTH: usize = 24;
/** Legs held, and the bar since which it has been so many; or since which closes have not been looked at. */
const HELD: usize = 28;
const SINCE: usize = 32;
/** Coefficients of the side. */
export const RULE: usize = 36;
/** Gate and legs in the word before. */
const GATE_BEFORE: usize = 40;
const SOME_BEFORE: usize = 48;
/** Of each leg, the price of its entry, and the lowest and highest close since; positive where it is not held. */
const ENTRIES: usize = 64;
const LOW: usize = 128;
const HIGH: usize = 192;

/** No mark of a day that was written since it was set is below. */
export let leastMark: f64 = 0;

export function setLeastMark(mark: f64): void {
  leastMark = mark;
}

/** `legs` are fields of leg-side.ts. */
export function openSide(isShort: bool, legs: usize, first: i32, count: i32, rules: usize): void {
  const side = sideOf(isShort);
  memory.copy(side, legs, FIRST);
  store<i32>(side, first, FIRST);
  store<i32>(side, count, LEGS);
  // Rows read their own leg, columns four at a time.
  const pairs = isShort ? (count > 4 ? 4 : 2) : (count + 1) >> 1;
  store<i32>(side, pairs << 4, WIDTH);
  store<i32>(side, 0, HELD);
  store<i32>(side, 0, SINCE);
  store<usize>(side, rules + (isShort ? 8 : 0), RULE);
  store<u64>(side, 0, GATE_BEFORE);
  store<u64>(side, 0, SOME_BEFORE);
  for (let at: usize = ENTRIES; at < HIGH + 64; at += 8) store<f64>(side + at, 1);
}

/** How many of the tile's legs are held at a bar. */
export function heldAt(isShort: bool, bar: i32): i32 {
  const side = sideOf(isShort);
  const gate = load<u64>(field(side, GATE) + (<usize>(bar >> 6) << 3));
  return heldOf(side, <usize>load<u8>(field(side, COUNTS) + bar), gate >>> (bar & 63));
}

// @ts-ignore: decorator
@inline
function heldOf(side: usize, count: usize, gate: u64): i32 {
  const held = min(max(<i32>count - load<i32>(side, FIRST), 0), load<i32>(side, LEGS));
  return held & -(<i32>gate & 1);
}

/** Bars at which the gated count may change, and does unless it was 0 and is. */
// @ts-ignore: decorator
@inline
function turns(g: u64, gBefore: u64, d: u64, z: u64, zBefore: u64): u64 {
  return (g & ((gBefore & d) | (~gBefore & z))) | (~g & gBefore & zBefore);
}

/**
 * Walks a word of bars; returns those at which legs exit, with a snapshot of each at `snapsOf`. Marks of the days that
 * end at `days` are written to as many places from `day` on: by the long side first.
 */
// @ts-ignore: decorator
@inline
export function walkSide(isShort: bool, word: i32, days: u64, day: usize, watchesBars: bool): u64 {
  const side = sideOf(isShort);
  const other = sideOf(!isShort);
  const at = <usize>word << 3;
  const g = load<u64>(field(side, GATE) + at);
  const z = load<u64>(field(side, SOME) + at);
  const d = load<u64>(field(side, CHANGES) + at);
  const gBefore = (g << 1) | (load<u64>(side, GATE_BEFORE) >>> 63);
  const zBefore = (z << 1) | (load<u64>(side, SOME_BEFORE) >>> 63);
  store<u64>(side, g, GATE_BEFORE);
  store<u64>(side, z, SOME_BEFORE);
  const rest = bars - (word << 6);
  const valid = rest < 64 ? ((<u64>1) << <u64>rest) - 1 : ~(<u64>0);
  const others = load<u64>(field(other, GATE) + at);
  const counts = field(side, COUNTS) + (<usize>word << 6);
  const otherCounts = field(other, COUNTS) + (<usize>word << 6);
  const prices = close + (<usize>word << 9);
  let held = load<i32>(side, HELD);
  let since = load<i32>(side, SINCE);
  let snap = snapsOf(isShort);
  let exits: u64 = 0;
  for (let left = (turns(g, gBefore, d, z, zBefore) | days) & valid; left != 0; left &= left - 1) {
    const b = ctz(left);
    const bit = left & (0 - left);
    const bar = (word << 6) + <i32>b;
    const now = heldOf(side, <usize>load<u8>(counts + <usize>b), g >>> b);
    if (watchesBars) see(side, held == 0 ? bar : since, bar);
    store<i32>(snap, bar, SNAP_BAR);
    store<i32>(snap, held, SNAP_WAS);
    store<i32>(snap, now, SNAP_NOW);
    store<i32>(snap, heldOf(other, <usize>load<u8>(otherCounts + <usize>b), others >>> b), SNAP_OTHERS);
    const price = v128.load64_splat(prices + (<usize>b << 3));
    enter(side, snap, now > held ? <usize>held : 8, price, watchesBars);
    exits |= bit & (0 - <u64>(now < held));
    snap += select<usize>(SNAP_BYTES, 0, now < held);
    held = now;
    since = bar;
    if ((days & bit) == 0) continue;
    const place = day + <usize>popcnt(days & (bit - 1)) * DAY_BYTES;
    writeDay(isShort, side, isShort && held == 0 ? noDay() : place, <usize>held, price);
  }
  store<i32>(side, held, HELD);
  store<i32>(side, since, SINCE);
  return exits;
}

/** Closes of the bars `[from, to)`, which all legs that are held have seen. */
// @ts-ignore: decorator
@inline
function see(side: usize, from: i32, to: i32): void {
  const first = close + (<usize>from << 3);
  let low = v128.load64_splat(first);
  let high = low;
  for (let at = close + (<usize>to << 3) - 16; at >= first; at -= 16) {
    const two = v128.load(at);
    low = f64x2.pmin(low, two);
    high = f64x2.pmax(high, two);
  }
  low = f64x2.pmin(low, i64x2.shuffle(low, low, 1, 0));
  high = f64x2.pmax(high, i64x2.shuffle(high, high, 1, 0));
  const width = field(side, WIDTH);
  for (let pair: usize = 0; pair < width; pair += 16) {
    const at = side + pair;
    v128.store(at, f64x2.pmin(v128.load(at, LOW), low), LOW);
    v128.store(at, f64x2.pmax(v128.load(at, HIGH), high), HIGH);
  }
}

/** Copies what the legs are in to a snapshot; those from `kept` on begin anew. */
// @ts-ignore: decorator
@inline
function enter(side: usize, snap: usize, kept: usize, price: v128, watchesBars: bool): void {
  const width = field(side, WIDTH);
  const stays = below(kept);
  for (let pair: usize = 0; pair < width; pair += 16) {
    const at = side + pair;
    const keep = v128.load(stays + pair);
    const entries = v128.load(at, ENTRIES);
    v128.store(snap + pair, entries, SNAP_ENTRIES);
    v128.store(at, v128.bitselect(entries, price, keep), ENTRIES);
    if (!watchesBars) continue;
    const low = v128.load(at, LOW);
    const high = v128.load(at, HIGH);
    v128.store(snap + pair, low, SNAP_LOW);
    v128.store(snap + pair, high, SNAP_HIGH);
    v128.store(at, v128.bitselect(low, f64x2.splat(Infinity), keep), LOW);
    v128.store(at, v128.bitselect(high, f64x2.splat(-Infinity), keep), HIGH);
  }
}

/** Marks at the end of a day, 1 for legs that are not held. */
// @ts-ignore: decorator
@inline
function writeDay(isShort: bool, side: usize, day: usize, held: usize, price: v128): void {
  const rule = load<usize>(side, RULE);
  const base = v128.load64_splat(rule, MARK_BASE);
  const slope = v128.load64_splat(rule, MARK_SLOPE);
  const one = f64x2.splat(1);
  const width = field(side, WIDTH);
  const holds = below(held);
  let least = one;
  for (let pair: usize = 0; pair < width; pair += 16) {
    const ratio = f64x2.div(price, v128.load(side + pair, ENTRIES));
    const mark = v128.bitselect(f64x2.add(base, f64x2.mul(slope, ratio)), one, v128.load(holds + pair));
    least = f64x2.pmin(least, mark);
    if (isShort) v128.store(day + pair, mark, MARKS);
    else storeTwice(day + MARKS + (pair << 1), mark);
  }
  leastMark = min(leastMark, min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1)));
  store<u32>(day, isShort ? 16 : 0, DAY_STEP);
  store<u32>(day, isShort ? 0 : ~0, DAY_IS_LONG);
}

/** Both lanes, each twice. */
// @ts-ignore: decorator
@inline
export function storeTwice(at: usize, pair: v128): void {
  v128.store(at, i64x2.shuffle(pair, pair, 0, 0));
  v128.store(at, i64x2.shuffle(pair, pair, 1, 1), 16);
}

/** Whoever is held on the last bar exits on it, once more: leaves a snapshot; false where nobody is. */
export function closeSide(isShort: bool, watchesBars: bool): bool {
  const side = sideOf(isShort);
  const held = load<i32>(side, HELD);
  if (held == 0) return false;
  const since = load<i32>(side, SINCE);
  if (watchesBars && since < bars - 1) see(side, since, bars - 1);
  const snap = snapsOf(isShort);
  store<i32>(snap, bars - 1, SNAP_BAR);
  store<i32>(snap, held, SNAP_WAS);
  store<i32>(snap, 0, SNAP_NOW);
  store<i32>(snap, 0, SNAP_OTHERS);
  enter(side, snap, 8, f64x2.splat(1), watchesBars);
  return true;
}
