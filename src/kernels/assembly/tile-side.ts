/** One side of a tile: what its legs are in, bar by bar at which one of them begins or ends or a day does. */
import { below, CHANGES, COUNTS, field, GATE, SOME, turns } from "./leg-side";
import { bars, close } from "./market";
import { MARK_BASE, MARK_SLOPE } from "./rules";
import {
  DAY_BYTES,
  DAY_IS_LONG,
  DAY_STEP,
  FLAT_MARKS,
  MARKS,
  MARKS_AT,
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
/** The tile's first leg among those of the side, and legs of the tile. */
const FIRST: usize = 16;
export const LEGS: usize = 20;
/** Legs held, and the bar since which it has been so many; or since which closes have not been looked at. */
const HELD: usize = 24;
const SINCE: usize = 28;
/** Coefficients of the side. */
export const RULE: usize = 32;
/** Gate and legs in the word before. */
const GATE_BEFORE: usize = 40;
const SOME_BEFORE: usize = 48;
/** Of each leg, the price of its entry, and the lowest and highest close since; positive where it is not held. */
const ENTRIES: usize = 64;
const LOW: usize = 128;
const HIGH: usize = 192;

/** Least marks of even and of odd legs at the days that were written since they were set. */
let leastMarks: v128 = i64x2.splat(0);

export function clearMarks(): void {
  leastMarks = f64x2.splat(1);
}

export function leastMark(): f64 {
  return min(f64x2.extract_lane(leastMarks, 0), f64x2.extract_lane(leastMarks, 1));
}

/** `legs` are fields of leg-side.ts. */
export function openSide(isShort: bool, legs: usize, first: i32, count: i32, rules: usize): void {
  const side = sideOf(isShort);
  memory.copy(side, legs, FIRST);
  store<i32>(side, first, FIRST);
  store<i32>(side, count, LEGS);
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

/**
 * Walks a word of bars; returns those at which legs exit, with a snapshot of each at `snapsOf`. Marks of the days that
 * end at `days` are written to as many places from `day` on, where legs of the side are held.
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
  // While none is held days need not be looked at.
  const held64 = g & z;
  let left = (turns(g, gBefore, d, z, zBefore) | (days & held64)) & valid;
  const others = load<u64>(field(other, GATE) + at);
  const counts = field(side, COUNTS) + (<usize>word << 6);
  const otherCounts = field(other, COUNTS) + (<usize>word << 6);
  const prices = close + (<usize>word << 9);
  let held = load<i32>(side, HELD);
  let since = load<i32>(side, SINCE);
  let snap = snapsOf(isShort);
  let exits: u64 = 0;
  for (; left != 0; left &= left - 1) {
    const b = ctz(left);
    const bit = left & (0 - left);
    const bar = (word << 6) + <i32>b;
    const now = heldOf(side, <usize>load<u8>(counts + <usize>b), g >>> b);
    store<i32>(snap, bar, SNAP_BAR);
    store<i32>(snap, held, SNAP_WAS);
    store<i32>(snap, now, SNAP_NOW);
    store<i32>(snap, heldOf(other, <usize>load<u8>(otherCounts + <usize>b), others >>> b), SNAP_OTHERS);
    const price = v128.load64_splat(prices + (<usize>b << 3));
    const kept = below(now > held ? <usize>held : 8);
    turn(side, snap, price, kept, held == 0 ? bar : since, bar, watchesBars);
    exits |= bit & (0 - <u64>(now < held));
    snap += select<usize>(SNAP_BYTES, 0, now < held);
    held = now;
    since = bar;
    if ((days & bit) == 0 || held == 0) continue;
    writeDay(isShort, side, day + <usize>popcnt(days & (bit - 1)) * DAY_BYTES, <usize>held, price);
  }
  store<i32>(side, held, HELD);
  store<i32>(side, since, SINCE);
  return exits;
}

/**
 * Copies what the legs are in to a snapshot; those that `kept` does not keep begin anew. Legs that are held have seen
 * the closes of the bars `[from, to)` meanwhile.
 */
// @ts-ignore: decorator
@inline
function turn(
  side: usize,
  snap: usize,
  price: v128,
  kept: usize,
  from: i32,
  to: i32,
  watchesBars: bool,
): void {
  const keep0 = v128.load(kept);
  const keep1 = v128.load(kept, 16);
  const keep2 = v128.load(kept, 32);
  const keep3 = v128.load(kept, 48);
  const entries = side + ENTRIES;
  passOn(
    v128.load(entries),
    v128.load(entries, 16),
    v128.load(entries, 32),
    v128.load(entries, 48),
    snap + SNAP_ENTRIES,
    entries,
    price,
    keep0,
    keep1,
    keep2,
    keep3,
  );
  if (!watchesBars) return;
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
  const lows = side + LOW;
  const a = f64x2.pmin(v128.load(lows), low);
  const b = f64x2.pmin(v128.load(lows, 16), low);
  const c = f64x2.pmin(v128.load(lows, 32), low);
  const d = f64x2.pmin(v128.load(lows, 48), low);
  passOn(a, b, c, d, snap + SNAP_LOW, lows, f64x2.splat(Infinity), keep0, keep1, keep2, keep3);
  const highs = side + HIGH;
  const e = f64x2.pmax(v128.load(highs), high);
  const f = f64x2.pmax(v128.load(highs, 16), high);
  const g = f64x2.pmax(v128.load(highs, 32), high);
  const h = f64x2.pmax(v128.load(highs, 48), high);
  passOn(e, f, g, h, snap + SNAP_HIGH, highs, f64x2.splat(-Infinity), keep0, keep1, keep2, keep3);
}

/** Copies eight numbers to a snapshot, and to the side what is to be kept of them. */
// @ts-ignore: decorator
@inline
function passOn(
  a: v128,
  b: v128,
  c: v128,
  d: v128,
  snap: usize,
  side: usize,
  anew: v128,
  keep0: v128,
  keep1: v128,
  keep2: v128,
  keep3: v128,
): void {
  v128.store(snap, a);
  v128.store(snap, b, 16);
  v128.store(snap, c, 32);
  v128.store(snap, d, 48);
  v128.store(side, v128.bitselect(a, anew, keep0));
  v128.store(side, v128.bitselect(b, anew, keep1), 16);
  v128.store(side, v128.bitselect(c, anew, keep2), 32);
  v128.store(side, v128.bitselect(d, anew, keep3), 48);
}

/** A day on which nobody holds anything. */
// @ts-ignore: decorator
@inline
export function writeFlatDay(day: usize): void {
  store<usize>(day, FLAT_MARKS, MARKS_AT);
  store<u32>(day, 0, DAY_STEP);
  store<u32>(day, 0, DAY_IS_LONG);
}

/** Marks at the end of a day, 1 for legs that are not held. */
// @ts-ignore: decorator
@inline
function writeDay(isShort: bool, side: usize, day: usize, held: usize, price: v128): void {
  const rule = load<usize>(side, RULE);
  const base = v128.load64_splat(rule, MARK_BASE);
  const slope = v128.load64_splat(rule, MARK_SLOPE);
  const holds = below(held);
  const entries = side + ENTRIES;
  const a = markOf(base, slope, price, v128.load(entries), v128.load(holds));
  const b = markOf(base, slope, price, v128.load(entries, 16), v128.load(holds, 16));
  const c = markOf(base, slope, price, v128.load(entries, 32), v128.load(holds, 32));
  const d = markOf(base, slope, price, v128.load(entries, 48), v128.load(holds, 48));
  putEight(isShort, day + MARKS, a, b, c, d);
  leastMarks = f64x2.pmin(f64x2.pmin(leastMarks, f64x2.pmin(a, b)), f64x2.pmin(c, d));
  store<usize>(day, day + MARKS, MARKS_AT);
  store<u32>(day, isShort ? 16 : 0, DAY_STEP);
  store<u32>(day, isShort ? 0 : ~0, DAY_IS_LONG);
}

// @ts-ignore: decorator
@inline
function markOf(base: v128, slope: v128, price: v128, entries: v128, holds: v128): v128 {
  const marks = f64x2.add(base, f64x2.mul(slope, f64x2.div(price, entries)));
  return v128.bitselect(marks, f64x2.splat(1), holds);
}

/** Numbers of eight legs: short ones one beside the other, long ones each twice. */
// @ts-ignore: decorator
@inline
export function putEight(isShort: bool, at: usize, a: v128, b: v128, c: v128, d: v128): void {
  if (isShort) {
    v128.store(at, a);
    v128.store(at, b, 16);
    v128.store(at, c, 32);
    v128.store(at, d, 48);
    return;
  }
  v128.store(at, i64x2.shuffle(a, a, 0, 0));
  v128.store(at, i64x2.shuffle(a, a, 1, 1), 16);
  v128.store(at, i64x2.shuffle(b, b, 0, 0), 32);
  v128.store(at, i64x2.shuffle(b, b, 1, 1), 48);
  v128.store(at, i64x2.shuffle(c, c, 0, 0), 64);
  v128.store(at, i64x2.shuffle(c, c, 1, 1), 80);
  v128.store(at, i64x2.shuffle(d, d, 0, 0), 96);
  v128.store(at, i64x2.shuffle(d, d, 1, 1), 112);
}

/** Whoever is held on the last bar exits on it, once more: leaves a snapshot; false where nobody is. */
// @ts-ignore: decorator
@inline
export function closeSide(isShort: bool, watchesBars: bool): bool {
  const side = sideOf(isShort);
  const held = load<i32>(side, HELD);
  if (held == 0) return false;
  const since = load<i32>(side, SINCE);
  const snap = snapsOf(isShort);
  store<i32>(snap, bars - 1, SNAP_BAR);
  store<i32>(snap, held, SNAP_WAS);
  store<i32>(snap, 0, SNAP_NOW);
  store<i32>(snap, 0, SNAP_OTHERS);
  const price = f64x2.splat(1);
  if (watchesBars && since < bars - 1) turn(side, snap, price, below(8), since, bars - 1, true);
  else {
    turn(side, snap, price, below(8), 0, 0, false);
    memory.copy(snap + SNAP_LOW, side + LOW, 128);
  }
  return true;
}
