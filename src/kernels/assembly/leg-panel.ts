/**
 * Twin of core/execution/leg-panel.ts: the accounts of a panel, a row a long leg and a column a
 * short one, settled in one walk over the bars at which any leg begins or ends.
 */
import {
  CHANGES,
  COUNTS,
  EDGES,
  ENTRIES,
  exitFactors,
  field,
  GATE,
  LEGS,
  leastAccount,
  multiplyFour,
  openAccounts,
  SLIDE,
  SOME,
  turns,
} from "./leg-side";
import { BASE, SLOPE } from "./rules";

/** When the bound of all accounts is as near to ruin as this, the accounts are looked at. */
const NEAR: f64 = 1000;

/** How accounts are multiplied: all alike, or each looked at for ruin. */
const PLAIN: i32 = 0;
const GUARDED: i32 = 1;

// The panel at hand.
let long: usize = 0;
let short: usize = 0;
let rules: usize = 0;
let closeAt: usize = 0;
let bars: i32 = 0;
let cash: usize = 0;
/** Accounts of a row, a multiple of eight, in bytes. */
let rowBytes: usize = 0;
let rows: usize = 0;
let ruin: f64 = 0;
/** No account has had less than this so far; 0 where one may have lost all. */
let floor: f64 = 0;

/**
 * Leaves the end cash of every account at `cashAt`, rows of `stride` numbers (a multiple of eight)
 * and two rows to spare. Entry prices of legs that are not held are positive.
 */
export function settlePanel(
  longAt: usize,
  shortAt: usize,
  barCount: i32,
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
  closeAt = close;
  bars = barCount;
  cash = cashAt;
  rowBytes = <usize>stride << 3;
  rows = field(long, LEGS);
  ruin = ruinCash;
  const bottom = cash + rows * rowBytes;
  openAccounts(cash, bottom, startCash);
  floor = startCash;
  if (startCash > ruinCash && walk(PLAIN)) return;
  // An account may be ruined: each is looked at before each of its trades.
  openAccounts(cash, bottom, startCash);
  walk(GUARDED);
}

/** False where the bound of all accounts has reached ruin: only when all are multiplied alike. */
function walk(mode: i32): bool {
  const longCounts = field(long, COUNTS);
  const shortCounts = field(short, COUNTS);
  const longChanges = field(long, CHANGES);
  const shortChanges = field(short, CHANGES);
  const longSome = field(long, SOME);
  const shortSome = field(short, SOME);
  const longGate = field(long, GATE);
  const shortGate = field(short, GATE);
  const longEntries = field(long, ENTRIES);
  const shortEntries = field(short, ENTRIES);
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
    let fl = turns(gl, (gl << 1) | glCarry, load<u64>(longChanges + at), zl, (zl << 1) | zlCarry);
    let fs = turns(gs, (gs << 1) | gsCarry, load<u64>(shortChanges + at), zs, (zs << 1) | zsCarry);
    const rest = bars - (w << 6);
    if (rest < 64) {
      const valid = ((<u64>1) << (<u64>rest)) - 1;
      fl &= valid;
      fs &= valid;
    }
    const first = <usize>w << 6;
    const prices = closeAt + (first << 3);
    // Long turns before the next short one, short turns up to the next long one, and so on.
    while ((fl | fs) != 0) {
      let run = fl & ((fs & (0 - fs)) - 1);
      fl ^= run;
      while (run != 0) {
        const bit = <usize>ctz(run);
        run &= run - 1;
        const now = <i32>load<u8>(longCounts + first + bit) & -(<i32>(gl >>> bit) & 1);
        const price = load<f64>(prices + (bit << 3));
        if (now < l) closeRows(longEntries, now, l, price, mode);
        else enter(longEntries, l, now, price);
        l = now;
      }
      run = fs & ((fl & (0 - fl)) | ((fl & (0 - fl)) - 1));
      fs ^= run;
      while (run != 0) {
        const bit = <usize>ctz(run);
        run &= run - 1;
        const now = <i32>load<u8>(shortCounts + first + bit) & -(<i32>(gs >>> bit) & 1);
        const price = load<f64>(prices + (bit << 3));
        if (now < s) closeColumns(shortEntries, now, s, price, mode);
        else enter(shortEntries, s, now, price);
        s = now;
      }
    }
    if (mode == PLAIN && !(floor > NEAR * ruin) && !soundSoFar()) return false;
  }
  const last = load<f64>(closeAt + ((<usize>(bars - 1)) << 3));
  if (l > 0) closeRows(longEntries, 0, l, last, mode);
  if (s > 0) closeColumns(shortEntries, 0, s, last, mode);
  return mode != PLAIN || floor > ruin;
}

/**
 * Legs from `from` on begin at `price`: those that do, and those beyond, which are not held. Entry
 * prices are written in aligned pairs only: other reads would wait for the writes.
 */
