/**
 * Twin of StopTable.fill in core/execution/stop-table.ts for fills at closes: the first hits of all levels in one
 * trade. Levels are nested, so the hits of a kind are a list, nearest level first; those behind its end are not hit and
 * leave with the signal. The scan reads eight bars at a time and stops
 * where one of them hits.
 */
import { HEAD_BYTES, keepHits, keptEntry, LOWER, THROUGH, UPPER } from "./kept-hits";
import { factorOf, MARK_BASE, MARK_SLOPE } from "./rules";

/** Layout of one kind of levels, written by the loader: i32 each. */
const LEVELS_ON: usize = 0;
/** Multipliers of the entry fill for longs, then for shorts; each nearest first. */
const MULTIPLIERS: usize = 4;
/** Room for hits: a row of bars and one of factors. */
const HITS: usize = 8;
const HIT_ROW_BYTES: usize = 12;

const FAR: f64 = Infinity;
/** Bars that are looked at together, and the bit behind them. */
const BLOCK: i32 = 8;
const BEYOND: i32 = 1 << BLOCK;

// The grid at hand: set before a pass over trades.
let rules: usize = 0;
let close: usize = 0;
let fillShares: usize = 0;
let stops: usize = 0;
let targets: usize = 0;

// The trade at hand.
let entryPrice: f64 = 0;
let isShort: usize = 0;
let low: f64 = 0;
let high: f64 = 0;
/** Bars before it are in `low` and `high`. */
let seen: i32 = 0;
/** Levels hit so far, of both kinds. */
export let stopHits: i32 = 0;
export let targetHits: i32 = 0;
/** Equity of a unit of stake at its best and worst close before the bar that `takeMarks` was asked for. */
export let bestMark: f64 = 0;
export let worstMark: f64 = 0;

/** `fillShares`: price shares at which a long and a short entry fill. */
export function setRisk(
  rulesAt: usize,
  closeAt: usize,
  fillSharesAt: usize,
  stopsAt: usize,
  targetsAt: usize,
): void {
  rules = rulesAt;
  close = closeAt;
  fillShares = fillSharesAt;
  stops = stopsAt;
  targets = targetsAt;
}

/** A row of a kind's hits: 0 bars, 1 factors. */
export function hitRow(kind: usize, row: usize): usize {
  return <usize>load<i32>(kind, HITS) + row * <usize>load<i32>(kind, HIT_ROW_BYTES);
}

export function stopRow(row: usize): usize {
  return hitRow(stops, row);
}

export function targetRow(row: usize): usize {
  return hitRow(targets, row);
}

/** Finds the hits of a trade that holds from the close of `from` to that of `to`. */
export function findHits(short: usize, from: i32, to: i32): void {
  open(short, from);
  // A long falls to its stops and rises to its targets, a short the other way round.
  if (short == 0) {
    findBoth(targets, stops, from, to);
    targetHits = upperHits;
    stopHits = lowerHits;
  } else {
    findBoth(stops, targets, from, to);
    stopHits = upperHits;
    targetHits = lowerHits;
  }
}

function findBoth(upper: usize, lower: usize, from: i32, to: i32): void {
  const upperBytes = <usize>load<i32>(upper, HIT_ROW_BYTES) << 1;
  const lowerBytes = <usize>load<i32>(lower, HIT_ROW_BYTES) << 1;
  const entry = keptEntry(isShort, from, upperBytes + lowerBytes);
  if (entry == 0) {
    upperHits = lowerHits = 0;
    scan(upper, lower, hitRow(upper, 0), hitRow(lower, 0), from, to);
    return;
  }
  const uppers = entry + HEAD_BYTES;
  const lowers = uppers + upperBytes;
  const through = load<i32>(entry, THROUGH);
  upperHits = load<i32>(entry, UPPER);
  lowerHits = load<i32>(entry, LOWER);
  if (through < to) {
    scan(upper, lower, uppers, lowers, through, to);
    store<i32>(entry, to, THROUGH);
    store<i32>(entry, upperHits, UPPER);
    store<i32>(entry, lowerHits, LOWER);
  }
  upperHits = take(upper, uppers, upperHits, to);
  lowerHits = take(lower, lowers, lowerHits, to);
}

