/**
 * What the legs of a side do where no gate is in the way, listed once for all gates that they are
 * settled behind: how many are held after each bar, and what each would make of its account if it
 * left at a bar.
 */
import { below, COUNTS, exitFactors, field, SOME } from "./leg-side";
import { BASE, SLOPE } from "./rules";

// Fields of a list, 32 bits each.
/** Bars at which the count falls, a bit a bar. */
export const FALLS: usize = 0;
/**
 * For each bar, 32 bits: where the leaves of the legs that are held before it are, if there are any,
 * and in the lowest bits how many are held after it. Nothing where none is held before nor after.
 * Once more for who is held on the last bar.
 */
export const LEAVES: usize = 4;

/** What LEAVES says of how many legs are held. */
export const HOW_MANY: u32 = 15;
/** Factors of eight legs, 1 for those that are not held. */
export const LEAVE_BYTES: usize = 64;
/** Those of a word of bars, and one more. */
const WORD_LEAVES: usize = 65 * LEAVE_BYTES;

/** Writes the list of a side of eight legs at most into `bytes` of room; false where it does not fit. */
export function listLeaves(
  side: usize,
  rules: usize,
  bars: i32,
  close: usize,
  list: usize,
  room: usize,
  bytes: usize,
): bool {
  const words = (<usize>bars + 63) >> 6;
  const leaves = room + (words << 3);
  let leave = (leaves + ((<usize>bars + 1) << 2) + LEAVE_BYTES - 1) & ~(LEAVE_BYTES - 1);
  const end = room + bytes - WORD_LEAVES;
  store<u32>(list, <u32>room, FALLS);
  store<u32>(list, <u32>leaves, LEAVES);
  const counts = field(side, COUNTS);
  const some = field(side, SOME);
  const base = v128.load64_splat(rules, BASE);
  const slope = v128.load64_splat(rules, SLOPE);
  // Entry prices, positive where none is held.
  let a = f64x2.splat(1);
  let b = a;
  let c = a;
  let d = a;
  let held: u64 = 0;
  for (let w: usize = 0; w < words; w++) {
    if (leave > end) return false;
    const carry = held >>> 63;
    held = load<u64>(some + (w << 3));
    let falls: u64 = 0;
    // Bars before and after which none is held are never read.
    for (let left = held | (held << 1) | carry; left != 0; left &= left - 1) {
      const bar = (w << 6) + <usize>ctz(left);
      if (bar >= <usize>bars) break;
      const was = <usize>load<u8>(counts + bar - 1);
      const now = <usize>load<u8>(counts + bar);
      const price = v128.load64_splat(close + (bar << 3));
      writeLeave(leave, was, base, slope, price, a, b, c, d);
      store<u32>(leaves + (bar << 2), <u32>(leave | now));
      leave += select<usize>(LEAVE_BYTES, 0, was != 0);
      falls |= (left & (0 - left)) & (0 - <u64>(now < was));
      // Legs that begin, and those beyond.
      const kept = below(select<usize>(was, 8, now > was));
      a = v128.bitselect(a, price, v128.load(kept));
      b = v128.bitselect(b, price, v128.load(kept, 16));
      c = v128.bitselect(c, price, v128.load(kept, 32));
      d = v128.bitselect(d, price, v128.load(kept, 48));
    }
    store<u64>(room + (w << 3), falls);
  }
  if (leave > end) return false;
  const last = close + (<usize>(bars - 1) << 3);
  const was = <usize>load<u8>(counts + <usize>(bars - 1));
  writeLeave(leave, was, base, slope, v128.load64_splat(last), a, b, c, d);
  store<u32>(leaves + (<usize>bars << 2), <u32>leave);
  return true;
}

// @ts-ignore: decorator
@inline
function writeLeave(
  at: usize,
  held: usize,
  base: v128,
  slope: v128,
  price: v128,
  a: v128,
  b: v128,
  c: v128,
  d: v128,
): void {
  const exits = below(held);
  v128.store(at, exitFactors(base, slope, price, a, v128.load(exits)));
  v128.store(at, exitFactors(base, slope, price, b, v128.load(exits, 16)), 16);
  v128.store(at, exitFactors(base, slope, price, c, v128.load(exits, 32)), 32);
  v128.store(at, exitFactors(base, slope, price, d, v128.load(exits, 48)), 48);
}
