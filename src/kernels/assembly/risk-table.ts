/**
 * Twin of StopTable in core/execution/stop-table.ts for accounts that put everything in: one pass
 * over each trade finds the first hit of every level, and every cell of the risk grid multiplies
 * its own cash by the factor of its earlier hit, two cells at a time.
 */
import { factorOf, RUIN, START_CASH } from "./rules";

// One side of the grid: levels that are on, nearest first, and where their hits go.
let stopCount: i32 = 0;
let stopsOn: i32 = 0;
let stopMultipliers: usize = 0;
let stopOrder: usize = 0;
let stopBars: usize = 0;
let stopFactors: usize = 0;
let targetCount: i32 = 0;
let targetsOn: i32 = 0;
let targetMultipliers: usize = 0;
let targetOrder: usize = 0;
let targetBars: usize = 0;
let targetFactors: usize = 0;

/**
 * Levels of one side. `multipliers` holds those that are on, nearest first, for longs and then for
 * shorts; `order` their positions on the axis; `bars` and `factors` are room for a hit a position,
 * padded to an even number.
 */
export function setStops(
  count: i32,
  on: i32,
  multipliers: usize,
  order: usize,
  bars: usize,
  factors: usize,
): void {
  stopCount = count;
  stopsOn = on;
  stopMultipliers = multipliers;
  stopOrder = order;
  stopBars = bars;
  stopFactors = factors;
}

export function setTargets(
  count: i32,
  on: i32,
  multipliers: usize,
  order: usize,
  bars: usize,
  factors: usize,
): void {
  targetCount = count;
  targetsOn = on;
  targetMultipliers = multipliers;
  targetOrder = order;
  targetBars = bars;
  targetFactors = factors;
}

/** End cash of every cell, stop outer, target inner; a row of targets is padded to an even number. */
export function cellCash(
  rules: usize,
  close: usize,
  fillShares: usize,
  count: i32,
  side: usize,
  entry: usize,
  exit: usize,
  factor: usize,
  cash: usize,
): void {
  const columns = (targetCount + 1) & ~1;
  const cells = stopCount * columns;
  const start = f64x2.splat(load<f64>(rules, START_CASH));
  for (let c = 0; c < cells; c += 2) v128.store(cash + (<usize>c << 3), start);
  const ruin = f64x2.splat(load<f64>(rules, RUIN));
  for (let i = 0; i < count; i++) {
    const at = <usize>i << 2;
    const isShort = <usize>load<u8>(side + <usize>i);
    const from = load<i32>(entry + at);
    const to = load<i32>(exit + at);
    const base = load<f64>(factor + (<usize>i << 3));
    const share = load<f64>(fillShares + (isShort << 3));
    findHits(rules, close, isShort, share, from, to, base);
    multiplyCells(columns, ruin, cash);
  }
}

/** First hits of all levels in one trade; those that are off or not hit leave with the signal. */
function findHits(
  rules: usize,
  close: usize,
  isShort: usize,
  fillShare: f64,
  from: i32,
  to: i32,
  base: f64,
): void {
  leaveWithSignal(stopCount, stopBars, stopFactors, to, base);
  leaveWithSignal(targetCount, targetBars, targetFactors, to, base);
  const entryPrice = load<f64>(close + (<usize>from << 3));
  const fill = entryPrice * fillShare;
  const stops = stopMultipliers + ((isShort * <usize>stopsOn) << 3);
  const targets = targetMultipliers + ((isShort * <usize>targetsOn) << 3);
  // A short is hit from the other side: signs turn both comparisons.
  const sign: f64 = isShort != 0 ? -1 : 1;
  let s = 0;
  let t = 0;
  let stopAt = levelAt(stops, s, stopsOn, fill, sign, -Infinity);
  let targetAt = levelAt(targets, t, targetsOn, fill, sign, Infinity);
  for (let bar = from + 1; bar <= to; bar++) {
    const price = load<f64>(close + (<usize>bar << 3));
    const signed = sign * price;
    if (signed > stopAt && signed < targetAt) continue;
    const value = factorOf(rules, isShort, entryPrice, price);
    while (s < stopsOn && signed <= stopAt) {
      storeHit(stopOrder, s, stopBars, stopFactors, bar, value);
      stopAt = levelAt(stops, ++s, stopsOn, fill, sign, -Infinity);
    }
    while (t < targetsOn && signed >= targetAt) {
      storeHit(targetOrder, t, targetBars, targetFactors, bar, value);
      targetAt = levelAt(targets, ++t, targetsOn, fill, sign, Infinity);
    }
    if (s == stopsOn && t == targetsOn) break;
  }
}

function levelAt(
  multipliers: usize,
  k: i32,
  on: i32,
  fill: f64,
  sign: f64,
  beyond: f64,
): f64 {
  return k < on ? sign * (fill * load<f64>(multipliers + (<usize>k << 3))) : beyond;
}

function storeHit(
  order: usize,
  k: i32,
  bars: usize,
  factors: usize,
  bar: i32,
  value: f64,
): void {
  const position = <usize>load<i32>(order + (<usize>k << 2)) << 3;
  store<f64>(bars + position, <f64>bar);
  store<f64>(factors + position, value);
}

function leaveWithSignal(count: i32, bars: usize, factors: usize, bar: i32, value: f64): void {
  const at = f64x2.splat(<f64>bar);
  const by = f64x2.splat(value);
  for (let k = 0; k < count; k += 2) {
    v128.store(bars + (<usize>k << 3), at);
    v128.store(factors + (<usize>k << 3), by);
  }
}

function multiplyCells(columns: i32, ruin: v128, cash: usize): void {
  for (let s = 0; s < stopCount; s++) {
    const bar = v128.load64_splat(stopBars + (<usize>s << 3));
    const value = v128.load64_splat(stopFactors + (<usize>s << 3));
    for (let t = 0; t < columns; t += 2) {
      const at = <usize>t << 3;
      const first = f64x2.le(bar, v128.load(targetBars + at));
      const by = v128.bitselect(value, v128.load(targetFactors + at), first);
      const held = v128.load(cash);
      const alive = f64x2.gt(held, ruin);
      v128.store(cash, v128.bitselect(f64x2.mul(held, by), held, alive));
      cash += 16;
    }
  }
}
