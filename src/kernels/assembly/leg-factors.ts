/** What each exit of a batch makes of the accounts of the legs of its side. */
import { BAR, EXIT_BYTES, IS_SHORT, RUN, STAYS } from "./leg-exits";
import { HOW_MANY, LEAVES } from "./leg-leaves";
import { below, field, ONES, onesBelow, SLIDE } from "./leg-side";
import { BASE, factorOf, SLOPE } from "./rules";

/** Factors of eight legs, those of one exit: 1 for legs that do not exit. */
export const FACTOR_BYTES: usize = 64;

/** What the factors of an exit are made of: that of legs that were entered when their run began, */
const SINCE: usize = 0;
/** where those of legs that were entered later are, had there been no gate, */
const LEAVE: usize = 8;
/** where the masks of the former are, and those of legs that stay. */
const KEPT: usize = 12;
const STAY: usize = 16;
export const PART_BYTES: usize = 24;

/** More than what rounding takes from the product of a batch. */
const DOUBT: f64 = 1e-9;

// The panel at hand.
let rules: usize = 0;
let close: usize = 0;
let longLeaves: usize = 0;
let shortLeaves: usize = 0;
// Where the walk is: the run of the exit before, and how many legs have been held since it began.
let run: u32 = 0;
let kept: u32 = 0;
/** What was read ahead; nobody needs it. */
let touched: u32 = 0;

/** Of an account, before a batch, what is left at least while it lasts. */
export let share: f64 = 0;

export function openFactors(
  rulesAt: usize,
  closeAt: usize,
  longList: usize,
  shortList: usize,
): void {
  rules = rulesAt;
  close = closeAt;
  longLeaves = field(longList, LEAVES);
  shortLeaves = field(shortList, LEAVES);
  run = u32.MAX_VALUE;
}

/**
 * Writes the factors of the exits `[from, end)`, and where in them each stretch of exits of one side
 * ends: a long one, a short one, and so on. Returns the end of the last, which is short; the first
 * may be empty. `room` is for what each exit is made of.
 */
export function writeFactors(
  from: usize,
  end: usize,
  room: usize,
  factors: usize,
  stretches: usize,
): usize {
  const last = gather(from, end, room, factors, stretches);
  const one = v128.load(onesBelow(8));
  let left = one;
  let part = room;
  const ended = factors + (end - from) / EXIT_BYTES * FACTOR_BYTES;
  for (let at = factors; at < ended; at += FACTOR_BYTES) {
    const least = writeExit(at, part);
    left = f64x2.mul(left, f64x2.pmax(f64x2.splat(0), f64x2.pmin(least, one)));
    part += PART_BYTES;
  }
  share = f64x2.extract_lane(left, 0) * f64x2.extract_lane(left, 1) * (1 - DOUBT);
  return last;
}

/** What the factors of each exit are made of, and the stretches. */
function gather(from: usize, end: usize, room: usize, factors: usize, stretches: usize): usize {
  const longs = longLeaves;
  const shorts = shortLeaves;
  const prices = close;
  const account = rules;
  let since = run;
  let held = kept;
  let stretch = stretches;
  let side: u32 = 0;
  let at = factors;
  let part = room;
  let touch: u32 = 0;
  store<u32>(stretch, <u32>at);
  for (let exit = from; exit < end; exit += EXIT_BYTES) {
    const bits = load<u32>(exit, BAR);
    const began = load<u32>(exit, RUN);
    const isShort = bits & IS_SHORT;
    const bar = <usize>(bits & ~(STAYS | IS_SHORT));
    const leaves = select<usize>(shorts, longs, isShort);
    const state = load<u32>(leaves + bar);
    const leave = <usize>(state & ~HOW_MANY);
    const now = select<u32>(state & HOW_MANY, 0, bits & STAYS);
    // Legs below have been held since the run began: those that began with it, until one exits.
    held = select<u32>(load<u32>(leaves + <usize>began) & HOW_MANY, held, began != since);
    since = began;
    const ratio = load<f64>(prices + (bar << 1)) / load<f64>(prices + (<usize>began << 1));
    const rule = account + (<usize>isShort << 3);
    store<f64>(part, load<f64>(rule, BASE) + load<f64>(rule, SLOPE) * ratio, SINCE);
    store<u32>(part, <u32>leave, LEAVE);
    store<u32>(part, <u32>below(<usize>held), KEPT);
    store<u32>(part, <u32>below(<usize>now), STAY);
    // So that it is in the cache when it is read whole.
    touch |= load<u32>(leave);
    held = min(held, now);
    at += FACTOR_BYTES;
    part += PART_BYTES;
    stretch += <usize>(isShort ^ side) << 2;
    side = isShort;
    store<u32>(stretch, <u32>at);
  }
  run = since;
  kept = held;
  touched = touch;
  if (side != 0) return stretch + 4;
  store<u32>(stretch, <u32>at, 4);
  return stretch + 8;
}

/** Writes the factors of an exit; returns the least of even and of odd legs. */
// @ts-ignore: decorator
@inline
function writeExit(at: usize, part: usize): v128 {
  const since = v128.load64_splat(part, SINCE);
  const leave = field(part, LEAVE);
  const kept = field(part, KEPT);
  const stay = field(part, STAY);
  const ones = stay + (ONES - SLIDE);
  const a = factorsOf(since, leave, kept, stay, ones);
  const b = factorsOf(since, leave + 16, kept + 16, stay + 16, ones + 16);
  const c = factorsOf(since, leave + 32, kept + 32, stay + 32, ones + 32);
  const d = factorsOf(since, leave + 48, kept + 48, stay + 48, ones + 48);
  v128.store(at, a);
  v128.store(at, b, 16);
  v128.store(at, c, 32);
  v128.store(at, d, 48);
  return f64x2.pmin(f64x2.pmin(a, b), f64x2.pmin(c, d));
}

/** Of a pair of legs: 1 for those that stay, `since` for others that were held when the run began. */
// @ts-ignore: decorator
@inline
function factorsOf(since: v128, leave: usize, kept: usize, stay: usize, ones: usize): v128 {
  const factors = v128.bitselect(since, v128.load(leave), v128.load(kept));
  return v128.or(v128.andnot(factors, v128.load(stay)), v128.load(ones));
}

/** The factors of the exit after the last bar, at its price; and what they leave at least. */
export function writeLast(exit: usize, lastPrice: f64, room: usize, factors: usize): void {
  const bits = load<u32>(exit, BAR);
  const isShort = <usize>(bits & IS_SHORT);
  const began = load<u32>(exit, RUN);
  const leaves = select<usize>(shortLeaves, longLeaves, isShort);
  const leave = load<u32>(leaves + <usize>(bits & ~IS_SHORT)) & ~HOW_MANY;
  const begun = load<u32>(leaves + <usize>began) & HOW_MANY;
  const held = began == run ? kept : begun;
  const opened = load<f64>(close + (<usize>began << 1));
  store<f64>(room, factorOf(rules, isShort, opened, lastPrice), SINCE);
  store<u32>(room, leave, LEAVE);
  store<u32>(room, <u32>below(<usize>held), KEPT);
  store<u32>(room, <u32>below(0), STAY);
  const least = writeExit(factors, room);
  const lowest = min<f64>(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
  share = min<f64>(1, max<f64>(0, lowest));
}
