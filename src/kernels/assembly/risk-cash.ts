/**
 * End cash of every cell of a risk grid, for accounts that put everything in. A cell's cash is a product in trade order,
 * so a batch of trades is prepared as rows of factors, one column a target, and a row of cells is then multiplied by one
 * row a trade with its cash held in registers. Stops that a trade does not hit share the row of its target factors.
 * Stops and targets are in the order of their distance, those that are off last.
 */
import { findHits, stopHits, stopRow, targetHits, targetRow } from "./risk-hits";
import { RUIN, START_CASH } from "./rules";

/** Far above the rounding of a product. */
const DOUBT: f64 = 1e-12;

/** Trades of a batch: their rows are to stay in the cache. */
let batch: i32 = 0;
let stopCount: i32 = 0;
/** Targets, padded to an even number. */
let columns: i32 = 0;
let cash: usize = 0;
/** Room for the rows of a batch: at most one a stop and one more, for each trade. */
let rows: usize = 0;
/** Row of each stop and trade of a batch, i32. */
let rowOf: usize = 0;
/** No cell has less. */
let least: f64 = 0;

export function setCells(
  batchTrades: i32,
  stops: i32,
  targets: i32,
  cashAt: usize,
  rowsAt: usize,
  rowOfAt: usize,
): void {
  batch = batchTrades;
  stopCount = stops;
  columns = targets;
  cash = cashAt;
  rows = rowsAt;
  rowOf = rowOfAt;
}

/** Leaves the end cash at `cash`: stop outer, target inner. */
export function cellCash(
  rules: usize,
  count: i32,
  side: usize,
  entry: usize,
  exit: usize,
  factor: usize,
): void {
  const ruin = load<f64>(rules, RUIN);
  const cells = stopCount * columns;
  const start = v128.load64_splat(rules, START_CASH);
  for (let c = 0; c < cells; c += 2) v128.store(cash + (<usize>c << 3), start);
  least = load<f64>(rules, START_CASH);
  for (let first = 0; first < count; first += batch) {
    const trades = min(batch, count - first);
    const worst = prepareBatch(first, trades, side, entry, exit, factor);
    if (!(least * worst > ruin)) least = leastCash(cells);
    if (least * worst > ruin) multiplyRows(trades);
    else multiplyLiving(trades, ruin);
    least = max(least, 0) * worst;
  }
}

/**
 * Rows of factors of a batch. Answers with what is left of a cell at least while it lasts, as a share of its cash.
 */
function prepareBatch(
  first: i32,
  trades: i32,
  side: usize,
  entry: usize,
  exit: usize,
  factor: usize,
): f64 {
  let row = rows;
  let left: f64 = 1;
  let lowest: f64 = 1;
  for (let i = 0; i < trades; i++) {
    const at = <usize>(first + i) << 2;
    const base = load<f64>(factor + (at << 1));
    findHits(<usize>load<u8>(side + <usize>(first + i)), load<i32>(entry + at), load<i32>(exit + at));
    const worst = leaveWithSignal(base);
    left *= max(worst, 0) * (1 - DOUBT);
    lowest = min(lowest, left);
    row = prepareRows(row, i);
  }
  return lowest;
}

/** Pads the targets that are not hit; answers with the least factor of all levels. */
function leaveWithSignal(base: f64): f64 {
  const bars = targetRow(0);
  const factors = targetRow(1);
  let worst = base;
  for (let t = 0; t < targetHits; t++) worst = min(worst, load<f64>(factors + (<usize>t << 3)));
  for (let t = targetHits; t < columns; t++) {
    store<f64>(bars + (<usize>t << 3), Infinity);
    store<f64>(factors + (<usize>t << 3), base);
  }
  const stops = stopRow(1);
  for (let s = 0; s < stopHits; s++) worst = min(worst, load<f64>(stops + (<usize>s << 3)));
  return worst;
}

/** Writes the rows of trade `i` from `row` on; answers with the end of them. */
function prepareRows(row: usize, i: i32): usize {
  const bars = targetRow(0);
  const factors = targetRow(1);
  const bytes = <usize>columns << 3;
  const at = rowOf + (<usize>i << 2);
  for (let s = 0; s < stopHits; s++) {
    store<i32>(at + <usize>(s * batch) * 4, <i32>row);
    const bar = v128.load64_splat(stopRow(0) + (<usize>s << 3));
    const value = v128.load64_splat(stopRow(1) + (<usize>s << 3));
    for (let t: usize = 0; t < bytes; t += 16) {
      const isFirst = f64x2.le(bar, v128.load(bars + t));
      v128.store(row + t, v128.bitselect(value, v128.load(factors + t), isFirst));
    }
    row += bytes;
  }
  for (let s = stopHits; s < stopCount; s++) store<i32>(at + <usize>(s * batch) * 4, <i32>row);
  for (let t: usize = 0; t < bytes; t += 16) v128.store(row + t, v128.load(factors + t));
  return row + bytes;
}

