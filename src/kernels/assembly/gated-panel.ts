/**
 * The panel of leg-panel.ts once more, for a few legs that are settled behind many gates, in batches
 * of exits. Which legs exit where is found first and without a branch, then what each exit makes of
 * the legs of its side; then all accounts are multiplied at each exit, most of them by 1, a few rows
 * at a time in registers. What a market does next cannot be guessed, and a wrong guess costs more
 * than a product.
 */
import { allFound, findExits, lastExit, openExits, OVERLAP } from "./leg-exits";
import { FACTOR_BYTES, openFactors, PART_BYTES, share, writeFactors, writeLast } from "./leg-factors";
import { field, LEGS, leastAccount, openAccounts } from "./leg-side";

/** When the bound of all accounts is as near to ruin as this, the accounts are looked at. */
const NEAR: f64 = 1e6;

// Room for a batch.
/** Most exits of a batch: those it ends with, a word of bars, and the last. */
const MOST_EXITS: usize = 192;
const EXIT_ROOM: usize = 2048;
const PART_ROOM: usize = MOST_EXITS * PART_BYTES;
const FACTOR_ROOM: usize = MOST_EXITS * FACTOR_BYTES;

/** Eight accounts a row. */
const ROW_BYTES: usize = 64;

let ruin: f64 = 0;
let cash: usize = 0;
let bottom: usize = 0;

/**
 * Leaves what settlePanel leaves, without tallies; false where the sides overlap. Each side has
 * eight legs at most. Lists are those of listLeaves; `room` has 20 KiB.
 */
export function settleGated(
  long: usize,
  short: usize,
  longList: usize,
  shortList: usize,
  bars: i32,
  room: usize,
  rules: usize,
  close: usize,
  cashAt: usize,
  startCash: f64,
  ruinCash: f64,
): bool {
  ruin = ruinCash;
  cash = cashAt;
  bottom = cash + field(long, LEGS) * ROW_BYTES;
  openAccounts(cash, bottom, startCash);
  openExits(long, short, longList, shortList, bars);
  openFactors(rules, close, longList, shortList);
  const parts = room + EXIT_ROOM;
  const factors = parts + PART_ROOM;
  const stretches = factors + FACTOR_ROOM;
  let least = startCash;
  while (!allFound()) {
    const end = findExits(room);
    if (end == OVERLAP) return false;
    const last = writeFactors(room, end, parts, factors, stretches);
    least = multiply(factors, stretches, last, least * share);
  }
  if (!lastExit(room)) return true;
  const isShort = load<u32>(room) & 1;
  writeLast(room, load<f64>(close + (<usize>(bars - 1) << 3)), parts, factors);
  store<u32>(stretches, <u32>(factors + (isShort ? 0 : FACTOR_BYTES)));
  store<u32>(stretches, <u32>(factors + FACTOR_BYTES), 4);
  multiply(factors, stretches, stretches + 8, least * share);
  return true;
}

/** Multiplies all accounts; returns what none is below. */
function multiply(factors: usize, stretches: usize, last: usize, lowest: f64): f64 {
  if (!(lowest > ruin)) {
    // An account may be ruined: each is looked at before each of its trades.
    for (let row = cash, lane: usize = 0; row < bottom; row += ROW_BYTES, lane += 8) {
      multiplyUnruined(row, lane, factors, stretches, last);
    }
    return leastAccount(cash, bottom);
  }
  let row = cash;
  let lane: usize = 0;
  for (; row + 3 * ROW_BYTES <= bottom; row += 3 * ROW_BYTES) {
    multiplyThree(row, lane, factors, stretches, last);
    lane += 24;
  }
  if (row + 2 * ROW_BYTES == bottom) multiplyTwo(row, lane, factors, stretches, last);
  else if (row < bottom) multiplyOne(row, lane, factors, stretches, last);
  return lowest > NEAR * ruin ? lowest : leastAccount(cash, bottom);
}

/** Three rows; `lane` is that of the factor of the first. */
function multiplyThree(row: usize, lane: usize, factors: usize, stretches: usize, last: usize): void {
  let a0 = v128.load(row);
  let a1 = v128.load(row, 16);
  let a2 = v128.load(row, 32);
  let a3 = v128.load(row, 48);
  let b0 = v128.load(row, 64);
  let b1 = v128.load(row, 80);
  let b2 = v128.load(row, 96);
  let b3 = v128.load(row, 112);
  let c0 = v128.load(row, 128);
  let c1 = v128.load(row, 144);
  let c2 = v128.load(row, 160);
  let c3 = v128.load(row, 176);
  let at = factors;
  for (let stretch = stretches; stretch < last; stretch += 8) {
    for (const end = field(stretch, 0); at < end; at += FACTOR_BYTES) {
      const x = v128.load64_splat(at + lane);
      a0 = f64x2.mul(a0, x);
      a1 = f64x2.mul(a1, x);
      a2 = f64x2.mul(a2, x);
      a3 = f64x2.mul(a3, x);
      const y = v128.load64_splat(at + lane, 8);
      b0 = f64x2.mul(b0, y);
      b1 = f64x2.mul(b1, y);
      b2 = f64x2.mul(b2, y);
      b3 = f64x2.mul(b3, y);
      const z = v128.load64_splat(at + lane, 16);
      c0 = f64x2.mul(c0, z);
      c1 = f64x2.mul(c1, z);
      c2 = f64x2.mul(c2, z);
      c3 = f64x2.mul(c3, z);
    }
    for (const end = field(stretch, 4); at < end; at += FACTOR_BYTES) {
      const w = v128.load(at);
      a0 = f64x2.mul(a0, w);
      b0 = f64x2.mul(b0, w);
      c0 = f64x2.mul(c0, w);
      const x = v128.load(at, 16);
      a1 = f64x2.mul(a1, x);
      b1 = f64x2.mul(b1, x);
      c1 = f64x2.mul(c1, x);
      const y = v128.load(at, 32);
      a2 = f64x2.mul(a2, y);
      b2 = f64x2.mul(b2, y);
      c2 = f64x2.mul(c2, y);
      const z = v128.load(at, 48);
      a3 = f64x2.mul(a3, z);
      b3 = f64x2.mul(b3, z);
      c3 = f64x2.mul(c3, z);
    }
  }
  v128.store(row, a0);
  v128.store(row, a1, 16);
  v128.store(row, a2, 32);
  v128.store(row, a3, 48);
  v128.store(row, b0, 64);
  v128.store(row, b1, 80);
  v128.store(row, b2, 96);
  v128.store(row, b3, 112);
  v128.store(row, c0, 128);
  v128.store(row, c1, 144);
  v128.store(row, c2, 160);
  v128.store(row, c3, 176);
}

