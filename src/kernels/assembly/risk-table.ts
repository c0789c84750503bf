/**
 * Twin of StopTable in core/execution/stop-table.ts for accounts of any sizing: the first hits of all levels in all trades
 * of a base variant, laid out so that a pass over the trades of two neighbouring cells reads them one after the other.
 *
 * A field is an array of float64: of stops [level][trade], of targets [pair of levels][trade][2]. A level that is not hit
 * leaves with the signal, as an entry at the trade's own exit does. Levels are in the order of their distance.
 */
import {
  bestMark,
  findHits,
  stopHits,
  stopRow,
  takeMarks,
  targetHits,
  targetRow,
  worstMark,
} from "./risk-hits";
import { markOf } from "./rules";

// Fields of a table.
export const BAR: usize = 0;
export const FACTOR: usize = 1;
export const BEST: usize = 2;
export const WORST: usize = 3;
/** Days whose last bar comes before the hit. */
export const DAY: usize = 4;

let capacity: usize = 0;
let stopLevels: i32 = 0;
let targetLevels: i32 = 0;
let stopTable: usize = 0;
let targetTable: usize = 0;
let marked: bool = false;
let close: usize = 0;
let dayOf: usize = 0;
let dayLastBar: usize = 0;
/** Equity of a unit of stake at the end of each day that a trade is held over. */
let dayMarks: usize = 0;
let dayCount: i32 = 0;
let bars: i32 = 0;

/** `targets`: an even number. `marks`: whether best and worst marks are asked for. */
export function setTable(
  trades: i32,
  stops: i32,
  targets: i32,
  stopTableAt: usize,
  targetTableAt: usize,
  marks: bool,
): void {
  capacity = <usize>trades;
  stopLevels = stops;
  targetLevels = targets;
  stopTable = stopTableAt;
  targetTable = targetTableAt;
  marked = marks;
}

/** Days of the range; a count of 0 where no day is asked for. */
export function setTableDays(
  closeAt: usize,
  barCount: i32,
  count: i32,
  lastBarAt: usize,
  dayOfAt: usize,
  marksAt: usize,
): void {
  close = closeAt;
  bars = barCount;
  dayCount = count;
  dayLastBar = lastBarAt;
  dayOf = dayOfAt;
  dayMarks = marksAt;
}

/** Field of a stop, by trade. */
export function stopField(field: usize, level: i32): usize {
  return stopTable + (((field * <usize>stopLevels + <usize>level) * capacity) << 3);
}

/** Field of two targets, by trade, both in one vector. */
export function targetField(field: usize, pair: usize): usize {
  return targetTable + (((field * <usize>targetLevels + 2 * pair) * capacity) << 3);
}

/** Fills the tables with trades `[first, first + count)`; they are numbered from 0 there. */
export function fillTable(
  rules: usize,
  first: i32,
  count: i32,
  side: usize,
  entry: usize,
  exit: usize,
  factor: usize,
): void {
  for (let i = 0; i < count; i++) {
    const at = <usize>(first + i) << 2;
    const isShort = <usize>load<u8>(side + <usize>(first + i));
    const from = load<i32>(entry + at);
    const to = load<i32>(exit + at);
    findHits(isShort, from, to);
    fillTrade(<usize>i, to, load<f64>(factor + (at << 1)));
    if (dayCount > 0) markDays(rules, isShort, from, to);
  }
}

/** Hits of both kinds in the order of their bars, so that the closes before them are read once. */
function fillTrade(i: usize, to: i32, base: f64): void {
  let s: i32 = 0;
  let t: i32 = 0;
  while (s < stopHits || t < targetHits) {
    const stopBar = s < stopHits ? load<f64>(stopRow(BAR) + (<usize>s << 3)) : Infinity;
    const targetBar = t < targetHits ? load<f64>(targetRow(BAR) + (<usize>t << 3)) : Infinity;
    const bar = <i32>min(stopBar, targetBar);
    if (marked) takeMarks(bar);
    if (stopBar <= targetBar) {
      storeStop(s, i, bar, load<f64>(stopRow(FACTOR) + (<usize>s << 3)));
      s++;
    } else {
      storeTarget(t, i, bar, load<f64>(targetRow(FACTOR) + (<usize>t << 3)));
      t++;
    }
  }
  if (marked) takeMarks(to);
  for (; s < stopLevels; s++) storeStop(s, i, to, base);
  for (; t < targetLevels; t++) storeTarget(t, i, to, base);
}

function storeStop(level: i32, i: usize, bar: i32, value: f64): void {
  const at = i << 3;
  store<f64>(stopField(BAR, level) + at, <f64>bar);
  store<f64>(stopField(FACTOR, level) + at, value);
  if (marked) {
    store<f64>(stopField(BEST, level) + at, bestMark);
    store<f64>(stopField(WORST, level) + at, worstMark);
  }
  if (dayCount > 0) store<f64>(stopField(DAY, level) + at, <f64>dayOfBar(bar));
}

function storeTarget(level: i32, i: usize, bar: i32, value: f64): void {
  const pair = <usize>(level >> 1);
  const at = (i << 4) | (<usize>(level & 1) << 3);
  store<f64>(targetField(BAR, pair) + at, <f64>bar);
  store<f64>(targetField(FACTOR, pair) + at, value);
  if (marked) {
    store<f64>(targetField(BEST, pair) + at, bestMark);
    store<f64>(targetField(WORST, pair) + at, worstMark);
  }
  if (dayCount > 0) store<f64>(targetField(DAY, pair) + at, <f64>dayOfBar(bar));
}

/** Marks of the days that end while a trade is held. */
function markDays(rules: usize, isShort: usize, from: i32, to: i32): void {
  const entryPrice = load<f64>(close + (<usize>from << 3));
  const end = dayOfBar(to);
  for (let d = dayOfBar(from); d < end; d++) {
    const bar = load<i32>(dayLastBar + (<usize>d << 2));
    const price = load<f64>(close + (<usize>bar << 3));
    store<f64>(dayMarks + (<usize>d << 3), markOf(rules, isShort, entryPrice, price));
  }
}

/** Day of a bar, which is the number of days that end before it; that of the end is their count. */
export function dayOfBar(bar: i32): i32 {
  return bar < bars ? load<i32>(dayOf + (<usize>bar << 2)) : dayCount;
}

export function dayMark(day: i32): v128 {
  return v128.load64_splat(dayMarks + (<usize>day << 3));
}
