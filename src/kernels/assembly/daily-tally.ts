/** Twin of DailyTally in core/metrics/tallies.ts, and of the days that EventEngine feeds it. */
import { equityAt, rules } from "./account";
import { closeAt } from "./market";
import { markOf } from "./rules";

// The days of the range.
export let dayCount: i32 = 0;
export let dayLastBar: usize = 0;

// The tally of the variant at hand.
/** First day that has not been added yet. */
export let nextDay: i32 = 0;
export let dailySum: f64 = 0;
export let downsideSum: f64 = 0;
export let broken: bool = false;
/** Equity at the end of the first day, and of the last one that was added. */
export let firstEquity: f64 = 0;
export let lastEquity: f64 = 0;
/** Returns of the days whose equity changed; 0 where nobody asks for them. */
export let changes: usize = 0;
export let changed: i32 = 0;

export function useDays(count: i32, lastBarAt: usize): void {
  dayCount = count;
  dayLastBar = lastBarAt;
}

/** `returns` is room for a number a day, or 0. */
export function startDays(returns: usize): void {
  changes = returns;
  nextDay = 0;
  dailySum = 0;
  downsideSum = 0;
  broken = false;
  firstEquity = 0;
  lastEquity = 0;
  changed = 0;
}

export function setDaySums(sum: f64, downside: f64): void {
  dailySum = sum;
  downsideSum = downside;
}

export function setDayPlace(day: i32, isBroken: bool, returns: usize, count: i32): void {
  nextDay = day;
  broken = isBroken;
  changes = returns;
  changed = count;
}

export function setDayEquity(first: f64, last: f64): void {
  firstEquity = first;
  lastEquity = last;
}

export function lastBarOf(day: i32): i32 {
  return load<i32>(dayLastBar + (<usize>day << 2));
}

/** Daily returns there are once `nextDay` days have been added. */
export function dailyReturns(): i32 {
  return max(nextDay - 1, 0);
}

export function addDay(equity: f64): void {
  if (nextDay++ == 0) {
    broken = !(equity > 0);
    firstEquity = equity;
    lastEquity = equity;
    return;
  }
  if (equity == lastEquity) return;
  const r = equity / lastEquity - 1;
  lastEquity = equity;
  if (!(equity > 0)) broken = true;
  dailySum += r;
  if (r < 0) downsideSum += r * r;
  if (changes == 0) return;
  store<f64>(changes + (<usize>changed << 3), r);
  changed++;
}

/** Days of unchanged equity, up to the day `until`. */
export function addFlatDays(equity: f64, until: i32): void {
  if (nextDay >= until) return;
  addDay(equity);
  nextDay = until;
}

/** Days that end before bar `to` of a trade that is held up to there. */
export function addHeldDays(side: usize, entryPrice: f64, to: i32): void {
  while (nextDay < dayCount) {
    const bar = lastBarOf(nextDay);
    if (bar >= to) break;
    addDay(equityAt(markOf(rules, side, entryPrice, closeAt(bar))));
  }
}

/** The same for an account that puts everything in: `cash` of it, and `put` aside. */
export function addHeldDaysAllIn(side: usize, entryPrice: f64, cash: f64, put: f64, to: i32): void {
  let day = nextDay;
  if (day >= dayCount || lastBarOf(day) >= to) return;
  if (day == 0) {
    addDay(put + cash * markOf(rules, side, entryPrice, closeAt(lastBarOf(0))));
    day = 1;
  }
  let last = lastEquity;
  let sum = dailySum;
  let downside = downsideSum;
  let slot = changes + (<usize>changed << 3);
  for (; day < dayCount; day++) {
    const bar = lastBarOf(day);
    if (bar >= to) break;
    const equity = put + cash * markOf(rules, side, entryPrice, closeAt(bar));
    if (equity == last) continue;
    const r = equity / last - 1;
    last = equity;
    if (!(equity > 0)) broken = true;
    sum += r;
    downside += select<f64>(r * r, 0, r < 0);
    store<f64>(slot, r);
    slot += 8;
  }
  nextDay = day;
  lastEquity = last;
  changed = <i32>((slot - changes) >> 3);
  setDaySums(sum, downside);
}

/** Sum of squared deviations of the daily returns from their mean; days without a change count as 0. */
export function squares(): f64 {
  const days = dailyReturns();
  const mean = dailySum / <f64>days;
  let sum = <f64>(days - changed) * (mean * mean);
  for (let i = 0; i < changed; i++) {
    const d = load<f64>(changes + (<usize>i << 3)) - mean;
    sum += d * d;
  }
  return sum;
}
