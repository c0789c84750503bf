/** Drawdown of one variant of a lock step over a block: of each segment between its flips. */
import { rules, setAccount } from "./account";
import { extremesOf, noExtremes, reciprocals, BLOCK_BARS } from "./block-extremes";
import { addEquity, deepest, DOUBT, heldDrawdown, peak, setDrawdown } from "./drawdown-tally";
import { STRIDE } from "./flips";
import { bars } from "./market";
import { barsOfFlips, cashes, slopesOf, twoSided } from "./pair-room";
import { MARK_BASE } from "./rules";
import { DEEPEST, ENTRY_BAR, ENTRY_PRICE, EXTREMES, PEAK } from "./variant-state";

// What a segment must stay within to change nothing.
let peaks: v128 = i64x2.splat(0);
let depths: v128 = i64x2.splat(0);

/** The state's entry and extremes are those before the block; its extremes become those after it. */
export function addDrawdown(state: usize, lane: usize, carry: i32, flips: i32, from: i32): void {
  setDrawdown(load<f64>(state, PEAK), load<f64>(state, DEEPEST));
  readBounds();
  const turns = barsOfFlips(lane);
  const cash = cashes() + (lane << 3);
  const end = min(BLOCK_BARS, bars - 1 - from);
  let side = <usize>(1 - carry);
  let begin: i32 = 0;
  let since = load<i32>(state, ENTRY_BAR);
  let seen = v128.load(state, EXTREMES);
  let reciprocal = 1 / load<f64>(state, ENTRY_PRICE);
  for (let k = 0; k < flips; k++) {
    const turn = load<i32>(turns + (<usize>k << 2));
    if (begin < turn) seen = f64x2.pmin(seen, extremesOf(begin, turn));
    const held = load<f64>(cash + <usize>k * STRIDE);
    if (!staysWithin(side, held, reciprocal, seen)) addSegment(side, held, since, from + turn, seen);
    side ^= 1;
    begin = turn;
    since = from + turn;
    seen = noExtremes();
    reciprocal = load<f64>(reciprocals + (<usize>turn << 3));
  }
  if (begin < end) seen = f64x2.pmin(seen, extremesOf(begin, end));
  // Without a position equity is what it is, to whatever bar.
  if (side == 1 && !twoSided) addEquity(load<f64>(cash + <usize>flips * STRIDE));
  v128.store(state, seen, EXTREMES);
  store<f64>(state, peak, PEAK);
  store<f64>(state, deepest, DEEPEST);
}

function readBounds(): void {
  peaks = f64x2.splat(peak);
  depths = f64x2.splat(peak * (1 - deepest));
}

/** As drawdown-tally's, for an account that puts everything in, lowest and highest close in one comparison. */
// @ts-ignore: decorator
@inline
function staysWithin(side: usize, cash: f64, reciprocal: f64, seen: v128): bool {
  const slopes = f64x2.mul(v128.load(slopesOf(side)), f64x2.splat(reciprocal));
  const bases = v128.load64_splat(rules + (side << 3), MARK_BASE);
  const marks = f64x2.add(bases, f64x2.mul(slopes, seen));
  const equity = f64x2.mul(f64x2.splat(cash), marks);
  const doubt = f64x2.mul(
    f64x2.add(f64x2.abs(equity), f64x2.add(f64x2.splat(4 * cash), peaks)),
    f64x2.splat(DOUBT),
  );
  const below = f64x2.lt(f64x2.add(equity, doubt), peaks);
  const above = f64x2.gt(f64x2.sub(equity, doubt), depths);
  return i64x2.bitmask(v128.and(below, above)) == 3;
}

function addSegment(side: usize, cash: f64, since: i32, to: i32, seen: v128): void {
  if (since >= to) return;
  setAccount(cash, 0);
  heldDrawdown(side, since, to, f64x2.extract_lane(seen, 0), -f64x2.extract_lane(seen, 1));
  readBounds();
}
