/** Drawdown of one variant of a lock step over a block: of each segment between its flips. */
import { equityAt, rules, setAccount } from "./account";
import { extremesOf, noExtremes, reciprocals, BLOCK_BARS } from "./block-extremes";
import { addEquity, deepen, deepest, DOUBT, drawdown, heldDrawdown, peak, setDrawdown } from "./drawdown-tally";
import { STRIDE } from "./flips";
import { bars, closeAt } from "./market";
import { barsOfFlips, cashes, equities, prices, slopesOf, twoSided } from "./pair-room";
import { isLong, MARK_BASE, markOf } from "./rules";
import { DEEPEST, ENTRY_BAR, ENTRY_PRICE, EXTREMES, PEAK } from "./variant-state";

// What a segment must stay within to change nothing.
let peaks: v128 = i64x2.splat(0);
let depths: v128 = i64x2.splat(0);

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
    const turn = load<i32>(turns);
    if (turn != 0) firstSeen = f64x2.pmin(firstSeen, extremesOf(0, turn));
    addSegments(flips, from, 1 / load<f64>(state, ENTRY_PRICE));
    begin = load<i32>(turns + <usize>(flips - 1) * STRIDE);
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

/**
 * Bounds of all segments first, without a branch: most blocks lie below the peak. Then nothing but the lowest equity
 * can matter, and it is computed exactly where it may be a new depth.
 */
function addSegments(flips: i32, from: i32, reciprocal: f64): void {
  let highest = f64x2.splat(-Infinity);
  let lowest = f64x2.splat(Infinity);
  let most = f64x2.splat(0);
  let slopes = v128.load(slopesOf(firstSide));
  let bases = v128.load64_splat(rules + (firstSide << 3), MARK_BASE);
  let otherSlopes = v128.load(slopesOf(firstSide ^ 1));
  let otherBases = v128.load64_splat(rules + ((firstSide ^ 1) << 3), MARK_BASE);
  let seen = firstSeen;
  let turn = load<i32>(turns);
  // One that is over where it begins is none.
  const first = <i32>(firstSince == from + turn);
  for (let k = 0; ; ) {
    const at = <usize>k * STRIDE;
    if (k >= first) {
      const held = v128.load64_splat(cash + at);
      const marks = f64x2.add(bases, f64x2.mul(f64x2.mul(slopes, f64x2.splat(reciprocal)), seen));
      const equity = f64x2.mul(held, marks);
      v128.store(equities() + at, equity);
      highest = f64x2.pmax(highest, equity);
      lowest = f64x2.pmin(lowest, equity);
      most = f64x2.pmax(most, held);
    }
    if (++k == flips) break;
    const next = load<i32>(turns + at, STRIDE);
    seen = extremesOf(turn, next);
    reciprocal = load<f64>(reciprocals + (<usize>turn << 3));
    turn = next;
    const slope = slopes;
    slopes = otherSlopes;
    otherSlopes = slope;
    const base = bases;
    bases = otherBases;
    otherBases = base;
  }
  const top = max<f64>(f64x2.extract_lane(highest, 0), f64x2.extract_lane(highest, 1));
  const bottom = min<f64>(f64x2.extract_lane(lowest, 0), f64x2.extract_lane(lowest, 1));
  const doubt = DOUBT * (max<f64>(abs(top), abs(bottom)) + 4 * f64x2.extract_lane(most, 0) + peak);
  if (!(top + doubt < peak)) addEach(first, flips, from);
  else if (!(bottom - doubt > peak * (1 - deepest))) deepenTo(bottom + 2 * doubt, first, flips, from);
}

/** Deepens by all segments whose bounds reach down to `bottom`: the lowest equity is among them. */
function deepenTo(bottom: f64, first: i32, flips: i32, from: i32): void {
  for (let k = first; k < flips; k++) {
    const at = <usize>k * STRIDE;
    if (!v128.any_true(f64x2.le(v128.load(equities() + at), f64x2.splat(bottom)))) continue;
    const side = firstSide ^ (<usize>k & 1);
    const seen = seenIn(k);
    const worst = isLong(rules, side) ? f64x2.extract_lane(seen, 0) : -f64x2.extract_lane(seen, 1);
    setAccount(load<f64>(cash + at), 0);
    deepen(drawdown(equityAt(markOf(rules, side, load<f64>(entries + at), worst)), peak));
  }
}

/** Extreme closes of a segment. */
function seenIn(k: i32): v128 {
  if (k == 0) return firstSeen;
  const at = turns + <usize>k * STRIDE;
  return extremesOf(load<i32>(at - STRIDE), load<i32>(at));
}

/** One after the other: some reach a new peak. */
function addEach(first: i32, flips: i32, from: i32): void {
  readBounds();
  for (let k = first; k < flips; k++) {
    const at = <usize>k * STRIDE;
    const held = load<f64>(cash + at);
    if (staysWithin(held, v128.load(equities() + at))) continue;
    const seen = seenIn(k);
    const since = k == 0 ? firstSince : from + load<i32>(turns + at - STRIDE);
    setAccount(held, 0);
    heldDrawdown(
      firstSide ^ (<usize>k & 1),
      since,
      from + load<i32>(turns + at),
      f64x2.extract_lane(seen, 0),
      -f64x2.extract_lane(seen, 1),
    );
    readBounds();
  }
}

function readBounds(): void {
  peaks = f64x2.splat(peak);
  depths = f64x2.splat(peak * (1 - deepest));
}

/** As drawdown-tally's, for an account that puts everything in, from equity at the lowest and the highest close. */
// @ts-ignore: decorator
@inline
function staysWithin(held: f64, equity: v128): bool {
  const doubt = f64x2.mul(
    f64x2.add(f64x2.abs(equity), f64x2.add(f64x2.splat(4 * held), peaks)),
    f64x2.splat(DOUBT),
  );
  const below = f64x2.lt(f64x2.add(equity, doubt), peaks);
  const above = f64x2.gt(f64x2.sub(equity, doubt), depths);
  return i64x2.bitmask(v128.and(below, above)) == 3;
}
