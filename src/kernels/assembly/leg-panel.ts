/**
 * Twin of core/execution/leg-panel.ts: the accounts of a panel, a row a long leg and a column a
 * short one, settled in one walk over the bars at which any leg begins or ends.
 */
import { BASE, SLOPE } from "./rules";

// Fields of one side's legs, 32 bits each; the loader writes them in this order.
const COUNTS: usize = 0;
const CHANGES: usize = 4;
const SOME: usize = 8;
const GATE: usize = 12;
const LEGS: usize = 16;
const ENTRIES: usize = 20; // entry prices, with room for two batches of eight more

// The panel at hand.
let long: usize = 0;
let short: usize = 0;
let rules: usize = 0;
let cash: usize = 0;
/** Accounts of a row, an even number, and bytes of it. */
let rowBytes: usize = 0;
let rows: i32 = 0;
let ruin: f64 = 0;
/** No account has less than this. */
let floor: f64 = 0;
/** Whether an account may be ruined, so that each has to be looked at before it trades. */
let guarded: bool = false;

function field(side: usize, offset: usize): usize {
  return <usize>load<u32>(side + offset);
}

/** Bars at which the gated count may change, and does unless it was 0 and is. */
function turns(g: u64, gBefore: u64, d: u64, z: u64, zBefore: u64): u64 {
  return (g & ((gBefore & d) | (~gBefore & z))) | (~g & gBefore & zBefore);
}

/**
 * Leaves the end cash of every account at `cashAt`, rows of `stride` numbers (even), which hold the
 * start cash before. Entry prices of legs that are not held are 1 or more.
 */
export function settlePanel(
  longAt: usize,
  shortAt: usize,
  bars: i32,
  rulesAt: usize,
  close: usize,
  cashAt: usize,
  stride: i32,
  startCash: f64,
  ruinCash: f64,
): void {
  long = longAt;
  short = shortAt;
  rules = rulesAt;
  cash = cashAt;
  rowBytes = <usize>stride << 3;
  rows = <i32>field(long, LEGS);
  ruin = ruinCash;
  floor = startCash;
  guarded = !(startCash > ruinCash);
  const longCounts = field(long, COUNTS);
  const shortCounts = field(short, COUNTS);
  const longChanges = field(long, CHANGES);
  const shortChanges = field(short, CHANGES);
  const longSome = field(long, SOME);
  const shortSome = field(short, SOME);
  const longGate = field(long, GATE);
  const shortGate = field(short, GATE);
  let gl: u64 = 0;
  let zl: u64 = 0;
  let gs: u64 = 0;
  let zs: u64 = 0;
  let l: i32 = 0;
  let s: i32 = 0;
  const words = (bars + 63) >> 6;
  for (let w = 0; w < words; w++) {
    const at = <usize>w << 3;
    const glCarry = gl >>> 63;
    const zlCarry = zl >>> 63;
    const gsCarry = gs >>> 63;
    const zsCarry = zs >>> 63;
    gl = load<u64>(longGate + at);
    zl = load<u64>(longSome + at);
    gs = load<u64>(shortGate + at);
    zs = load<u64>(shortSome + at);
    const dl = load<u64>(longChanges + at);
    const ds = load<u64>(shortChanges + at);
    let flips =
      turns(gl, (gl << 1) | glCarry, dl, zl, (zl << 1) | zlCarry) |
      turns(gs, (gs << 1) | gsCarry, ds, zs, (zs << 1) | zsCarry);
    const rest = bars - (w << 6);
    if (rest < 64) flips &= ((<u64>1) << (<u64>rest)) - 1;
    while (flips != 0) {
      const bit = ctz(flips);
      flips &= flips - 1;
      const t = ((<usize>w) << 6) + <usize>bit;
      const lNow = <i32>load<u8>(longCounts + t) & -(<i32>(gl >>> bit) & 1);
      const sNow = <i32>load<u8>(shortCounts + t) & -(<i32>(gs >>> bit) & 1);
      const price = load<f64>(close + (t << 3));
      if (lNow < l) closeRows(lNow, l, price);
      if (sNow < s) closeColumns(sNow, s, price);
      if (lNow > l) enter(long, l, lNow, price);
      if (sNow > s) enter(short, s, sNow, price);
      l = lNow;
      s = sNow;
    }
  }
  const last = load<f64>(close + ((<usize>(bars - 1)) << 3));
  if (l > 0) closeRows(0, l, last);
  if (s > 0) closeColumns(0, s, last);
}

/**
 * Legs from `from` on begin at `price`: those that do, and those beyond, which are not held. Entry
 * prices are read and written in aligned pairs only: other reads would wait for the writes.
 */
function enter(side: usize, from: i32, to: i32, price: f64): void {
  const prices = f64x2.splat(price);
  let at = field(side, ENTRIES) + (<usize>(from & ~1) << 3);
  const edges = v128.load(EDGES + (<usize>(from & 1) << 4));
  v128.store(at, v128.bitselect(prices, v128.load(at), edges));
  for (let leg = (from & ~1) + 2; ; leg += 8) {
    v128.store(at, prices, 16);
    v128.store(at, prices, 32);
    v128.store(at, prices, 48);
    v128.store(at, prices, 64);
    if (leg + 8 >= to) return;
    at += 64;
  }
}

