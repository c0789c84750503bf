/** What each exit of a batch makes of the accounts of the legs of its side. */
import { BAR, EXIT_BYTES, IS_SHORT, RUN, SHIFT, STAYS } from "./leg-exits";
import { below, exitFactors, field } from "./leg-side";
import { HELD, HOW_MANY } from "./leg-steps";
import { BASE, SLOPE } from "./rules";

/** Factors of eight legs, those of one exit: 1 for legs that do not exit. */
export const FACTOR_BYTES: usize = 64;

// The panel at hand.
let rules: usize = 0;
let close: usize = 0;
let longHeld: usize = 0;
let shortHeld: usize = 0;
// Where the walk is: the run of the exit before, and how many legs have been held since it began.
let run: u32 = 0;
let kept: u32 = 0;

/** What no account is below, where none is before and all are multiplied by the factors written. */
export let floor: f64 = 0;

export function openFactors(
  rulesAt: usize,
  closeAt: usize,
  longList: usize,
  shortList: usize,
): void {
  rules = rulesAt;
  close = closeAt;
  longHeld = field(longList, HELD);
  shortHeld = field(shortList, HELD);
  run = u32.MAX_VALUE;
}

/**
 * Writes the factors of the exits `[from, end)`, and where in them each stretch of exits of one side
 * ends: a long one, a short one, and so on. Returns the end of the last, which is short; the first may be empty.
 * Products are rounded monotonously, so the floor holds to the bit.
 */
export function writeFactors(
  from: usize,
  end: usize,
  factors: usize,
  stretches: usize,
  floorBefore: f64,
): usize {
  let lowest = f64x2.splat(floorBefore);
  let since = run;
  let held = kept;
  let stretch = stretches;
  let side: u32 = 0;
  let at = factors;
  store<u32>(stretch, <u32>at);
  for (let exit = from; exit < end; exit += EXIT_BYTES) {
    const bits = load<u32>(exit, BAR);
    const isShort = bits & IS_SHORT;
    const began = load<u32>(exit, RUN);
    const states = select<usize>(shortHeld, longHeld, isShort);
    const state = states + <usize>(bits & ~(STAYS | IS_SHORT));
    const before = load<u32>(state);
    const now = select<u32>(load<u32>(state, 4) & HOW_MANY, 0, bits & STAYS);
    // Legs below have been held since the run began: those that began with it, until one exits.
    held = select<u32>(load<u32>(states + <usize>began, 4) & HOW_MANY, held, began != since);
    since = began;
    const price = close + (<usize>(bits & ~(STAYS | IS_SHORT)) << 1);
    const least = writeExit(at, isShort, before, now, held, began, v128.load64_splat(price));
    held = min(held, now);
    lowest = f64x2.mul(lowest, f64x2.pmax(f64x2.splat(0), least));
    at += FACTOR_BYTES;
    stretch += <usize>(isShort ^ side) << 2;
    side = isShort;
    store<u32>(stretch, <u32>at);
  }
  run = since;
  kept = held;
  floor = f64x2.extract_lane(lowest, 0);
  if (side != 0) return stretch + 4;
  store<u32>(stretch, <u32>at, 4);
  return stretch + 8;
}

/** Writes the factors of an exit; returns the least of them and 1, in both lanes. */
// @ts-ignore: decorator
@inline
function writeExit(
  at: usize,
  isShort: u32,
  before: u32,
  now: u32,
  held: u32,
  began: u32,
  price: v128,
): v128 {
  const base = v128.load64_splat(rules + (<usize>isShort << 3), BASE);
  const slope = v128.load64_splat(rules + (<usize>isShort << 3), SLOPE);
  const opened = v128.load64_splat(close + (<usize>began << 1));
  const entered = <usize>(before & ~HOW_MANY);
  const kept = below(<usize>held);
  const stay = below(<usize>now);
  const were = below(<usize>(before & HOW_MANY));
  let least = f64x2.splat(1);
  const a = factorsOf(base, slope, price, opened, entered, kept, stay, were);
  const b = factorsOf(base, slope, price, opened, entered + 16, kept + 16, stay + 16, were + 16);
  const c = factorsOf(base, slope, price, opened, entered + 32, kept + 32, stay + 32, were + 32);
  const d = factorsOf(base, slope, price, opened, entered + 48, kept + 48, stay + 48, were + 48);
  v128.store(at, a);
  v128.store(at, b, 16);
  v128.store(at, c, 32);
  v128.store(at, d, 48);
  least = f64x2.pmin(f64x2.pmin(a, b), f64x2.pmin(c, d));
  return f64x2.pmin(f64x2.pmin(least, v128.shuffle<i64>(least, least, 1, 0)), f64x2.splat(1));
}

// @ts-ignore: decorator
@inline
function factorsOf(
  base: v128,
  slope: v128,
  price: v128,
  opened: v128,
  entered: usize,
  kept: usize,
  stay: usize,
  were: usize,
): v128 {
  const exits = v128.andnot(v128.load(were), v128.load(stay));
  const entry = v128.bitselect(opened, v128.load(entered), v128.load(kept));
  return exitFactors(base, slope, price, entry, exits);
}

/** The factors of the exit after the last bar, at its price; the least of them and 1. */
export function writeLast(exit: usize, lastPrice: f64, factors: usize): f64 {
  const bits = load<u32>(exit, BAR);
  const isShort = bits & IS_SHORT;
  const began = load<u32>(exit, RUN);
  const states = select<usize>(shortHeld, longHeld, isShort);
  const before = load<u32>(states + <usize>(bits & ~IS_SHORT));
  const begun = load<u32>(states + <usize>began, 4) & HOW_MANY;
  const held = began == run ? kept : begun;
  const least = writeExit(factors, isShort, before, 0, held, began, f64x2.splat(lastPrice));
  return f64x2.extract_lane(least, 0);
}
