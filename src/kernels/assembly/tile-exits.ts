/** Exits of a tile in the order of their bars: what each makes of the accounts of its legs. */
import { below, field } from "./leg-side";
import { closeAt } from "./market";
import { BASE, MARK_BASE, MARK_SLOPE, SLOPE } from "./rules";
import {
  belowTwice,
  ENTER,
  EXIT_BAR,
  EXIT_BYTES,
  FACTORS,
  HELD,
  HIGHS,
  IS_LONG,
  LOWS,
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
  STAY,
  STEP,
} from "./tile-room";
import { RULE, storeTwice, WIDTH } from "./tile-side";

/** What the exits that were written since it was set leave of an account at least, but for rounding. */
export let share: f64 = 1;

export function setShare(left: f64): void {
  share = left;
}

/** Writes those of a side in a word of bars: bits of `own` among all bits of `both`, whose first one goes to `first`. */
// @ts-ignore: decorator
@inline
export function writeExits(isShort: bool, own: u64, both: u64, first: usize, watchesBars: bool): void {
  let snap = snapsOf(isShort);
  for (let left = own; left != 0; left &= left - 1) {
    const earlier = (left & (0 - left)) - 1;
    writeExit(isShort, snap, first + <usize>popcnt(both & earlier) * EXIT_BYTES, watchesBars);
    snap += SNAP_BYTES;
  }
}

// @ts-ignore: decorator
@inline
export function writeExit(isShort: bool, snap: usize, exit: usize, watchesBars: bool): void {
  const side = sideOf(isShort);
  const rule = load<usize>(side, RULE);
  const width = field(side, WIDTH);
  const was = field(snap, SNAP_WAS);
  const now = field(snap, SNAP_NOW);
  const others = field(snap, SNAP_OTHERS);
  const helds = below(was);
  const stays = below(now);
  const price = f64x2.splat(closeAt(load<i32>(snap, SNAP_BAR)));
  const one = f64x2.splat(1);
  let least = one;
  for (let pair: usize = 0; pair < width; pair += 16) {
    const exits = v128.andnot(v128.load(helds + pair), v128.load(stays + pair));
    const entries = v128.load(snap + pair, SNAP_ENTRIES);
    const closed = valueOf(rule, BASE, SLOPE, f64x2.div(price, entries));
    const factors = v128.bitselect(closed, one, exits);
    least = f64x2.pmin(least, factors);
    put(isShort, exit + FACTORS, pair, factors);
    if (!watchesBars) continue;
    const lowest = v128.load(snap + pair, SNAP_LOW);
    const highest = v128.load(snap + pair, SNAP_HIGH);
    // Entries on the last bar have seen no close.
    const none = v128.or(v128.not(exits), f64x2.gt(lowest, highest));
    const low = f64x2.div(lowest, entries);
    const high = f64x2.div(highest, entries);
    put(isShort, exit + LOWS, pair, v128.or(none, valueOf(rule, MARK_BASE, MARK_SLOPE, isShort ? high : low)));
    put(isShort, exit + HIGHS, pair, v128.or(none, valueOf(rule, MARK_BASE, MARK_SLOPE, isShort ? low : high)));
  }
  share *= max<f64>(0, min<f64>(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1)));
  store<u32>(exit, isShort ? 16 : 0, STEP);
  store<u32>(exit, isShort ? 0 : ~0, IS_LONG);
  store<u32>(exit, <u32>(isShort ? helds : belowTwice(was)), HELD);
  store<u32>(exit, <u32>(isShort ? stays : belowTwice(now)), STAY);
  store<u32>(exit, <u32>(isShort ? belowTwice(others) : below(others)), ENTER);
  store<u32>(exit, load<u32>(snap, SNAP_BAR), EXIT_BAR);
}

/** base + slope * ratio of a pair of legs. */
// @ts-ignore: decorator
@inline
function valueOf(rule: usize, base: usize, slope: usize, ratio: v128): v128 {
  return f64x2.add(v128.load64_splat(rule + base), f64x2.mul(v128.load64_splat(rule + slope), ratio));
}

// @ts-ignore: decorator
@inline
function put(isShort: bool, at: usize, pair: usize, numbers: v128): void {
  if (isShort) v128.store(at + pair, numbers);
  else storeTwice(at + (pair << 1), numbers);
}