function multiplyRows(trades: i32): void {
  const bytes = <usize>columns << 3;
  for (let s = 0; s < stopCount; s++) {
    const from = rowOf + <usize>(s * batch) * 4;
    const end = from + <usize>trades * 4;
    const cells = cash + <usize>s * bytes;
    let column: usize = 0;
    for (; column + 160 <= bytes; column += 160) multiplyTwenty(cells + column, column, from, end);
    for (; column + 64 <= bytes; column += 64) multiplyEight(cells + column, column, from, end);
    for (; column < bytes; column += 16) multiplyTwo(cells + column, column, from, end);
  }
}

/** Cells at `cells` times the factors in their columns, row after row. */
function multiplyTwenty(cells: usize, column: usize, from: usize, end: usize): void {
  let a = v128.load(cells);
  let b = v128.load(cells, 16);
  let c = v128.load(cells, 32);
  let d = v128.load(cells, 48);
  let e = v128.load(cells, 64);
  let f = v128.load(cells, 80);
  let g = v128.load(cells, 96);
  let h = v128.load(cells, 112);
  let i = v128.load(cells, 128);
  let j = v128.load(cells, 144);
  for (let at = from; at < end; at += 4) {
    const row = <usize>load<i32>(at) + column;
    a = f64x2.mul(a, v128.load(row));
    b = f64x2.mul(b, v128.load(row, 16));
    c = f64x2.mul(c, v128.load(row, 32));
    d = f64x2.mul(d, v128.load(row, 48));
    e = f64x2.mul(e, v128.load(row, 64));
    f = f64x2.mul(f, v128.load(row, 80));
    g = f64x2.mul(g, v128.load(row, 96));
    h = f64x2.mul(h, v128.load(row, 112));
    i = f64x2.mul(i, v128.load(row, 128));
    j = f64x2.mul(j, v128.load(row, 144));
  }
  v128.store(cells, a);
  v128.store(cells, b, 16);
  v128.store(cells, c, 32);
  v128.store(cells, d, 48);
  v128.store(cells, e, 64);
  v128.store(cells, f, 80);
  v128.store(cells, g, 96);
  v128.store(cells, h, 112);
  v128.store(cells, i, 128);
  v128.store(cells, j, 144);
}

function multiplyEight(cells: usize, column: usize, from: usize, end: usize): void {
  let a = v128.load(cells);
  let b = v128.load(cells, 16);
  let c = v128.load(cells, 32);
  let d = v128.load(cells, 48);
  for (let at = from; at < end; at += 4) {
    const row = <usize>load<i32>(at) + column;
    a = f64x2.mul(a, v128.load(row));
    b = f64x2.mul(b, v128.load(row, 16));
    c = f64x2.mul(c, v128.load(row, 32));
    d = f64x2.mul(d, v128.load(row, 48));
  }
  v128.store(cells, a);
  v128.store(cells, b, 16);
  v128.store(cells, c, 32);
  v128.store(cells, d, 48);
}

function multiplyTwo(cells: usize, column: usize, from: usize, end: usize): void {
  let a = v128.load(cells);
  for (let at = from; at < end; at += 4) a = f64x2.mul(a, v128.load(<usize>load<i32>(at) + column));
  v128.store(cells, a);
}

/** multiplyRows where cells may be ruined: those that are trade no more. */
function multiplyLiving(trades: i32, least: f64): void {
  const ruin = f64x2.splat(least);
  const bytes = <usize>columns << 3;
  for (let s = 0; s < stopCount; s++) {
    const from = rowOf + <usize>(s * batch) * 4;
    const end = from + <usize>trades * 4;
    const cells = cash + <usize>s * bytes;
    for (let column: usize = 0; column < bytes; column += 16) {
      let held = v128.load(cells + column);
      for (let at = from; at < end; at += 4) {
        const after = f64x2.mul(held, v128.load(<usize>load<i32>(at) + column));
        held = v128.bitselect(after, held, f64x2.gt(held, ruin));
      }
      v128.store(cells + column, held);
    }
  }
}

function leastCash(cells: i32): f64 {
  let lowest = v128.load(cash);
  for (let c = 2; c < cells; c += 2) lowest = f64x2.min(lowest, v128.load(cash + (<usize>c << 3)));
  return min<f64>(f64x2.extract_lane(lowest, 0), f64x2.extract_lane(lowest, 1));
}
