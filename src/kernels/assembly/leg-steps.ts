/**
 * What the legs of a side do where no gate is in the way, listed once for all gates that they are
 * settled behind: at which prices those that are held were entered, step by step. A step is a bar at
 * which the count of levels changes.
 */
import { below, CHANGES, COUNTS, field, LEGS } from "./leg-side";

// Fields of a list, 32 bits each.
/** Bars at which the count falls, a bit a bar. */
export const FALLS: usize = 0;
/** Steps before each word of bars, 32 bits each. */
export const BEFORE: usize = 4;
/** Entry prices before the first step and after each, of all legs; positive where none is held. */
export const PRICES: usize = 8;

/** Bytes from the entry prices after one step to those after the next: whole pairs, or eights. */
export function pricesBytes(side: usize, isShort: bool): usize {
  const atOnce: usize = isShort ? 8 : 2;
  return ((field(side, LEGS) + atOnce - 1) & ~(atOnce - 1)) << 3;
}

/** Writes the list of a side of eight legs at most into `bytes` of room; false where it does not fit. */
export function listSteps(
  side: usize,
  isShort: bool,
  bars: i32,
  close: usize,
  list: usize,
  room: usize,
  bytes: usize,
): bool {
  const words = (<usize>bars + 63) >> 6;
  const before = room + (words << 3);
  const prices = before + (((words << 2) + 15) & ~15);
  const width = pricesBytes(side, isShort);
  const end = room + bytes;
  if (prices + width > end) return false;
  store<u32>(list, <u32>room, FALLS);
  store<u32>(list, <u32>before, BEFORE);
  store<u32>(list, <u32>prices, PRICES);
  for (let at: usize = 0; at < width; at += 16) v128.store(prices + at, f64x2.splat(1));
  const changes = field(side, CHANGES);
  const counts = field(side, COUNTS);
  let was: usize = 0;
  let steps: usize = 0;
  let at = prices;
  for (let w: usize = 0; w < words; w++) {
    let falls: u64 = 0;
    store<u32>(before + (w << 2), <u32>steps);
    for (let bits = load<u64>(changes + (w << 3)); bits != 0; bits &= bits - 1) {
      const bit = ctz(bits);
      const bar = (w << 6) + <usize>bit;
      const now = <usize>load<u8>(counts + bar);
      const next = at + width;
      if (next + width > end) return false;
      // Legs that begin, and those beyond, which are not held; where the count falls, none.
      const price = v128.load64_splat(close + (bar << 3));
      const kept = below(now > was ? was : 8);
      for (let leg: usize = 0; leg < width; leg += 16) {
        const entered = v128.bitselect(v128.load(at + leg), price, v128.load(kept + leg));
        v128.store(next + leg, entered);
      }
      if (now < was) falls |= (<u64>1) << bit;
      was = now;
      at = next;
      steps++;
    }
    store<u64>(room + (w << 3), falls);
  }
  return true;
}