function multiplyTwo(row: usize, lane: usize, factors: usize, stretches: usize, last: usize): void {
  let a0 = v128.load(row);
  let a1 = v128.load(row, 16);
  let a2 = v128.load(row, 32);
  let a3 = v128.load(row, 48);
  let b0 = v128.load(row, 64);
  let b1 = v128.load(row, 80);
  let b2 = v128.load(row, 96);
  let b3 = v128.load(row, 112);
  let at = factors;
  for (let stretch = stretches; stretch < last; stretch += 8) {
    for (const end = field(stretch, 0); at < end; at += FACTOR_BYTES) {
      const x = v128.load64_splat(at + lane);
      a0 = f64x2.mul(a0, x);
      a1 = f64x2.mul(a1, x);
      a2 = f64x2.mul(a2, x);
      a3 = f64x2.mul(a3, x);
      const y = v128.load64_splat(at + lane, 8);
      b0 = f64x2.mul(b0, y);
      b1 = f64x2.mul(b1, y);
      b2 = f64x2.mul(b2, y);
      b3 = f64x2.mul(b3, y);
    }
    for (const end = field(stretch, 4); at < end; at += FACTOR_BYTES) {
      const w = v128.load(at);
      a0 = f64x2.mul(a0, w);
      b0 = f64x2.mul(b0, w);
      const x = v128.load(at, 16);
      a1 = f64x2.mul(a1, x);
      b1 = f64x2.mul(b1, x);
      const y = v128.load(at, 32);
      a2 = f64x2.mul(a2, y);
      b2 = f64x2.mul(b2, y);
      const z = v128.load(at, 48);
      a3 = f64x2.mul(a3, z);
      b3 = f64x2.mul(b3, z);
    }
  }
  v128.store(row, a0);
  v128.store(row, a1, 16);
  v128.store(row, a2, 32);
  v128.store(row, a3, 48);
  v128.store(row, b0, 64);
  v128.store(row, b1, 80);
  v128.store(row, b2, 96);
  v128.store(row, b3, 112);
}

function multiplyOne(row: usize, lane: usize, factors: usize, stretches: usize, last: usize): void {
  let a0 = v128.load(row);
  let a1 = v128.load(row, 16);
  let a2 = v128.load(row, 32);
  let a3 = v128.load(row, 48);
  let at = factors;
  for (let stretch = stretches; stretch < last; stretch += 8) {
    for (const end = field(stretch, 0); at < end; at += FACTOR_BYTES) {
      const x = v128.load64_splat(at + lane);
      a0 = f64x2.mul(a0, x);
      a1 = f64x2.mul(a1, x);
      a2 = f64x2.mul(a2, x);
      a3 = f64x2.mul(a3, x);
    }
    for (const end = field(stretch, 4); at < end; at += FACTOR_BYTES) {
      a0 = f64x2.mul(a0, v128.load(at));
      a1 = f64x2.mul(a1, v128.load(at, 16));
      a2 = f64x2.mul(a2, v128.load(at, 32));
      a3 = f64x2.mul(a3, v128.load(at, 48));
    }
  }
  v128.store(row, a0);
  v128.store(row, a1, 16);
  v128.store(row, a2, 32);
  v128.store(row, a3, 48);
}

function multiplyUnruined(
  row: usize,
  lane: usize,
  factors: usize,
  stretches: usize,
  last: usize,
): void {
  for (let pair: usize = 0; pair < ROW_BYTES; pair += 16) {
    let a = v128.load(row + pair);
    let at = factors;
    for (let stretch = stretches; stretch < last; stretch += 8) {
      for (const end = field(stretch, 0); at < end; at += FACTOR_BYTES) {
        a = unruined(a, v128.load64_splat(at + lane));
      }
      for (const end = field(stretch, 4); at < end; at += FACTOR_BYTES) {
        a = unruined(a, v128.load(at + pair));
      }
    }
    v128.store(row + pair, a);
  }
}

/** An account that is ruined trades no more. */
// @ts-ignore: decorator
@inline
function unruined(before: v128, factors: v128): v128 {
  const trades = f64x2.gt(before, f64x2.splat(ruin));
  return v128.bitselect(f64x2.mul(before, factors), before, trades);
}