/** Copies those of `count` hits that come up to a bar, and returns how many. */
function take(kind: usize, from: usize, count: i32, to: i32): i32 {
  const step = <usize>load<i32>(kind, HIT_ROW_BYTES);
  const end = from + (<usize>count << 3);
  const last = <f64>to;
  let at = hitRow(kind, 0);
  let hit = from;
  for (; hit < end && load<f64>(hit) <= last; hit += 8) {
    store<f64>(at, load<f64>(hit));
    store<f64>(at + step, load<f64>(hit + step));
    at += 8;
  }
  return <i32>((hit - from) >> 3);
}

function open(short: usize, from: i32): void {
  isShort = short;
  entryPrice = load<f64>(close + (<usize>from << 3));
  low = Infinity;
  high = -Infinity;
  seen = from;
}

/** The trades of a cell with one stop and one target at most: exits and factors. */
export function cellTrades(
  count: i32,
  side: usize,
  entry: usize,
  exit: usize,
  factor: usize,
  cellExit: usize,
  cellFactor: usize,
): void {
  keepHits(0);
  for (let i = 0; i < count; i++) {
    const at = <usize>i << 2;
    const to = load<i32>(exit + at);
    findHits(<usize>load<u8>(side + <usize>i), load<i32>(entry + at), to);
    const stopBar = stopHits > 0 ? load<f64>(stopRow(0)) : Infinity;
    const targetBar = targetHits > 0 ? load<f64>(targetRow(0)) : Infinity;
    const isStop = stopBar <= targetBar;
    const hit = isStop ? stopHits > 0 : true;
    const kind = isStop ? stops : targets;
    store<i32>(cellExit + at, hit ? <i32>load<f64>(hitRow(kind, 0)) : to);
    store<f64>(cellFactor + (at << 1), load<f64>(hit ? hitRow(kind, 1) : factor + (at << 1)));
  }
}

let upperHits: i32 = 0;
let lowerHits: i32 = 0;

/** Adds the hits behind bar `from` to those found up to it, in lists of both kinds. */
function scan(
  upper: usize,
  lower: usize,
  upperList: usize,
  lowerList: usize,
  from: i32,
  to: i32,
): void {
  const fill = entryPrice * load<f64>(fillShares + (isShort << 3));
  const uppers = load<i32>(upper, LEVELS_ON);
  const lowers = load<i32>(lower, LEVELS_ON);
  const upperAt = <usize>load<i32>(upper, MULTIPLIERS) + ((isShort * <usize>uppers) << 3);
  const lowerAt = <usize>load<i32>(lower, MULTIPLIERS) + ((isShort * <usize>lowers) << 3);
  const upperStep = <usize>load<i32>(upper, HIT_ROW_BYTES);
  const lowerStep = <usize>load<i32>(lower, HIT_ROW_BYTES);
  let u = upperHits;
  let d = lowerHits;
  let above = u < uppers ? fill * load<f64>(upperAt + (<usize>u << 3)) : FAR;
  let below = d < lowers ? fill * load<f64>(lowerAt + (<usize>d << 3)) : -FAR;
  for (let t = from + 1; t <= to && (u < uppers || d < lowers); t += BLOCK) {
    const at = close + (<usize>t << 3);
    if (!anyHit(at, f64x2.splat(above), f64x2.splat(below))) continue;
    while (u < uppers) {
      const bar = t + ctz(bitsAbove(at, f64x2.splat(above)) | BEYOND);
      if (bar >= t + BLOCK || bar > to) break;
      storeHit(upperList + (<usize>u << 3), upperStep, bar);
      above = ++u < uppers ? fill * load<f64>(upperAt + (<usize>u << 3)) : FAR;
    }
    while (d < lowers) {
      const bar = t + ctz(bitsBelow(at, f64x2.splat(below)) | BEYOND);
      if (bar >= t + BLOCK || bar > to) break;
      storeHit(lowerList + (<usize>d << 3), lowerStep, bar);
      below = ++d < lowers ? fill * load<f64>(lowerAt + (<usize>d << 3)) : -FAR;
    }
  }
  upperHits = u;
  lowerHits = d;
}

