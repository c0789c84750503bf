/** The exits of a panel in the order of their bars, found before any of them is settled. */
import { CHANGES, COUNTS, field, GATE, SOME } from "./leg-side";
import { BEFORE, FALLS, PRICES, pricesBytes } from "./leg-steps";

// Fields of an exit: legs `[NOW, WAS)` of one side exit.
export const BAR: usize = 0;
/** The bar on which its side began to be held, and how many legs were then. */
export const RUN: usize = 4;
export const BEGUN: usize = 14;
/** Where the prices are at which legs were entered, had there been no gate. */
export const ENTERED: usize = 8;
export const NOW: usize = 12;
export const WAS: usize = 13;
export const IS_SHORT: usize = 15;
export const EXIT_BYTES: usize = 16;

/** So many are written at once, without a look whether there are as many. */
const AT_ONCE: i32 = 4;

// The panel at hand.
let bars: usize = 0;
let longCounts: usize = 0;
let shortCounts: usize = 0;
let longPrices: usize = 0;
let shortPrices: usize = 0;
let longBytes: usize = 0;
let shortBytes: usize = 0;

/**
 * Writes them at `exits`, with room for one a bar and five more, and returns their end; 0 where both
 * sides are held at one bar. A side is held where its loosest leg is, behind the gate: one run after
 * another.
 */
export function findExits(
  long: usize,
  short: usize,
  longList: usize,
  shortList: usize,
  barCount: i32,
  exits: usize,
): usize {
  bars = <usize>barCount;
  longCounts = field(long, COUNTS);
  shortCounts = field(short, COUNTS);
  longPrices = field(longList, PRICES);
  shortPrices = field(shortList, PRICES);
  longBytes = pricesBytes(long, false);
  shortBytes = pricesBytes(short, true);
  let l: u64 = 0;
  let s: u64 = 0;
  let run: usize = 0;
  let exit = exits;
  const words = (bars + 63) >> 6;
  for (let w: usize = 0; w < words; w++) {
    const at = w << 3;
    const lCarry = l >>> 63;
    const sCarry = s >>> 63;
    l = load<u64>(field(long, SOME) + at) & load<u64>(field(long, GATE) + at);
    s = load<u64>(field(short, SOME) + at) & load<u64>(field(short, GATE) + at);
    if ((l & s) != 0) return 0;
    const lHeld = (l << 1) | lCarry;
    const sHeld = (s << 1) | sCarry;
    const rest = <u64>(bars - (w << 6));
    const valid = rest < 64 ? ((<u64>1) << rest) - 1 : ~(<u64>0);
    const lExits = lHeld & (~l | load<u64>(field(longList, FALLS) + at)) & valid;
    const sExits = sHeld & (~s | load<u64>(field(shortList, FALLS) + at)) & valid;
    const begins = ((l & ~lHeld) | (s & ~sHeld)) & valid;
    const lSteps = load<u64>(field(long, CHANGES) + at);
    const sSteps = load<u64>(field(short, CHANGES) + at);
    const lEntered = longPrices + field(field(longList, BEFORE) + (at >> 1), 0) * longBytes;
    const sEntered = shortPrices + field(field(shortList, BEFORE) + (at >> 1), 0) * shortBytes;
    let left = lExits | sExits;
    const count = <i32>popcnt(left);
    const end = exit + <usize>count * EXIT_BYTES;
    while (exit < end) {
      for (let i = 0; i < AT_ONCE; i++) {
        const bit = ctz(left) & 63;
        left &= left - 1;
        const below = ((<u64>1) << bit) - 1;
        const bar = (w << 6) + <usize>bit;
        const begun = begins & below;
        const from = select<usize>((w << 6) + 63 - <usize>clz(begun), run, begun != 0);
        const isShort = <i32>(sExits >>> bit) & 1;
        const steps = <usize>popcnt(select<u64>(sSteps, lSteps, isShort) & below);
        const entered = select<usize>(sEntered, lEntered, isShort);
        const bytes = select<usize>(shortBytes, longBytes, isShort);
        const counts = select<usize>(shortCounts, longCounts, isShort);
        const open = <i32>(select<u64>(s, l, isShort) >>> bit) & 1;
        writeExit(exit, bar, from, entered + steps * bytes, isShort);
        store<u8>(exit, <u8>(<i32>load<u8>(counts + bar) & -open), NOW);
        store<u8>(exit, load<u8>(counts + bar - 1), WAS);
        store<u8>(exit, load<u8>(counts + from), BEGUN);
        exit += EXIT_BYTES;
      }
    }
    exit = end;
    run = select<usize>((w << 6) + 63 - <usize>clz(begins), run, begins != 0);
  }
  // Who is held on the last bar exits on it.
  const last = <u64>(bars - 1) & 63;
  if ((l >>> last) & 1) return writeLast(exit, long, longList, run, false);
  if ((s >>> last) & 1) return writeLast(exit, short, shortList, run, true);
  return exit;
}

// @ts-ignore: decorator
@inline
function writeExit(exit: usize, bar: usize, run: usize, entered: usize, isShort: i32): void {
  store<u32>(exit, <u32>bar, BAR);
  store<u32>(exit, <u32>run, RUN);
  store<u32>(exit, <u32>entered, ENTERED);
  store<u8>(exit, <u8>isShort, IS_SHORT);
}

function writeLast(exit: usize, side: usize, list: usize, run: usize, isShort: bool): usize {
  const word = (bars - 1) >> 6;
  const steps = popcnt(load<u64>(field(side, CHANGES) + (word << 3)));
  const before = field(field(list, BEFORE) + (word << 2), 0) + <usize>steps;
  const entered = field(list, PRICES) + before * pricesBytes(side, isShort);
  const counts = field(side, COUNTS);
  writeExit(exit, bars - 1, run, entered, <i32>isShort);
  store<u8>(exit, 0, NOW);
  store<u8>(exit, load<u8>(counts + bars - 1), WAS);
  store<u8>(exit, load<u8>(counts + run), BEGUN);
  return exit + EXIT_BYTES;
}
