/**
 * Bounds of a variant's equity in the segments between its flips of a block: at the lowest and the highest close of
 * each, in float32, without a branch. What they cannot decide is computed exactly: see pair-drawdown.ts.
 */
import { boundsOf, hasBounds, reciprocalsOf } from "./block-extremes";
import { STRIDE } from "./flips";
import { basesOf, both, equities, slopesOf } from "./pair-room";

/** Above the rounding of an equity in float32, as a share of it and of cash. */
const DOUBT: f64 = 1e-6;
/** Cash whose products a float32 holds without trouble. */
const LEAST_CASH: f64 = 1e-20;
const MOST_CASH: f64 = 1e20;
/** From the bounds of two segments to those of the next two; the first one has a place of its own. */
const BOUND_BYTES: usize = 16;

/** No equity is above or below, by more than the doubt; this is Infinity where bounds prove nothing. */
export let top: f64 = 0;
export let bottom: f64 = 0;
export let doubt: f64 = 0;

// Of all segments, four lanes that become one number in the end.
let highest: v128 = i64x2.splat(0);
let lowest: v128 = i64x2.splat(0);
let most: v128 = i64x2.splat(0);

/**
 * Bounds the segments that end at `flips` turns, bytes of bars STRIDE apart; cash of each likewise. The first segment
 * is on `side`, was entered at the price of `reciprocal` and has seen these closes, or there is none.
 */
// @ts-ignore: decorator
@inline
export function boundSegments(
  turns: usize,
  flips: i32,
  cash: usize,
  side: usize,
  reciprocal: f32,
  seen: v128,
  isNone: bool,
): void {
  boundFirst(cash, side, reciprocal, seen, isNone);
  boundOthers(turns, flips, cash, side ^ 1);
  top = highestOf(highest);
  bottom = -highestOf(f32x4.neg(lowest));
  const held = highestOf(most);
  const isOrdinary = hasBounds && held > LEAST_CASH && held < MOST_CASH;
  doubt = isOrdinary ? DOUBT * (max<f64>(abs(top), abs(bottom)) + 4 * held) : Infinity;
}

// @ts-ignore: decorator
@inline
function highestOf(four: v128): f64 {
  const two = f32x4.pmax(four, v128.shuffle<i32>(four, four, 2, 3, 2, 3));
  return <f64>max<f32>(f32x4.extract_lane(two, 0), f32x4.extract_lane(two, 1));
}

/** Lanes without a segment hold what is no number: neither high nor low. */
// @ts-ignore: decorator
@inline
function boundFirst(cash: usize, side: usize, reciprocal: f32, seen: v128, isNone: bool): void {
  const none = i64x2.replace_lane(i64x2.splat(isNone ? -1 : 0), 1, -1);
  const held = f32x4.splat(<f32>load<f64>(cash));
  const ratios = f32x4.mul(f32x4.splat(reciprocal), f32x4.demote_f64x2_zero(seen));
  const equity = v128.or(none, equityOf(side, held, ratios));
  v128.store(equities(), equity);
  highest = f32x4.pmax(f32x4.splat(-Infinity), equity);
  lowest = f32x4.pmin(f32x4.splat(Infinity), equity);
  most = held;
}

// @ts-ignore: decorator
@inline
function equityOf(side: usize, held: v128, ratios: v128): v128 {
  const marks = f32x4.mul(v128.load(slopesOf(side)), ratios);
  return f32x4.mul(held, f32x4.add(v128.load(basesOf(side)), marks));
}

/** Two at a time. */
// @ts-ignore: decorator
@inline
function boundOthers(turns: usize, flips: i32, cash: usize, side: usize): void {
  let upper = highest;
  let lower = lowest;
  let held = most;
  let out = equities() + BOUND_BYTES;
  let at = turns;
  const last = turns + <usize>(flips - 1) * STRIDE;
  const toCash = cash - turns + STRIDE;
  let begin = load<usize>(at);
  for (; at + STRIDE < last; at += 2 * STRIDE) {
    const middle = load<usize>(at, STRIDE);
    const next = load<usize>(at, 2 * STRIDE);
    const two = f32x4.demote_f64x2_zero(both(at + toCash, at + toCash + STRIDE));
    const cashes = v128.shuffle<i32>(two, two, 0, 0, 1, 1);
    const extremes = boundsOf(begin, middle, middle, next);
    const equity = equityOf(side, cashes, f32x4.mul(reciprocalsOf(begin, middle), extremes));
    v128.store(out, equity);
    out += BOUND_BYTES;
    upper = f32x4.pmax(upper, equity);
    lower = f32x4.pmin(lower, equity);
    held = f32x4.pmax(held, cashes);
    begin = next;
  }
  if (at < last) {
    const next = load<usize>(at, STRIDE);
    const cashes = f32x4.splat(<f32>load<f64>(at + toCash));
    const extremes = boundsOf(begin, next, begin, next);
    const ratios = f32x4.mul(reciprocalsOf(begin, begin), extremes);
    const equity = v128.or(i64x2.replace_lane(i64x2.splat(0), 1, -1), equityOf(side, cashes, ratios));
    v128.store(out, equity);
    upper = f32x4.pmax(upper, equity);
    lower = f32x4.pmin(lower, equity);
    held = f32x4.pmax(held, cashes);
  }
  highest = upper;
  lowest = lower;
  most = held;
}

/** Places of bounds of so many segments, and the first segment of one; the next segment shares it. */
// @ts-ignore: decorator
@inline
export function placesOf(segments: i32): i32 {
  return (segments >> 1) + 1;
}

// @ts-ignore: decorator
@inline
export function segmentAt(place: i32): i32 {
  return max(2 * place - 1, 0);
}

/** Which segments of a place may reach up to a level: bits 0 and 1 for the first of the two, 2 and 3 for the other. */
// @ts-ignore: decorator
@inline
export function reachUp(place: i32, level: f64): i32 {
  const equity = v128.load(equities() + <usize>place * BOUND_BYTES);
  return i32x4.bitmask(f32x4.ge(equity, f32x4.splat(<f32>level)));
}

/** The same of those that may reach down to it. */
// @ts-ignore: decorator
@inline
export function reachDown(place: i32, level: f64): i32 {
  const equity = v128.load(equities() + <usize>place * BOUND_BYTES);
  return i32x4.bitmask(f32x4.le(equity, f32x4.splat(<f32>level)));
}
