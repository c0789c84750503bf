/**
 * Panels of independent legs once more, where more is asked than the end cash: twin of core/execution/leg-panel.ts. A
 * tile of eight by eight legs at most is settled in batches of exits: first what each exit makes of the legs of its
 * side, then the accounts row by row, each thing that is asked for in a loop of its own. A trade's factors and extreme
 * marks do not depend on the account, so they are computed once for a row or a column.
 */
import { ruin, useRules } from "./account";
import { lastBarOf, useDays } from "./daily-tally";
import { bars, closeAt, useMarket, WATCH_DAYS, WATCH_DOWNSIDE, WATCH_DRAWDOWN, WATCH_TRADES } from "./market";
import { putBarSums, putTradeSums, SUMS_BYTES } from "./sums";
import {
  HALF,
  listHalf,
  multiplyGuarded,
  multiplySound,
  tallyGuarded,
  tallySound,
  watchGuarded,
  watchSound,
} from "./tile-cash";
import { addDays, growHalf, squareHalf, startHalf, useReturns, writeLastDay } from "./tile-days";
import { clearShare, leastShare, reverses, writeExit, writeExits } from "./tile-exits";
import {
  BATCH,
  CASH,
  CASH_AT,
  CASH_BYTES,
  cashes,
  DAILY_SUM,
  DAY_BYTES,
  DOWNSIDE_SUM,
  EXIT_BYTES,
  exits,
  FIRST_EQUITY,
  GROSS_LOSS,
  GROSS_PROFIT,
  LAST_EQUITY,
  LEAST,
  NEXT_CASH,
  PEAK,
  RETURN_SUM,
  ROW_BYTES,
  rowAt,
  snapsOf,
  tileDays,
  TRADE_COUNT,
  useTileRoom,
  WHOLE,
  WINS,
} from "./tile-room";
import { clearMarks, closeSide, heldAt, leastMark, openSide, walkSide, writeFlatDay } from "./tile-side";

/** More than what rounding takes from the product of a batch. */
const DOUBT: f64 = 1e-9;

let watch: i32 = 0;
let keeps: bool = false;
let dayCount: i32 = 0;
/** Days before the batch. */
let firstDay: i32 = 0;

// The tile.
let rows: usize = 0;
/** Bytes of a row's accounts that are settled: all eight, or the first four. */
let width: usize = 0;
let startCash: f64 = 0;
/** No account has less. */
let leastCash: f64 = 0;

/** Before any tile: room of tileRoomBytes, and for a number a day of 64 accounts where `returns` is not 0. */
export function setTiles(
  room: usize,
  rules: usize,
  close: usize,
  barCount: i32,
  watched: i32,
  daysOfRange: i32,
  lastBarAt: usize,
  returns: usize,
): void {
  useTileRoom(room);
  useRules(rules);
  useMarket(close, barCount);
  watch = watched;
  dayCount = (watched & WATCH_DAYS) != 0 ? daysOfRange : 0;
  useDays(dayCount, lastBarAt);
  useReturns(returns, dayCount);
  keeps = returns != 0;
}

/**
 * Settles the accounts of `longLegs` long legs from `long` on by `shortLegs` short ones, and leaves their sums (see
 * writeSums) at `out`, rows `stride` bytes apart. Legs are fields of leg-side.ts, and never hold together.
 */
export function settleTile(
  longSide: usize,
  shortSide: usize,
  long: i32,
  longLegs: i32,
  short: i32,
  shortLegs: i32,
  rules: usize,
  cash: f64,
  out: usize,
  stride: usize,
): void {
  openSide(false, longSide, long, longLegs, rules);
  openSide(true, shortSide, short, shortLegs, rules);
  rows = <usize>longLegs;
  width = shortLegs > 4 ? 2 * HALF : HALF;
  startCash = cash;
  leastCash = cash;
  firstDay = 0;
  openRows();
  if ((watch & WATCH_DRAWDOWN) != 0) walk(true);
  else walk(false);
  finish();
  writeTile(<usize>shortLegs, out, stride);
}