/** Whether any close of a block is at or beyond a level. */
function anyHit(at: usize, above: v128, below: v128): bool {
  const a = v128.load(at);
  const b = v128.load(at, 16);
  const c = v128.load(at, 32);
  const d = v128.load(at, 48);
  const hitA = v128.or(f64x2.ge(a, above), f64x2.le(a, below));
  const hitB = v128.or(f64x2.ge(b, above), f64x2.le(b, below));
  const hitC = v128.or(f64x2.ge(c, above), f64x2.le(c, below));
  const hitD = v128.or(f64x2.ge(d, above), f64x2.le(d, below));
  return v128.any_true(v128.or(v128.or(hitA, hitB), v128.or(hitC, hitD)));
}

/** Which closes of a block are at a level or above. */
function bitsAbove(at: usize, level: v128): i32 {
  return (
    i32x4.bitmask(
      v128.shuffle<i32>(
        f64x2.ge(v128.load(at), level),
        f64x2.ge(v128.load(at, 16), level),
        0, 2, 4, 6,
      ),
    ) |
    (i32x4.bitmask(
      v128.shuffle<i32>(
        f64x2.ge(v128.load(at, 32), level),
        f64x2.ge(v128.load(at, 48), level),
        0, 2, 4, 6,
      ),
    ) << 4)
  );
}

/** Which closes of a block are at a level or below. */
function bitsBelow(at: usize, level: v128): i32 {
  return (
    i32x4.bitmask(
      v128.shuffle<i32>(
        f64x2.le(v128.load(at), level),
        f64x2.le(v128.load(at, 16), level),
        0, 2, 4, 6,
      ),
    ) |
    (i32x4.bitmask(
      v128.shuffle<i32>(
        f64x2.le(v128.load(at, 32), level),
        f64x2.le(v128.load(at, 48), level),
        0, 2, 4, 6,
      ),
    ) << 4)
  );
}

/** A level is first hit at `bar`. */
function storeHit(at: usize, step: usize, bar: i32): void {
  const price = load<f64>(close + (<usize>bar << 3));
  store<f64>(at, <f64>bar);
  store<f64>(at + step, factorOf(rules, isShort, entryPrice, price));
}

/** Sets the marks to those at the extreme closes of the trade before bar `to`; bars must not go back. */
export function takeMarks(to: i32): void {
  readCloses(to);
  const best = isShort == 0 ? high : low;
  const worst = isShort == 0 ? low : high;
  const at = rules + (isShort << 3);
  const ratios = f64x2.div(
    f64x2.replace_lane(f64x2.splat(best), 1, worst),
    f64x2.splat(entryPrice),
  );
  const marks = f64x2.add(
    v128.load64_splat(at, MARK_BASE),
    f64x2.mul(v128.load64_splat(at, MARK_SLOPE), ratios),
  );
  bestMark = f64x2.extract_lane(marks, 0);
  worstMark = f64x2.extract_lane(marks, 1);
}

/** Takes the closes of bars `[seen, to)` into the extremes; pairs may overlap, which an extreme does not mind. */
function readCloses(to: i32): void {
  const end = close + (<usize>to << 3);
  let at = close + (<usize>seen << 3);
  seen = to;
  if (at >= end) return;
  let lows = f64x2.splat(low);
  let highs = f64x2.splat(high);
  for (; at + 16 <= end; at += 16) {
    const x = v128.load(at);
    lows = f64x2.pmin(lows, x);
    highs = f64x2.pmax(highs, x);
  }
  if (at < end) {
    const x = v128.load64_splat(at);
    lows = f64x2.pmin(lows, x);
    highs = f64x2.pmax(highs, x);
  }
  low = min<f64>(f64x2.extract_lane(lows, 0), f64x2.extract_lane(lows, 1));
  high = max<f64>(f64x2.extract_lane(highs, 0), f64x2.extract_lane(highs, 1));
}
