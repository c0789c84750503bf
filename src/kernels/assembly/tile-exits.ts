/** Exits of a tile in the order of their bars: what each makes of the accounts of its legs. */
import { below, exitFactors, field } from "./leg-side";
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
  WHO,
} from "./tile-room";
import { putEight, RULE } from "./tile-side";

/** What the exits that were written since it was cleared leave of accounts of even and odd legs at least. */
let shares: v128 = i64x2.splat(0);

/** Whether others enter where one of them exits. */
export let reverses: bool = false;

export function clearShare(): void {
  shares = f64x2.splat(1);
  reverses = false;
}

/** What they leave of an account at least, but for rounding. */
export function leastShare(): f64 {
  return f64x2.extract_lane(shares, 0) * f64x2.extract_lane(shares, 1);
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
  const rule = load<usize>(sideOf(isShort), RULE);
  const was = field(snap, SNAP_WAS);
  const now = field(snap, SNAP_NOW);
  const others = field(snap, SNAP_OTHERS);
  reverses = reverses || others != 0;
  const helds = below(was);
  const stays = below(now);
  const exits0 = v128.andnot(v128.load(helds), v128.load(stays));
  const exits1 = v128.andnot(v128.load(helds, 16), v128.load(stays, 16));
  const exits2 = v128.andnot(v128.load(helds, 32), v128.load(stays, 32));
  const exits3 = v128.andnot(v128.load(helds, 48), v128.load(stays, 48));
  const base = v128.load64_splat(rule, BASE);
  const slope = v128.load64_splat(rule, SLOPE);
  const price = f64x2.splat(closeAt(load<i32>(snap, SNAP_BAR)));
  const a = exitFactors(base, slope, price, v128.load(snap, SNAP_ENTRIES), exits0);
  const b = exitFactors(base, slope, price, v128.load(snap, SNAP_ENTRIES + 16), exits1);
  const c = exitFactors(base, slope, price, v128.load(snap, SNAP_ENTRIES + 32), exits2);
  const d = exitFactors(base, slope, price, v128.load(snap, SNAP_ENTRIES + 48), exits3);
  putEight(isShort, exit + FACTORS, a, b, c, d);
  const least = f64x2.pmin(f64x2.pmin(a, b), f64x2.pmin(c, d));
  shares = f64x2.mul(shares, f64x2.pmax(f64x2.splat(0), f64x2.pmin(least, f64x2.splat(1))));
  if (watchesBars) {
    writeMarks(isShort, rule, snap, exit + (isShort ? HIGHS : LOWS), SNAP_LOW, exits0, exits1, exits2, exits3);
    writeMarks(isShort, rule, snap, exit + (isShort ? LOWS : HIGHS), SNAP_HIGH, exits0, exits1, exits2, exits3);
  }
  store<u32>(exit, isShort ? 16 : 0, STEP);
  store<u32>(exit, isShort ? 0 : ~0, IS_LONG);
  store<u32>(exit, <u32>(isShort ? stays : belowTwice(now)), STAY);
  store<u32>(exit, <u32>(isShort ? belowTwice(others) : below(others)), ENTER);
  store<u32>(exit, load<u32>(snap, SNAP_BAR), EXIT_BAR);
  store<u32>(exit, <u32>(isShort ? helds : belowTwice(was)), HELD);
  const legs = ((1 << <u32>was) - 1) ^ ((1 << <u32>now) - 1);
  store<u32>(exit, isShort ? (<u32>(now < 4) << 8) | (<u32>(was > 4) << 9) : legs, WHO);
}

/** Marks of the legs that exit at their lowest or highest closes. */
// @ts-ignore: decorator
@inline
function writeMarks(
  isShort: bool,
  rule: usize,
  snap: usize,
  at: usize,
  closes: usize,
  exits0: v128,
  exits1: v128,
  exits2: v128,
  exits3: v128,
): void {
  const base = v128.load64_splat(rule, MARK_BASE);
  const slope = v128.load64_splat(rule, MARK_SLOPE);
  putEight(
    isShort,
    at,
    markOf(base, slope, snap, closes, exits0),
    markOf(base, slope, snap + 16, closes, exits1),
    markOf(base, slope, snap + 32, closes, exits2),
    markOf(base, slope, snap + 48, closes, exits3),
  );
}

// @ts-ignore: decorator
@inline
function markOf(base: v128, slope: v128, snap: usize, closes: usize, exits: v128): v128 {
  const seen = v128.load(snap + closes);
  const marks = f64x2.add(base, f64x2.mul(slope, f64x2.div(seen, v128.load(snap, SNAP_ENTRIES))));
  // Entries on the last bar have seen no close.
  const some = v128.and(exits, f64x2.ne(f64x2.abs(seen), f64x2.splat(Infinity)));
  return v128.or(marks, v128.not(some));
}