/** Factors of the pair of legs at `first`: 1 for one that is not within `[from, to)`. */
function exitFactors(at: usize, base: v128, slope: v128, prices: v128, edges: i32): v128 {
  const factors = f64x2.add(base, f64x2.mul(slope, f64x2.div(prices, v128.load(at))));
  return v128.bitselect(factors, f64x2.splat(1), v128.load(EDGES + (<usize>edges << 4)));
}

/** Long legs `[from, to)` exit. */
function closeRows(from: i32, to: i32, price: f64): void {
  const base = v128.load64_splat(rules, BASE);
  const slope = v128.load64_splat(rules, SLOPE);
  const prices = f64x2.splat(price);
  const entries = field(long, ENTRIES);
  let least: v128 = f64x2.splat(1);
  for (let leg = from & ~1; leg < to; leg += 2) {
    const edges = <i32>(leg < from) | (<i32>(leg + 1 >= to) << 1);
    const factors = exitFactors(entries + (<usize>leg << 3), base, slope, prices, edges);
    least = f64x2.pmin(least, factors);
    const even = v128.shuffle<f64>(factors, factors, 0, 0);
    const odd = v128.shuffle<f64>(factors, factors, 1, 1);
    let at = cash + <usize>leg * rowBytes;
    const next = at + rowBytes;
    if (guarded) {
      for (; at < next; at += 16) {
        multiplyUnruined(at, even);
        multiplyUnruined(at + rowBytes, odd);
      }
    } else {
      for (; at < next; at += 64) {
        multiplyFour(at, even, even, even, even);
        multiplyFour(at + rowBytes, odd, odd, odd, odd);
      }
    }
  }
  if (!guarded) lower(least);
}

/** Short legs `[from, to)` exit. */
function closeColumns(from: i32, to: i32, price: f64): void {
  const base = v128.load64_splat(rules, BASE + 8);
  const slope = v128.load64_splat(rules, SLOPE + 8);
  const prices = f64x2.splat(price);
  let least: v128 = f64x2.splat(1);
  for (let leg = from & ~1; leg < to; leg += 8) {
    const at = field(short, ENTRIES) + (<usize>leg << 3);
    const a = exitFactors(at, base, slope, prices, <i32>(leg < from) | (<i32>(leg + 1 >= to) << 1));
    const b = exitFactors(at + 16, base, slope, prices, edgesAt(to - leg - 2));
    const c = exitFactors(at + 32, base, slope, prices, edgesAt(to - leg - 4));
    const d = exitFactors(at + 48, base, slope, prices, edgesAt(to - leg - 6));
    least = f64x2.pmin(f64x2.pmin(least, f64x2.pmin(a, b)), f64x2.pmin(c, d));
    let row = cash + (<usize>leg << 3);
    for (let i = 0; i < rows; i++) {
      if (guarded) {
        multiplyUnruined(row, a);
        multiplyUnruined(row + 16, b);
        multiplyUnruined(row + 32, c);
        multiplyUnruined(row + 48, d);
      } else multiplyFour(row, a, b, c, d);
      row += rowBytes;
    }
  }
  if (!guarded) lower(least);
}

/** Which of the two legs of a pair are not among the `rest` that are left. */
function edgesAt(rest: i32): i32 {
  return <i32>(rest <= 0) | (<i32>(rest <= 1) << 1);
}

/** By the position of what is kept away: neither, the first, the second, both. */
const EDGES = memory.data<u64>([~0, ~0, 0, ~0, ~0, 0, 0, 0], 16);

// @ts-ignore: decorator
@inline
function multiplyFour(at: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(at, f64x2.mul(v128.load(at), a));
  v128.store(at, f64x2.mul(v128.load(at, 16), b), 16);
  v128.store(at, f64x2.mul(v128.load(at, 32), c), 32);
  v128.store(at, f64x2.mul(v128.load(at, 48), d), 48);
}

function multiplyUnruined(at: usize, factors: v128): void {
  const before = v128.load(at);
  const trades = f64x2.gt(before, f64x2.splat(ruin));
  v128.store(at, v128.bitselect(f64x2.mul(before, factors), before, trades));
}

/**
 * Every account was multiplied by at least `least`, which is 1 at most. Products are rounded
 * monotonously, so the bound holds to the bit; when it no longer proves anything, look.
 */
function lower(least: v128): void {
  floor *= min<f64>(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
  if (floor > ruin) return;
  let lowest = f64x2.splat(Infinity);
  const end = cash + <usize>rows * rowBytes;
  // Accounts that are NaN are never more than anything.
  let sound = i64x2.splat(-1);
  for (let at = cash; at < end; at += 16) {
    const accounts = v128.load(at);
    lowest = f64x2.pmin(lowest, accounts);
    sound = v128.and(sound, f64x2.gt(accounts, f64x2.splat(ruin)));
  }
  floor = min<f64>(f64x2.extract_lane(lowest, 0), f64x2.extract_lane(lowest, 1));
  guarded = !i64x2.all_true(sound);
}
