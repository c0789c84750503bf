/** What two variants in lock step make of their cash over a block, where their trades are not looked at one by one. */
import { ruin, rules } from "./account";
import { STRIDE } from "./flips";
import { both, cashes, prices, TO_CASH } from "./pair-room";
import { BASE, SLOPE } from "./rules";
import { AVAILABLE } from "./variant-state";

/**
 * Leaves cash after each flip of the lanes where it is to be kept, else after the last ones: their prices end at `endA`
 * and `endB`. The bits say in which lane it was above the ruin bound all along.
 */
// @ts-ignore: decorator
@inline
export function multiply(
  stateA: usize,
  stateB: usize,
  sideA: i32,
  sideB: i32,
  endA: usize,
  endB: usize,
  keeps: bool,
): i32 {
  const heldA = rules + (<usize>(1 - sideA) << 3);
  const heldB = rules + (<usize>(1 - sideB) << 3);
  const otherA = rules + (<usize>sideA << 3);
  const otherB = rules + (<usize>sideB << 3);
  const base = both(heldA + BASE, heldB + BASE);
  const slope = both(heldA + SLOPE, heldB + SLOPE);
  const otherBase = both(otherA + BASE, otherB + BASE);
  const otherSlope = both(otherA + SLOPE, otherB + SLOPE);
  const one = f64x2.splat(1);
  let cash = both(stateA + AVAILABLE, stateB + AVAILABLE);
  if (keeps) v128.store(cashes(), cash);
  let least = cash;
  let at = prices();
  let entry = v128.load(at);
  at += STRIDE;
  const flipsA = <i32>((endA - at) / STRIDE);
  const flipsB = <i32>((endB - at) / STRIDE);
  const common = at + <usize>min(flipsA, flipsB) * STRIDE;
  const end = at + <usize>max(flipsA, flipsB) * STRIDE;
  for (; at + STRIDE < common; at += 2 * STRIDE) {
    const turn = v128.load(at);
    const next = v128.load(at, 16);
    cash = f64x2.mul(cash, f64x2.add(base, f64x2.mul(slope, f64x2.div(turn, entry))));
    least = f64x2.pmin(least, cash);
    if (keeps) v128.store(at, cash, TO_CASH);
    cash = f64x2.mul(cash, f64x2.add(otherBase, f64x2.mul(otherSlope, f64x2.div(next, turn))));
    least = f64x2.pmin(least, cash);
    if (keeps) v128.store(at, cash, TO_CASH + STRIDE);
    entry = next;
  }
  // A lane that has no more flips is multiplied by 1.
  const done = (at - prices() - STRIDE) / STRIDE;
  let left = f64x2.replace_lane(f64x2.splat(<f64>(flipsA - <i32>done)), 1, <f64>(flipsB - <i32>done));
  for (; at < end; at += 2 * STRIDE) {
    const turn = v128.load(at);
    const next = v128.load(at, 16);
    const a = f64x2.add(base, f64x2.mul(slope, f64x2.div(turn, entry)));
    const b = f64x2.add(otherBase, f64x2.mul(otherSlope, f64x2.div(next, turn)));
    cash = f64x2.mul(cash, v128.bitselect(a, one, f64x2.gt(left, f64x2.splat(0))));
    least = f64x2.pmin(least, cash);
    if (keeps) v128.store(at, cash, TO_CASH);
    cash = f64x2.mul(cash, v128.bitselect(b, one, f64x2.gt(left, f64x2.splat(1))));
    least = f64x2.pmin(least, cash);
    if (keeps) v128.store(at, cash, TO_CASH + STRIDE);
    left = f64x2.sub(left, f64x2.splat(2));
    entry = next;
  }
  if (!keeps) {
    v128.store64_lane(endA - STRIDE, cash, 0, TO_CASH);
    v128.store64_lane(endB - STRIDE, cash, 1, TO_CASH);
  }
  return i64x2.bitmask(f64x2.gt(least, f64x2.splat(ruin)));
}
