/**
 * What the legs of a side do where no gate is in the way, listed once for all gates that they are
 * settled behind: how many are held after each bar, and at which prices they were entered. A step is
 * a bar at which the count of levels changes.
 */
import { below, CHANGES, COUNTS, field } from "./leg-side";

// Fields of a list, 32 bits each.
/** Bars at which the count falls, a bit a bar. */
export const FALLS: usize = 0;
/**
 * Before the first bar and after each, 32 bits: where the entry prices of all legs are, positive
 * where none is held, and in the lowest bits how many are held.
 */
export const HELD: usize = 4;

/** Entry prices of a step: eight legs. */
const STEP_BYTES: usize = 64;
/** What HELD says of how many legs are held. */
export const HOW_MANY: u32 = 15;

/** Writes the list of a side of eight legs at most into `bytes` of room; false where it does not fit. */
export function listSteps(
  side: usize,
  bars: i32,
  close: usize,
  list: usize,
  room: usize,
  bytes: usize,
): bool {
  const words = (<usize>bars + 63) >> 6;
  let held = room + (words << 3);
  const prices = (held + ((<usize>bars + 1) << 2) + 15) & ~15;
  const end = room + bytes;
  if (prices + STEP_BYTES > end) return false;
  store<u32>(list, <u32>room, FALLS);
  store<u32>(list, <u32>held, HELD);
  for (let at: usize = 0; at < STEP_BYTES; at += 16) v128.store(prices + at, f64x2.splat(1));
  const changes = field(side, CHANGES);
  const counts = field(side, COUNTS);
  let was: usize = 0;
  let at = prices;
  for (let w: usize = 0; w < words; w++) {
    let falls: u64 = 0;
    for (let bits = load<u64>(changes + (w << 3)); bits != 0; bits &= bits - 1) {
      const bit = ctz(bits);
      const bar = (w << 6) + <usize>bit;
      const now = <usize>load<u8>(counts + bar);
      if (at + 2 * STEP_BYTES > end) return false;
      // Nothing changes up to this bar.
      for (const until = field(list, HELD) + (bar << 2); held <= until; held += 4) {
        store<u32>(held, <u32>(at | was));
      }
      enter(at, now > was ? was : 8, load<f64>(close + (bar << 3)));
      if (now < was) falls |= (<u64>1) << bit;
      was = now;
      at += STEP_BYTES;
    }
    store<u64>(room + (w << 3), falls);
  }
  for (const until = field(list, HELD) + (<usize>bars << 2); held <= until; held += 4) {
    store<u32>(held, <u32>(at | was));
  }
  return true;
}

/** The step after that at `at`: legs from `first` on are entered at the price. */
function enter(at: usize, first: usize, price: f64): void {
  const kept = below(first);
  for (let leg: usize = 0; leg < STEP_BYTES; leg += 16) {
    const prices = v128.bitselect(v128.load(at + leg), f64x2.splat(price), v128.load(kept + leg));
    v128.store(at + STEP_BYTES + leg, prices);
  }
}