function openRows(): void {
  const longs = heldAt(false, 0);
  const shorts = heldAt(true, 0);
  for (let row: usize = 0; row < rows; row++) {
    const state = rowAt(row);
    memory.fill(state, 0, ROW_BYTES);
    for (let column: usize = 0; column < 8; column++) {
      const at = state + (column << 3);
      const enters = (<i32>row < longs || <i32>column < shorts) && startCash > ruin;
      store<f64>(at, startCash, CASH);
      store<f64>(at, enters ? -Infinity : startCash, PEAK);
      store<f64>(at, 1, LEAST);
    }
  }
}

/** Batch by batch, all bars. */
// @ts-ignore: decorator
@inline
function walk(watchesBars: bool): void {
  let exit = exits();
  let day = tileDays();
  let nextDay = 0;
  const words = (bars + 63) >> 6;
  clearShare();
  clearMarks();
  for (let word = 0; word < words; word++) {
    // The last day ends when all trades are closed.
    let days: u64 = 0;
    let dayEnd = day;
    for (; nextDay < dayCount - 1; nextDay++) {
      const bar = lastBarOf(nextDay) - (word << 6);
      if (bar > 63) break;
      days |= (<u64>1) << <u64>bar;
      writeFlatDay(dayEnd);
      dayEnd += DAY_BYTES;
    }
    const longs = walkSide(false, word, days, day, watchesBars);
    const shorts = walkSide(true, word, days, day, watchesBars);
    const both = longs | shorts;
    writeExits(false, longs, both, exit, watchesBars);
    writeExits(true, shorts, both, exit, watchesBars);
    const before = (exit - exits()) / EXIT_BYTES;
    for (; day < dayEnd; day += DAY_BYTES) {
      const upTo = days ^ (days - 1);
      store<usize>(day, cashes() + (before + <usize>popcnt(both & upTo)) * CASH_BYTES, CASH_AT);
      days &= days - 1;
    }
    exit += <usize>popcnt(both) * EXIT_BYTES;
    if (exit - exits() < BATCH * EXIT_BYTES && day - tileDays() < BATCH * DAY_BYTES) continue;
    settleBatch(exit, day);
    exit = exits();
    day = tileDays();
    clearShare();
    clearMarks();
  }
  if (closeSide(false, watchesBars)) {
    writeExit(false, snapsOf(false), exit, watchesBars);
    exit += EXIT_BYTES;
  }
  if (closeSide(true, watchesBars)) {
    writeExit(true, snapsOf(true), exit, watchesBars);
    exit += EXIT_BYTES;
  }
  settleBatch(exit, day);
}

/** The accounts over the exits up to `end` and the days up to `dayEnd`. */
function settleBatch(end: usize, dayEnd: usize): void {
  const guards = !(leastCash * leastShare() * (1 - DOUBT) > ruin);
  // Where the least mark is positive, so is what the least account is worth.
  const guardsDays = guards || !(leastMark() * ruin > 0);
  const returnsAsked = keeps || (watch & WATCH_DOWNSIDE) != 0;
  const asksDays = dayEnd != tileDays() && (guardsDays || returnsAsked || firstDay == 0);
  let least = f64x2.splat(Infinity);
  for (let row: usize = 0; row < rows; row++) {
    if (asksDays || (watch & (WATCH_TRADES | WATCH_DRAWDOWN)) == 0) {
      if (guards) multiplyGuarded(row, end);
      else multiplySound(row, end);
    }
    const state = rowAt(row);
    for (let half: usize = 0; half < width; half += HALF) {
      settleHalf(row, half, end, guards);
      if (asksDays) addBatch(row, half, dayEnd, guardsDays);
      const a = v128.load(state + half, NEXT_CASH);
      const b = v128.load(state + half, NEXT_CASH + 16);
      v128.store(state + half, a, CASH);
      v128.store(state + half, b, CASH + 16);
      least = f64x2.pmin(least, f64x2.pmin(a, b));
    }
  }
  leastCash = min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
  firstDay += <i32>((dayEnd - tileDays()) / DAY_BYTES);
}

