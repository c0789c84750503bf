/** Drawdown of one variant of a lock step over a block: of each segment between its flips. */
import { equityAt, rules, setAccount } from "./account";
import { BLOCK_BARS, extremesOf, noExtremes } from "./block-extremes";
import { addEquity, deepen, deepest, DOUBT, drawdown, heldDrawdown, peak, setDrawdown } from "./drawdown-tally";
import { STRIDE } from "./flips";
import { bars } from "./market";
import { bottom, boundSegments, doubt, placesOf, reachDown, reachUp, segmentAt, top } from "./pair-bounds";
import { barsOfFlips, cashes, prices, twoSided } from "./pair-room";
import { isLong, markOf } from "./rules";
import { DEEPEST, ENTRY_BAR, ENTRY_PRICE, EXTREMES, PEAK } from "./variant-state";

// The segments of the block that end in it: bars at which they end, prices of their entries, cash in them, a number
// every STRIDE bytes; side, first bar and extremes of the first one.
let turns: usize = 0;
let entries: usize = 0;
let cash: usize = 0;
let firstSide: usize = 0;
let firstSince: i32 = 0;
let firstSeen: v128 = i64x2.splat(0);

/** The state's entry and extremes are those before the block; its extremes become those after it. */
export function addDrawdown(state: usize, lane: usize, carry: i32, flips: i32, from: i32): void {
  setDrawdown(load<f64>(state, PEAK), load<f64>(state, DEEPEST));
  turns = barsOfFlips(lane);
  entries = prices() + (lane << 3);
  cash = cashes() + (lane << 3);
  firstSide = <usize>(1 - carry);
  firstSince = load<i32>(state, ENTRY_BAR);
  firstSeen = v128.load(state, EXTREMES);
  let seen = firstSeen;
  let begin: i32 = 0;
  if (flips != 0) {
    const turn = turnOf(0);
    if (turn != 0) firstSeen = f64x2.pmin(firstSeen, extremesOf(0, turn));
    addSegments(flips, from, <f32>(1 / load<f64>(state, ENTRY_PRICE)));
    begin = turnOf(flips - 1);
    seen = noExtremes();
  }
  const end = min(BLOCK_BARS, bars - 1 - from);
  if (begin < end) seen = f64x2.pmin(seen, extremesOf(begin, end));
  // Without a position equity is what it is, to whatever bar.
  const side = firstSide ^ (<usize>flips & 1);
  if (side == 1 && !twoSided) addEquity(load<f64>(cash + <usize>flips * STRIDE));
  v128.store(state, seen, EXTREMES);
  store<f64>(state, peak, PEAK);
  store<f64>(state, deepest, DEEPEST);
}

/** Bar of the block at which a segment ends. */
// @ts-ignore: decorator
@inline
function turnOf(k: i32): i32 {
  return load<i32>(turns + <usize>k * STRIDE) >> 3;
}

/**
 * Few blocks fall deeper than what came before. Where none can, nothing but the highest equity can matter, and where no
 * new peak can be, nothing but the lowest: it is computed exactly for the segments whose bounds reach so far, mostly
 * one. The rest is taken one after the other.
 */
function addSegments(flips: i32, from: i32, reciprocal: f32): void {
  // One that is over where it begins is none.
  const first = <i32>(firstSince == from + turnOf(0));
  boundSegments(turns, flips, cash, firstSide, reciprocal, firstSeen, first != 0);
  const margin = doubt + DOUBT * max<f64>(peak, 0);
  const share = 1 - deepest;
  if (top + margin < peak) {
    if (!(bottom - margin > peak * share)) deepenTo(bottom + 2 * margin, flips);
    return;
  }
  // Whatever comes first, nothing falls deeper from the new peak or the old one.
  const level = max<f64>(peak * share, (top + margin) * share);
  if (peak > 0 && bottom - margin > level) raiseTo(top - 2 * margin, flips);
  else addEach(first, flips, from, margin);
}

/** Raises the peak to the highest equity, which is among the segments whose bounds reach up to a level. */
function raiseTo(level: f64, flips: i32): void {
  let highest = peak;
  for (let place = 0; place < placesOf(flips); place++) {
    const hits = reachUp(place, level);
    if (hits == 0) continue;
    const k = segmentAt(place);
    if ((hits & 3) != 0) highest = max<f64>(highest, exactly(k, false));
    if ((hits & 12) != 0) highest = max<f64>(highest, exactly(k + 1, false));
  }
  setDrawdown(highest, deepest);
}

/** Deepens by all segments whose bounds reach down to a level: the lowest equity is among them. */
function deepenTo(level: f64, flips: i32): void {
  for (let place = 0; place < placesOf(flips); place++) {
    const hits = reachDown(place, level);
    if (hits == 0) continue;
    const k = segmentAt(place);
    if ((hits & 3) != 0) deepen(drawdown(exactly(k, true), peak));
    if ((hits & 12) != 0) deepen(drawdown(exactly(k + 1, true), peak));
  }
}

/** The lowest equity of a segment, or the highest. */
function exactly(k: i32, lowest: bool): f64 {
  const at = <usize>k * STRIDE;
  const side = firstSide ^ (<usize>k & 1);
  const seen = seenIn(k);
  const isLow = isLong(rules, side) == lowest;
  const price = isLow ? f64x2.extract_lane(seen, 0) : -f64x2.extract_lane(seen, 1);
  setAccount(load<f64>(cash + at), 0);
  return equityAt(markOf(rules, side, load<f64>(entries + at), price));
}

/** Extreme closes of a segment. */
function seenIn(k: i32): v128 {
  return k == 0 ? firstSeen : extremesOf(turnOf(k - 1), turnOf(k));
}

/** One after the other: some reach a new peak. */
function addEach(first: i32, flips: i32, from: i32, margin: f64): void {
  for (let place = 0; place < placesOf(flips); place++) {
    const k = segmentAt(place);
    if (k >= first) addOne(k, from, place, 3, margin);
    if (place > 0 && k + 1 < flips) addOne(k + 1, from, place, 12, margin);
  }
}

/** A segment, unless its bounds, in these bits of their place, prove that it changes nothing. */
function addOne(k: i32, from: i32, place: i32, bits: i32, margin: f64): void {
  const reaches = reachUp(place, peak - margin) | reachDown(place, peak * (1 - deepest) + margin);
  if (margin < Infinity && (reaches & bits) == 0) return;
  const seen = seenIn(k);
  const since = k == 0 ? firstSince : from + turnOf(k - 1);
  setAccount(load<f64>(cash + <usize>k * STRIDE), 0);
  heldDrawdown(
    firstSide ^ (<usize>k & 1),
    since,
    from + turnOf(k),
    f64x2.extract_lane(seen, 0),
    -f64x2.extract_lane(seen, 1),
  );
}
