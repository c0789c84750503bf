/** What two variants in lock step make of their trades: cash after each, and sums over them. */
import { ruin, rules } from "./account";
import { STRIDE } from "./flips";
import { WATCH_TRADES } from "./market";
import { activeSides, both, cashes, prices, tallies, twoSided, watch } from "./pair-room";
import { BASE, SLOPE } from "./rules";
import { AVAILABLE, GROSS_LOSS, GROSS_PROFIT, RETURN_SUM, TRADE_COUNT, WINS } from "./variant-state";

// Sums of both variants, two numbers each, at offsets from `tallies`.
const RETURNS: usize = 0;
const PROFITS: usize = 16;
const LOSSES: usize = 32;
const WON: usize = 48; // i64x2

/**
 * Leaves cash after each flip of the lanes, whose prices end at `endA` and `endB`; the bits say in which of them it was
 * above the ruin bound all along.
 */
export function settleTrades(
  stateA: usize,
  stateB: usize,
  sideA: i32,
  sideB: i32,
  endA: usize,
  endB: usize,
): i32 {
  store<f64>(cashes(), load<f64>(stateA, AVAILABLE));
  store<f64>(cashes(), load<f64>(stateB, AVAILABLE), 8);
  const common = min(endA, endB - 8);
  takeSums(stateA, 0);
  takeSums(stateB, 8);
  const end = settleBoth(sideA, sideB, common);
  settleOne(sideA, end, endA, tallies());
  settleOne(sideB, end + 8, endB, tallies() + 8);
  return <i32>staysAbove(endA) | (<i32>staysAbove(endB) << 1);
}

/** Whether cash was above the ruin bound after each flip of a lane. */
function staysAbove(end: usize): bool {
  const distance = cashes() - prices();
  let least = Infinity;
  for (let at = ((end - prices()) & 8) + cashes(); at < end + distance; at += STRIDE) {
    least = min<f64>(least, load<f64>(at));
  }
  return least > ruin;
}

function takeSums(state: usize, lane: usize): void {
  const sums = tallies() + lane;
  store<f64>(sums, load<f64>(state, RETURN_SUM), RETURNS);
  store<f64>(sums, load<f64>(state, GROSS_PROFIT), PROFITS);
  store<f64>(sums, load<f64>(state, GROSS_LOSS), LOSSES);
  store<i64>(sums, <i64>load<i32>(state, WINS), WON);
}

// Both lanes at a flip; the sums are those of addTrade, and a side that does not trade adds 0.
let cash: v128 = i64x2.splat(0);
let returnSums: v128 = i64x2.splat(0);
let profits: v128 = i64x2.splat(0);
let losses: v128 = i64x2.splat(0);
let won: v128 = i64x2.splat(0);

function settleBoth(sideA: i32, sideB: i32, end: usize): usize {
  const heldA = <usize>(1 - sideA) << 3;
  const heldB = <usize>(1 - sideB) << 3;
  const base = both(rules + heldA + BASE, rules + heldB + BASE);
  const slope = both(rules + heldA + SLOPE, rules + heldB + SLOPE);
  const active = both(activeSides() + heldA, activeSides() + heldB);
  const otherBase = both(rules + (heldA ^ 8) + BASE, rules + (heldB ^ 8) + BASE);
  const otherSlope = both(rules + (heldA ^ 8) + SLOPE, rules + (heldB ^ 8) + SLOPE);
  const otherActive = both(activeSides() + (heldA ^ 8), activeSides() + (heldB ^ 8));
  const distance = cashes() - prices();
  const sums = tallies();
  cash = v128.load(cashes());
  returnSums = v128.load(sums, RETURNS);
  profits = v128.load(sums, PROFITS);
  losses = v128.load(sums, LOSSES);
  won = v128.load(sums, WON);
  let at = prices() + STRIDE;
  let entry = v128.load(prices());
  for (; at + STRIDE < end; at += 2 * STRIDE) {
    const turn = v128.load(at);
    const next = v128.load(at, 16);
    addTrades(f64x2.add(base, f64x2.mul(slope, f64x2.div(turn, entry))), active);
    v128.store(at + distance, cash);
    addTrades(f64x2.add(otherBase, f64x2.mul(otherSlope, f64x2.div(next, turn))), otherActive);
    v128.store(at + distance, cash, 16);
    entry = next;
  }
  v128.store(sums, returnSums, RETURNS);
  v128.store(sums, profits, PROFITS);
  v128.store(sums, losses, LOSSES);
  v128.store(sums, won, WON);
  return at;
}

// @ts-ignore: decorator
@inline
function addTrades(factors: v128, active: v128): void {
  const after = f64x2.mul(cash, factors);
  const net = f64x2.sub(after, cash);
  const gains = v128.and(f64x2.gt(net, f64x2.splat(0)), active);
  returnSums = f64x2.add(returnSums, v128.and(f64x2.div(net, cash), active));
  profits = f64x2.add(profits, v128.and(net, gains));
  losses = f64x2.sub(losses, v128.and(net, v128.andnot(active, gains)));
  won = i64x2.sub(won, gains);
  cash = after;
}

function settleOne(carry: i32, at: usize, end: usize, sums: usize): void {
  const distance = cashes() - prices();
  let side = <usize>(1 - carry) << 3;
  let cash = load<f64>(at + distance - STRIDE);
  for (; at < end; at += STRIDE) {
    const ratio = load<f64>(at) / load<f64>(at - STRIDE);
    const after = cash * (load<f64>(rules + side, BASE) + load<f64>(rules + side, SLOPE) * ratio);
    store<f64>(at + distance, after);
    if (load<i64>(activeSides() + side) != 0) addTrade(after - cash, cash, sums);
    cash = after;
    side ^= 8;
  }
}

function addTrade(net: f64, staked: f64, sums: usize): void {
  store<f64>(sums, load<f64>(sums, RETURNS) + net / staked, RETURNS);
  if (net > 0) {
    store<f64>(sums, load<f64>(sums, PROFITS) + net, PROFITS);
    store<i64>(sums, load<i64>(sums, WON) + 1, WON);
  } else {
    store<f64>(sums, load<f64>(sums, LOSSES) - net, LOSSES);
  }
}

/** Takes the sums of a lane with so many flips over into its state. */
export function keepTrades(state: usize, lane: usize, carry: i32, flips: i32): void {
  if ((watch & WATCH_TRADES) == 0) return;
  const sums = tallies() + (lane << 3);
  store<f64>(state, load<f64>(sums, RETURNS), RETURN_SUM);
  store<f64>(state, load<f64>(sums, PROFITS), GROSS_PROFIT);
  store<f64>(state, load<f64>(sums, LOSSES), GROSS_LOSS);
  store<i32>(state, <i32>load<i64>(sums, WON), WINS);
  // Every flip ends a trade, or every other one where only the first side trades.
  const ended = twoSided ? flips : (flips + carry) >> 1;
  store<i32>(state, load<i32>(state, TRADE_COUNT) + ended, TRADE_COUNT);
}