/** What the exits of a batch make of half a row. */
function settleHalf(row: usize, half: usize, end: usize, guards: bool): void {
  if ((watch & (WATCH_TRADES | WATCH_DRAWDOWN)) == 0) return;
  const listed = listHalf(row, half, end);
  if ((watch & WATCH_DRAWDOWN) != 0) {
    if (guards || reverses) watchGuarded(row, half, listed);
    else watchSound(row, half, listed);
  }
  if ((watch & WATCH_TRADES) != 0) {
    if (guards) tallyGuarded(row, half, listed);
    else tallySound(row, half, listed);
  }
}

/** The batch's days of half a row. */
function addBatch(row: usize, half: usize, end: usize, guards: bool): void {
  let first = tileDays();
  let number = firstDay;
  if (number == 0) {
    startHalf(row, half);
    first += DAY_BYTES;
    number++;
  }
  if ((watch & WATCH_DOWNSIDE) != 0) {
    if (keeps) addDays(row, half, first, end, number, true, true, true);
    else if (guards) addDays(row, half, first, end, number, false, true, true);
    else addDays(row, half, first, end, number, false, true, false);
  } else if (keeps) {
    if (guards) addDays(row, half, first, end, number, true, false, true);
    else addDays(row, half, first, end, number, true, false, false);
  } else growHalf(row, half, first, end);
}

/** Who was held has closed on the last bar: what its cash is now, and its day. */
function finish(): void {
  writeLastDay();
  for (let row: usize = 0; row < rows; row++) {
    for (let half: usize = 0; half < width; half += HALF) {
      const state = rowAt(row) + half;
      for (let pair: usize = 0; pair < HALF; pair += 16) {
        const cash = v128.load(state + pair, CASH);
        v128.store(cashes() + half + pair, cash);
        const peak = f64x2.pmax(v128.load(state + pair, PEAK), cash);
        const least = v128.load(state + pair, LEAST);
        v128.store(state + pair, peak, PEAK);
        v128.store(state + pair, f64x2.pmin(least, f64x2.div(cash, peak)), LEAST);
      }
      if (dayCount != 0) addBatch(row, half, tileDays() + DAY_BYTES, true);
    }
  }
}

function writeTile(columns: usize, out: usize, stride: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    const squares = cashes();
    for (let half: usize = 0; half < width; half += HALF) {
      if (keeps && dayCount > 2) squareHalf(row, half, squares + half);
      else memory.fill(squares + half, 0, HALF);
    }
    const state = rowAt(row);
    for (let column: usize = 0; column < columns; column++) {
      const to = out + row * stride + column * SUMS_BYTES;
      writeAccount(state + (column << 3), load<f64>(squares + (column << 3)), to);
    }
  }
}

/** Sums of an account, as writeSums leaves them. */
function writeAccount(account: usize, squares: f64, to: usize): void {
  const trades = <f64>load<i64>(account, TRADE_COUNT);
  const wins = <f64>load<i64>(account, WINS);
  const profit = load<f64>(account, GROSS_PROFIT);
  const loss = load<f64>(account, GROSS_LOSS);
  putTradeSums(to, load<f64>(account, CASH), trades, wins, profit, loss, load<f64>(account, RETURN_SUM));
  const growth = load<f64>(account, LAST_EQUITY) / load<f64>(account, FIRST_EQUITY);
  const sum = load<f64>(account, DAILY_SUM);
  const falls = load<f64>(account, DOWNSIDE_SUM);
  const isBroken = load<u64>(account, WHOLE) == 0;
  putBarSums(to, 1 - load<f64>(account, LEAST), max(dayCount - 1, 0), growth, sum, falls, isBroken, squares);
}
