/**
 * Twin of core/execution/trade-list.ts: events of two signals ANDed together, then trades with their factors.
 *
 * Both passes are free of branches that depend on the market: where signals flip is not predictable. A word of 64 bars
 * stores four events at once and counts those that were there; an event becomes a trade by counting its slot.
 */
import { BASE, SLOPE } from "./rules";

/** Events stored at once; a word with more takes another round. */
const BATCH: u64 = 4;
const LONG_BIT: i32 = 1;

/**
 * Bars where the signal changes, `bar * 4 + state` with state 1 long, 2 short, 0 neutral. Writes up to four slots past
 * the last event. Bits past the last bar are 0, so a run that reaches the end leaves an event at or past it.
 */
function findEvents(
  longA: usize,
  shortA: usize,
  longB: usize,
  shortB: usize,
  words: i32,
  events: usize,
): i32 {
  let longCarry: u64 = 0;
  let shortCarry: u64 = 0;
  let to = events;
  for (let w = 0; w < words; w++) {
    const at = <usize>w << 3;
    const l = load<u64>(longA + at) & load<u64>(longB + at);
    const s = load<u64>(shortA + at) & load<u64>(shortB + at);
    let flips = (l ^ ((l << 1) | longCarry)) | (s ^ ((s << 1) | shortCarry));
    longCarry = l >>> 63;
    shortCarry = s >>> 63;
    if (flips == 0) continue;
    const bar = w << 6;
    let rest = popcnt(flips);
    while (true) {
      storeEvent(to, bar, flips, l, s);
      flips &= flips - 1;
      storeEvent(to + 4, bar, flips, l, s);
      flips &= flips - 1;
      storeEvent(to + 8, bar, flips, l, s);
      flips &= flips - 1;
      storeEvent(to + 12, bar, flips, l, s);
      flips &= flips - 1;
      if (rest <= BATCH) break;
      rest -= BATCH;
      to += 16;
    }
    to += <usize>rest << 2;
  }
  return <i32>((to - events) >> 2);
}

function storeEvent(to: usize, bar: i32, flips: u64, l: u64, s: u64): void {
  const bit = ctz(flips);
  const state = (<i32>(l >>> bit) & 1) | ((<i32>(s >>> bit) & 1) << 1);
  store<i32>(to, ((bar + <i32>bit) << 2) | state);
}

/** Number of trades; `events` has room for bars + 8 of them. */
export function tradesFromPlanes(
  longA: usize,
  shortA: usize,
  longB: usize,
  shortB: usize,
  bars: i32,
  events: usize,
  side: usize,
  entry: usize,
  exit: usize,
  rules: usize,
  close: usize,
  factor: usize,
): i32 {
  const found = findEvents(longA, shortA, longB, shortB, (bars + 63) >> 6, events);
  // The end of the range closes what is open.
  store<i32>(events + (<usize>found << 2), (bars - 1) << 2);
  let count: i32 = 0;
  let event = load<i32>(events);
  for (let i = 1; i <= found; i++) {
    const next = load<i32>(events + (<usize>i << 2));
    const from = event >> 2;
    const to = min(next >> 2, bars - 1);
    const isShort = <usize>((event >> 1) & 1);
    const x = load<f64>(close + (<usize>to << 3)) / load<f64>(close + (<usize>from << 3));
    const coefficients = rules + (isShort << 3);
    const at = <usize>count << 2;
    store<u8>(side + <usize>count, <u8>isShort);
    store<i32>(entry + at, from);
    store<i32>(exit + at, to);
    const value = load<f64>(coefficients, BASE) + load<f64>(coefficients, SLOPE) * x;
    store<f64>(factor + (at << 1), value);
    count += <i32>((event & 3) != 0);
    event = next;
  }
  return count;
}

/**
 * End cash of a variant that puts everything in: trades are not stored, only multiplied. Stops at the ruin bound as the
 * account does.
 */
export function returnFromPlanes(
  longA: usize,
  shortA: usize,
  longB: usize,
  shortB: usize,
  bars: i32,
  events: usize,
  rules: usize,
  close: usize,
  startCash: f64,
  ruin: f64,
): f64 {
  const found = findEvents(longA, shortA, longB, shortB, (bars + 63) >> 6, events);
  store<i32>(events + (<usize>found << 2), (bars - 1) << 2);
  let cash = startCash;
  let event = load<i32>(events);
  for (let i = 1; i <= found; i++) {
    const next = load<i32>(events + (<usize>i << 2));
    const from = event >> 2;
    const to = min(next >> 2, bars - 1);
    const isShort = <usize>((event >> 1) & 1);
    const x = load<f64>(close + (<usize>to << 3)) / load<f64>(close + (<usize>from << 3));
    const coefficients = rules + (isShort << 3);
    const value = load<f64>(coefficients, BASE) + load<f64>(coefficients, SLOPE) * x;
    cash *= select<f64>(value, 1, (event & 3) != 0 && cash > ruin);
    event = next;
  }
  return cash;
}
