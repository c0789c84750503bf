/** The exits of a panel in the order of their bars, found batch by batch before any is settled. */
import { field, GATE, SOME } from "./leg-side";
import { FALLS } from "./leg-leaves";

// Fields of an exit, 32 bits each.
/** The bar, shifted, and below it whether some legs of the side stay, and whether it is short. */
export const BAR: usize = 0;
export const STAYS: u32 = 2;
export const IS_SHORT: u32 = 1;
/** The bar on which its side began to be held, shifted. */
export const RUN: usize = 4;
export const EXIT_BYTES: usize = 8;
export const SHIFT: u32 = 2;

/** A batch ends with the word of bars in which it has as many. */
const BATCH: usize = 128 * EXIT_BYTES;
/** So many are written at once, without a look whether there are as many. */
const AT_ONCE: usize = 4;

// The panel at hand.
let longSome: usize = 0;
let longGate: usize = 0;
let longFalls: usize = 0;
let shortSome: usize = 0;
let shortGate: usize = 0;
let shortFalls: usize = 0;
let bars: usize = 0;
// Where the walk is: the next word of bars, what is held in the one before, and since when.
let word: usize = 0;
let longHeld: u64 = 0;
let shortHeld: u64 = 0;
let run: u32 = 0;

/** What findExits returns where both sides are held at one bar. */
export const OVERLAP: usize = 0;

export function openExits(
  long: usize,
  short: usize,
  longList: usize,
  shortList: usize,
  barCount: i32,
): void {
  longSome = field(long, SOME);
  longGate = field(long, GATE);
  longFalls = field(longList, FALLS);
  shortSome = field(short, SOME);
  shortGate = field(short, GATE);
  shortFalls = field(shortList, FALLS);
  bars = <usize>barCount;
  word = 0;
  longHeld = 0;
  shortHeld = 0;
  run = 0;
}

/**
 * Writes the next exits at `exits`, which has room for a batch and a word of bars and more, and
 * returns their end. A side is held where its loosest leg is, behind the gate: one run after another.
 */
export function findExits(exits: usize): usize {
  let exit = exits;
  let l = longHeld;
  let s = shortHeld;
  let since = run;
  let w = word;
  const full = exits + BATCH;
  const words = (bars + 63) >> 6;
  for (; w < words && exit < full; w++) {
    const at = w << 3;
    const lCarry = l >>> 63;
    const sCarry = s >>> 63;
    l = load<u64>(longSome + at) & load<u64>(longGate + at);
    s = load<u64>(shortSome + at) & load<u64>(shortGate + at);
    if ((l & s) != 0) return OVERLAP;
    const lHeld = (l << 1) | lCarry;
    const sHeld = (s << 1) | sCarry;
    const rest = <u64>(bars - (w << 6));
    const valid = rest < 64 ? ((<u64>1) << rest) - 1 : ~(<u64>0);
    const lExits = lHeld & (~l | load<u64>(longFalls + at)) & valid;
    const sExits = sHeld & (~s | load<u64>(shortFalls + at)) & valid;
    const stays = (lExits & l) | (sExits & s);
    const begins = ((l & ~lHeld) | (s & ~sHeld)) & valid;
    const first = <u32>w << 6;
    const end = exit + <usize>popcnt(lExits | sExits) * EXIT_BYTES;
    for (let left = lExits | sExits; exit < end; exit += AT_ONCE * EXIT_BYTES) {
      writeExit(exit, left, sExits, stays, begins, first, since);
      left &= left - 1;
      writeExit(exit + EXIT_BYTES, left, sExits, stays, begins, first, since);
      left &= left - 1;
      writeExit(exit + 2 * EXIT_BYTES, left, sExits, stays, begins, first, since);
      left &= left - 1;
      writeExit(exit + 3 * EXIT_BYTES, left, sExits, stays, begins, first, since);
      left &= left - 1;
    }
    exit = end;
    since = select<u32>((first + 63 - <u32>clz(begins)) << SHIFT, since, begins != 0);
  }
  word = w;
  longHeld = l;
  shortHeld = s;
  run = since;
  return exit;
}

/** The exit of the lowest bit left. */
// @ts-ignore: decorator
@inline
function writeExit(
  exit: usize,
  left: u64,
  shorts: u64,
  stays: u64,
  begins: u64,
  first: u32,
  since: u32,
): void {
  const bit = left & (0 - left);
  const begun = begins & (bit - 1);
  const bar = (first + <u32>ctz(left)) << SHIFT;
  const some = select<u32>(STAYS, 0, (stays & bit) != 0);
  store<u32>(exit, bar | some | <u32>((shorts & bit) != 0), BAR);
  const began = (first + 63 - <u32>clz(begun)) << SHIFT;
  store<u32>(exit, select<u32>(began, since, begun != 0), RUN);
}

export function allFound(): bool {
  return word << 6 >= bars;
}

/** After all others: who is held on the last bar exits on it. False where nobody is. */
export function lastExit(exit: usize): bool {
  const bit = (<u64>1) << (<u64>(bars - 1) & 63);
  const isShort = (shortHeld & bit) != 0;
  store<u32>(exit, (<u32>bars << SHIFT) | <u32>isShort, BAR);
  store<u32>(exit, run, RUN);
  return isShort || (longHeld & bit) != 0;
}