// @ts-ignore: decorator
@inline
function enter(entries: usize, from: i32, to: i32, price: f64): void {
  const prices = f64x2.splat(price);
  let at = entries + (<usize>(from & ~1) << 3);
  const edges = v128.load(EDGES + (<usize>(from & 1) << 4));
  v128.store(at, v128.bitselect(prices, v128.load(at), edges));
  v128.store(at, prices, 16);
  v128.store(at, prices, 32);
  v128.store(at, prices, 48);
  const end = entries + (<usize>to << 3);
  for (at += 64; at < end; at += 64) {
    v128.store(at, prices);
    v128.store(at, prices, 16);
    v128.store(at, prices, 32);
    v128.store(at, prices, 48);
  }
}

/** Long legs `[from, to)` exit. */
// @ts-ignore: decorator
@inline
function closeRows(entries: usize, from: i32, to: i32, price: f64, mode: i32): void {
  const base = load<f64>(rules, BASE);
  const slope = load<f64>(rules, SLOPE);
  const width = rowBytes;
  let at = cash + <usize>from * width;
  const end = entries + (<usize>to << 3);
  let least: f64 = 1;
  for (let entry = entries + (<usize>from << 3); entry < end; entry += 8) {
    const factor = base + slope * (price / load<f64>(entry));
    least = min<f64>(least, factor);
    const f = f64x2.splat(factor);
    const next = at + width;
    for (; at < next; at += 64) {
      if (mode == PLAIN) multiplyFour(at, f, f, f, f);
      else multiplyUnruined(at, f, f, f, f);
    }
  }
  if (mode == PLAIN) floor *= max<f64>(least, 0);
}

/** Short legs `[from, to)` exit. */
// @ts-ignore: decorator
@inline
function closeColumns(entries: usize, from: i32, to: i32, price: f64, mode: i32): void {
  const base = v128.load64_splat(rules, BASE + 8);
  const slope = v128.load64_splat(rules, SLOPE + 8);
  const prices = f64x2.splat(price);
  const width = rowBytes;
  const bottom = cash + rows * width;
  let least: v128 = f64x2.splat(1);
  // The first leg of a pair may stay.
  let kept = v128.load(EDGES + (<usize>(from & 1) << 4));
  for (let leg = from & ~1; leg < to; leg += 8) {
    const at = entries + (<usize>leg << 3);
    const left = SLIDE + 64 - (<usize>min(to - leg, 8) << 3);
    const first = v128.and(kept, v128.load(left));
    const a = exitFactors(base, slope, prices, v128.load(at), first);
    const b = exitFactors(base, slope, prices, v128.load(at, 16), v128.load(left, 16));
    if (mode == PLAIN && to - leg <= 4) {
      least = f64x2.pmin(least, f64x2.pmin(a, b));
      for (let row = cash + (<usize>leg << 3); row < bottom; row += width) multiplyTwo(row, a, b);
      break;
    }
    const c = exitFactors(base, slope, prices, v128.load(at, 32), v128.load(left, 32));
    const d = exitFactors(base, slope, prices, v128.load(at, 48), v128.load(left, 48));
    kept = i64x2.splat(-1);
    least = f64x2.pmin(f64x2.pmin(least, f64x2.pmin(a, b)), f64x2.pmin(c, d));
    for (let row = cash + (<usize>leg << 3); row < bottom; row += width) {
      if (mode == PLAIN) multiplyFour(row, a, b, c, d);
      else multiplyUnruined(row, a, b, c, d);
    }
  }
  if (mode != PLAIN) return;
  const lowest = min<f64>(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
  floor *= max<f64>(lowest, 0);
}

// @ts-ignore: decorator
@inline
function multiplyTwo(at: usize, a: v128, b: v128): void {
  v128.store(at, f64x2.mul(v128.load(at), a));
  v128.store(at, f64x2.mul(v128.load(at, 16), b), 16);
}

function multiplyUnruined(at: usize, a: v128, b: v128, c: v128, d: v128): void {
  multiplyPair(at, a);
  multiplyPair(at + 16, b);
  multiplyPair(at + 32, c);
  multiplyPair(at + 48, d);
}

function multiplyPair(at: usize, factors: v128): void {
  const before = v128.load(at);
  const trades = f64x2.gt(before, f64x2.splat(ruin));
  v128.store(at, v128.bitselect(f64x2.mul(before, factors), before, trades));
}

/**
 * Every account was multiplied by the least factor of each exit at least, or by 1. Products are
 * rounded monotonously, so the bound holds to the bit; where it is above ruin no account has been
 * below. Then the accounts themselves are a better bound.
 */
function soundSoFar(): bool {
  if (!(floor > ruin)) return false;
  floor = leastAccount(cash, cash + rows * rowBytes);
  return floor > ruin;
}
