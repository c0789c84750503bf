/**
 * The panel of leg-panel.ts once more, for a few legs that are settled behind many gates. Which legs
 * exit where is found first and without a branch, and all accounts are multiplied at each exit, most
 * of them by 1: what a market does next cannot be guessed, and a wrong guess costs more than that.
 */
import {
  BAR,
  BEGUN,
  ENTERED,
  EXIT_BYTES,
  findExits,
  IS_SHORT,
  NOW,
  RUN,
  WAS,
} from "./leg-exits";
import { below, exitFactors, field, LEGS, leastAccount, multiplyFour, openAccounts } from "./leg-side";
import { BASE, SLOPE } from "./rules";

/** When the bound of all accounts is as near to ruin as this, the accounts are looked at. */
const NEAR: f64 = 1000;

// The panel at hand.
let rules: usize = 0;
let closeAt: usize = 0;
let cash: usize = 0;
let bottom: usize = 0;
/** Eight accounts a row. */
const ROW_BYTES: usize = 64;

/**
 * Leaves what settlePanel leaves, without tallies; false where it does not: the sides overlap, or an
 * account may be ruined. Each side has eight legs at most. Lists are those of listSteps; `exits` has room for those of findExits.
 */
export function settleGated(
  long: usize,
  short: usize,
  longList: usize,
  shortList: usize,
  bars: i32,
  exits: usize,
  rulesAt: usize,
  close: usize,
  cashAt: usize,
  startCash: f64,
  ruinCash: f64,
): bool {
  if (!(startCash > ruinCash)) return false;
  const end = findExits(long, short, longList, shortList, bars, exits);
  if (end == 0) return false;
  rules = rulesAt;
  closeAt = close;
  cash = cashAt;
  bottom = cash + field(long, LEGS) * ROW_BYTES;
  openAccounts(cash, bottom, startCash);
  return settle(exits, end, startCash, ruinCash);
}

function settle(from: usize, end: usize, startCash: f64, ruin: f64): bool {
  // No account has had less than this so far.
  let floor = f64x2.splat(startCash);
  let run: u32 = u32.MAX_VALUE;
  let kept: i32 = 0;
  for (let exit = from; exit < end; exit += EXIT_BYTES) {
    const isNew = load<u32>(exit, RUN) != run;
    run = load<u32>(exit, RUN);
    // Legs below have been held since the run began: those that began with it, until one exits.
    kept = select<i32>(<i32>load<u8>(exit, BEGUN), kept, isNew);
    const least = load<u8>(exit, IS_SHORT) ? exitShort(exit, kept) : exitLong(exit, kept);
    kept = min(kept, <i32>load<u8>(exit, NOW));
    floor = f64x2.mul(floor, f64x2.pmax(f64x2.splat(0), least));
    // Products are rounded monotonously, so the bound holds to the bit.
    if (!(f64x2.extract_lane(floor, 0) > NEAR * ruin)) {
      if (!(f64x2.extract_lane(floor, 0) > ruin)) return false;
      floor = f64x2.splat(leastAccount(cash, bottom));
    }
  }
  return f64x2.extract_lane(floor, 0) > ruin;
}

/** Multiplies rows; returns the least factor, of 1 and those of the exit, in both lanes. */
// @ts-ignore: decorator
@inline
function exitLong(exit: usize, kept: i32): v128 {
  const base = v128.load64_splat(rules, BASE);
  const slope = v128.load64_splat(rules, SLOPE);
  const price = v128.load64_splat(closeAt + (field(exit, BAR) << 3));
  const opened = v128.load64_splat(closeAt + (field(exit, RUN) << 3));
  const entered = field(exit, ENTERED);
  const since = below(kept);
  const stay = below(<usize>load<u8>(exit, NOW));
  const held = below(<usize>load<u8>(exit, WAS));
  let least: v128 = f64x2.splat(1);
  let leg: usize = 0;
  for (let row = cash; row < bottom; row += 2 * ROW_BYTES) {
    const exits = v128.andnot(v128.load(held + leg), v128.load(stay + leg));
    const entry = v128.bitselect(opened, v128.load(entered + leg), v128.load(since + leg));
    const f = exitFactors(base, slope, price, entry, exits);
    least = f64x2.pmin(least, f);
    const first = v128.shuffle<i64>(f, f, 0, 0);
    const second = v128.shuffle<i64>(f, f, 1, 1);
    multiplyFour(row, first, first, first, first);
    multiplyFour(row + ROW_BYTES, second, second, second, second);
    leg += 16;
  }
  return f64x2.pmin(least, v128.shuffle<i64>(least, least, 1, 0));
}

/** Multiplies columns; as above. */
// @ts-ignore: decorator
@inline
function exitShort(exit: usize, kept: i32): v128 {
  const base = v128.load64_splat(rules, BASE + 8);
  const slope = v128.load64_splat(rules, SLOPE + 8);
  const price = v128.load64_splat(closeAt + (field(exit, BAR) << 3));
  const opened = v128.load64_splat(closeAt + (field(exit, RUN) << 3));
  const entered = field(exit, ENTERED);
  const since = below(kept);
  const stay = below(<usize>load<u8>(exit, NOW));
  const held = below(<usize>load<u8>(exit, WAS));
  const ea = v128.bitselect(opened, v128.load(entered), v128.load(since));
  const eb = v128.bitselect(opened, v128.load(entered, 16), v128.load(since, 16));
  const ec = v128.bitselect(opened, v128.load(entered, 32), v128.load(since, 32));
  const ed = v128.bitselect(opened, v128.load(entered, 48), v128.load(since, 48));
  const xa = v128.andnot(v128.load(held), v128.load(stay));
  const xb = v128.andnot(v128.load(held, 16), v128.load(stay, 16));
  const xc = v128.andnot(v128.load(held, 32), v128.load(stay, 32));
  const xd = v128.andnot(v128.load(held, 48), v128.load(stay, 48));
  const a = exitFactors(base, slope, price, ea, xa);
  const b = exitFactors(base, slope, price, eb, xb);
  const c = exitFactors(base, slope, price, ec, xc);
  const d = exitFactors(base, slope, price, ed, xd);
  for (let row = cash; row < bottom; row += ROW_BYTES) multiplyFour(row, a, b, c, d);
  const least = f64x2.pmin(f64x2.pmin(a, b), f64x2.pmin(c, d));
  return f64x2.pmin(f64x2.pmin(least, v128.shuffle<i64>(least, least, 1, 0)), f64x2.splat(1));
}
