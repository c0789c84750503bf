/**
 * Twin of EventEngine in core/execution/event-engine.ts, with Account and the tallies of core/metrics/tallies.ts
 * spelled out: settles a trade list and leaves its sums. The same operations in the same order, so the same bits.
 */
import { boundExtremes, queryExtremes, rangeMax, rangeMin } from "./range-extremes";
import {
  FIXED_QUOTE,
  MARK_BASE,
  MARK_SLOPE,
  markOf,
  RUIN,
  SAFE_PROFIT_PCT,
  SIZING,
  START_CASH,
} from "./rules";

const ALL_IN: i32 = 0;
const FIXED: i32 = 1;
const PROFIT_LOCK: i32 = 2;

// What to watch beside the trades.
const WATCH_DRAWDOWN: i32 = 1;
const WATCH_DAYS: i32 = 2;
const WATCH_TRADES: i32 = 4;
const WATCH_BARS: i32 = WATCH_DRAWDOWN | WATCH_DAYS;

/** Far above the rounding of an equity, far below what matters: bounds that differ by less prove nothing. */
const DOUBT: f64 = 1e-12;

// The market of the range: set once a sweep.
let rules: usize = 0;
let close: usize = 0;
let bars: i32 = 0;
let reciprocal: usize = 0;
let watch: i32 = 0;
let dayCount: i32 = 0;
let dayLastBar: usize = 0;
let dayOf: usize = 0;
let changes: usize = 0;

// The account and the tallies of the variant at hand.
let sizing: i32 = 0;
let available: f64 = 0;
let safe: f64 = 0;
let netProfit: f64 = 0;
let tradeCount: i32 = 0;
let wins: i32 = 0;
let grossProfit: f64 = 0;
let grossLoss: f64 = 0;
let returnSum: f64 = 0;
let peak: f64 = 0;
let deepest: f64 = 0;
let days: i32 = 0;
let growth: f64 = 1;
let dailySum: f64 = 0;
let downsideSum: f64 = 0;
let broken: bool = false;
let lastEquity: f64 = 0;
let changed: i32 = 0;
let nextDay: i32 = 0;

export function setMarket(
  rulesAt: usize,
  closeAt: usize,
  barCount: i32,
  watched: i32,
  reciprocalAt: usize,
): void {
  reciprocal = reciprocalAt;
  rules = rulesAt;
  close = closeAt;
  bars = barCount;
  watch = watched;
  sizing = <i32>load<f64>(rules, SIZING);
}

export function setDays(count: i32, lastBarAt: usize, dayOfAt: usize, changesAt: usize): void {
  dayCount = count;
  dayLastBar = lastBarAt;
  dayOf = dayOfAt;
  changes = changesAt;
}

function stake(): f64 {
  const fixed = load<f64>(rules, FIXED_QUOTE);
  return sizing == FIXED && fixed < available ? fixed : available;
}

function equityAt(mark: f64): f64 {
  return sizing == FIXED ? available + stake() * (mark - 1) : safe + available * mark;
}

function closeTrade(factor: f64): void {
  if (sizing == FIXED) {
    netProfit = stake() * (factor - 1);
    available += netProfit;
    return;
  }
  const after = available * factor;
  netProfit = after - available;
  available = after;
  if (sizing == PROFIT_LOCK) {
    const locked = netProfit > 0 ? (netProfit * load<f64>(rules, SAFE_PROFIT_PCT)) / 100 : 0;
    available -= locked;
    safe += locked;
  }
}

function drawdown(equity: f64, from: f64): f64 {
  return from > 0 ? 1 - equity / from : 0;
}

function addEquity(equity: f64): void {
  if (equity > peak) peak = equity;
  const depth = drawdown(equity, peak);
  if (depth > deepest) deepest = depth;
}

function addDay(equity: f64): void {
  if (nextDay++ == 0) {
    broken = !(equity > 0);
    lastEquity = equity;
    return;
  }
  days++;
  if (equity == lastEquity) return;
  const r = equity / lastEquity - 1;
  lastEquity = equity;
  if (!(r > -1)) broken = true;
  growth *= 1 + r;
  dailySum += r;
  if (r < 0) downsideSum += r * r;
  store<f64>(changes + (<usize>changed << 3), r);
  changed++;
}

/** Bars `[from, to)` without a position. */
function flat(from: i32, to: i32): void {
  if (from >= to) return;
  const equity = safe + available;
  addEquity(equity);
  if ((watch & WATCH_DAYS) == 0) return;
  const until = to < bars ? load<i32>(dayOf + (<usize>to << 2)) : dayCount;
  if (nextDay < until) {
    addDay(equity);
    days += until - nextDay;
    nextDay = until;
  }
}

/** Bars `[from, to)` inside a trade that was entered at `from`. */
function held(side: usize, from: i32, to: i32): void {
  if (from >= to) return;
  const entryPrice = load<f64>(close + (<usize>from << 3));
  if ((watch & WATCH_DRAWDOWN) != 0 && !staysWithin(side, available, from, to)) {
    heldDrawdown(side, entryPrice, from, to);
  }
  if ((watch & WATCH_DAYS) == 0) return;
  while (nextDay < dayCount) {
    const bar = load<i32>(dayLastBar + (<usize>nextDay << 2));
    if (bar >= to) break;
    addDay(equityAt(markOf(rules, side, entryPrice, load<f64>(close + (<usize>bar << 3)))));
  }
}

/**
 * Whether bounds of a segment's equity prove that it reaches neither a new peak nor a new depth. Divides by nothing:
 * `reciprocal` holds 1 / close, and the margin covers the rounding.
 */
function staysWithin(side: usize, cash: f64, from: i32, to: i32): bool {
  boundExtremes(from, to);
  const good = side == 0 ? rangeMax : rangeMin;
  const bad = side == 0 ? rangeMin : rangeMax;
  const at = rules + (side << 3);
  const slope = load<f64>(at, MARK_SLOPE) * load<f64>(reciprocal + (<usize>from << 3));
  const base = load<f64>(at, MARK_BASE);
  const fixed = sizing == FIXED;
  const staked = fixed ? stake() : cash;
  const rest = fixed ? cash - staked : safe;
  const best = rest + staked * (base + slope * good);
  const worst = rest + staked * (base + slope * bad);
  const margin = DOUBT * (abs(best) + abs(worst) + 4 * cash + safe + peak);
  return best + margin < peak && worst - margin > peak * (1 - deepest);
}

/** Equity is monotone in the close while a trade is open, so its extremes sit at the extreme closes. */
function heldDrawdown(side: usize, entryPrice: f64, from: i32, to: i32): void {
  queryExtremes(from, to);
  const good = side == 0 ? rangeMax : rangeMin;
  const bad = side == 0 ? rangeMin : rangeMax;
  const best = equityAt(markOf(rules, side, entryPrice, good));
  const worst = equityAt(markOf(rules, side, entryPrice, bad));
  if (best <= peak) {
    const depth = drawdown(worst, peak);
    if (depth > deepest) deepest = depth;
  } else if (worst >= 0 && drawdown(worst, best) <= deepest) {
    peak = best;
  } else {
    scanDrawdown(side, entryPrice, from, to);
  }
}

/** Deepest fall of a segment that reaches a new peak; see EventEngine. */
function scanDrawdown(side: usize, entryPrice: f64, from: i32, to: i32): void {
  const sign: f64 = side == 0 ? 1 : -1;
  let passed = false;
  let best = load<f64>(close + (<usize>from << 3));
  let worst = best;
  for (let t = from; t < to; t++) {
    const price = load<f64>(close + (<usize>t << 3));
    if (t == from || sign * price > sign * best) {
      if (!passed) {
        passed = equityAt(markOf(rules, side, entryPrice, price)) > peak;
        if (passed && t > from) endFall(side, entryPrice, worst);
      } else if (worst != best) {
        peak = equityAt(markOf(rules, side, entryPrice, best));
        endFall(side, entryPrice, worst);
      }
      best = price;
      if (passed) worst = price;
    } else if (sign * price < sign * worst) worst = price;
  }
  if (passed) peak = equityAt(markOf(rules, side, entryPrice, best));
  endFall(side, entryPrice, worst);
}

function endFall(side: usize, entryPrice: f64, worst: f64): void {
  const depth = drawdown(equityAt(markOf(rules, side, entryPrice, worst)), peak);
  if (depth > deepest) deepest = depth;
}

function reset(): void {
  available = load<f64>(rules, START_CASH);
  safe = 0;
  tradeCount = 0;
  wins = 0;
  grossProfit = 0;
  grossLoss = 0;
  returnSum = 0;
  peak = -Infinity;
  deepest = 0;
  days = 0;
  growth = 1;
  dailySum = 0;
  downsideSum = 0;
  broken = false;
  changed = 0;
  nextDay = 0;
}

/** Settles a trade list; the sums stay in memory at `out` (see writeSums). */
export function settle(
  count: i32,
  side: usize,
  entry: usize,
  exit: usize,
  factor: usize,
  out: usize,
): void {
  reset();
  if (sizing == ALL_IN && (watch & WATCH_BARS) == 0) settleAllIn(count, factor);
  else if (sizing == ALL_IN && (watch & WATCH_TRADES) == 0) {
    settleAllInBars(count, side, entry, exit, factor);
  }
  else settleWatched(count, side, entry, exit, factor);
  writeSums(out);
}

function settleWatched(
  count: i32,
  side: usize,
  entry: usize,
  exit: usize,
  factor: usize,
): void {
  const ruin = load<f64>(rules, RUIN);
  const barwise = (watch & WATCH_BARS) != 0;
  const tradewise = (watch & WATCH_TRADES) != 0;
  let flatFrom: i32 = 0;
  for (let i = 0; i < count; i++) {
    if (!(available > ruin)) break;
    const at = <usize>i << 2;
    if (barwise) {
      const from = load<i32>(entry + at);
      const to = load<i32>(exit + at);
      flat(flatFrom, from);
      held(<usize>load<u8>(side + <usize>i), from, to);
      flatFrom = to;
    }
    const staked = stake();
    closeTrade(load<f64>(factor + (<usize>i << 3)));
    if (tradewise) addTrade(netProfit, staked);
  }
  if (barwise) flat(flatFrom, bars);
}

function addTrade(net: f64, staked: f64): void {
  tradeCount++;
  returnSum += net / staked;
  if (net > 0) {
    wins++;
    grossProfit += net;
  } else {
    grossLoss -= net;
  }
}

/** Everything in, nothing watched: one multiplication a trade carries from trade to trade. */
function settleAllIn(count: i32, factor: usize): void {
  const ruin = load<f64>(rules, RUIN);
  let cash = available;
  for (let i = 0; i < count; i++) {
    if (!(cash > ruin)) break;
    const after = cash * load<f64>(factor + (<usize>i << 3));
    addTrade(after - cash, cash);
    cash = after;
  }
  available = cash;
}

/**
 * Everything in, drawdown or days watched, trades not: settleWatched with the account in locals.
 * Days are fed in one loop a trade.
 */
function settleAllInBars(
  count: i32,
  side: usize,
  entry: usize,
  exit: usize,
  factor: usize,
): void {
  const ruin = load<f64>(rules, RUIN);
  const watchesDays = (watch & WATCH_DAYS) != 0;
  const watchesDrawdown = (watch & WATCH_DRAWDOWN) != 0;
  let cash = available;
  let flatFrom: i32 = 0;
  for (let i = 0; i < count; i++) {
    if (!(cash > ruin)) break;
    const at = <usize>i << 2;
    const from = load<i32>(entry + at);
    const to = load<i32>(exit + at);
    const isShort = <usize>load<u8>(side + <usize>i);
    if (flatFrom < from) flat(flatFrom, from);
    if (watchesDrawdown && from < to) heldDrawdownAllIn(isShort, cash, from, to);
    if (watchesDays) heldDays(isShort, cash, from, to);
    flatFrom = to;
    cash *= load<f64>(factor + (<usize>i << 3));
    available = cash;
  }
  flat(flatFrom, bars);
}

/**
 * heldDrawdown without a branch where a trade stays below the peak: whether it also reaches a new
 * depth is not predictable, so the depth is computed anyway.
 */
function heldDrawdownAllIn(side: usize, cash: f64, from: i32, to: i32): void {
  queryExtremes(from, to);
  const entryPrice = load<f64>(close + (<usize>from << 3));
  const at = rules + (side << 3);
  const good = side == 0 ? rangeMax : rangeMin;
  const bad = side == 0 ? rangeMin : rangeMax;
  const ratios = f64x2.div(
    f64x2.replace_lane(f64x2.splat(good), 1, bad),
    f64x2.splat(entryPrice),
  );
  const marks = f64x2.add(
    v128.load64_splat(at, MARK_BASE),
    f64x2.mul(v128.load64_splat(at, MARK_SLOPE), ratios),
  );
  const equity = f64x2.add(f64x2.splat(safe), f64x2.mul(f64x2.splat(cash), marks));
  if (f64x2.extract_lane(equity, 0) > peak) {
    heldDrawdown(side, entryPrice, from, to);
    return;
  }
  deepest = max<f64>(deepest, drawdown(f64x2.extract_lane(equity, 1), peak));
}

/** Days that end in bars `[from, to)` of a trade with everything in. */
function heldDays(side: usize, cash: f64, from: i32, to: i32): void {
  let day = nextDay;
  if (day >= dayCount || load<i32>(dayLastBar + (<usize>day << 2)) >= to) return;
  const entryPrice = load<f64>(close + (<usize>from << 3));
  if (day == 0) {
    const bar = load<i32>(dayLastBar);
    addDay(safe + cash * markOf(rules, side, entryPrice, load<f64>(close + (<usize>bar << 3))));
    day = 1;
  }
  let last = lastEquity;
  let growing = growth;
  let sum = dailySum;
  let downside = downsideSum;
  let slot = changes + (<usize>changed << 3);
  const first = day;
  for (; day < dayCount; day++) {
    const bar = load<i32>(dayLastBar + (<usize>day << 2));
    if (bar >= to) break;
    const mark = markOf(rules, side, entryPrice, load<f64>(close + (<usize>bar << 3)));
    const equity = safe + cash * mark;
    if (equity == last) continue;
    const r = equity / last - 1;
    last = equity;
    if (!(r > -1)) broken = true;
    growing *= 1 + r;
    sum += r;
    downside += select<f64>(r * r, 0, r < 0);
    store<f64>(slot, r);
    slot += 8;
  }
  days += day - first;
  nextDay = day;
  lastEquity = last;
  growth = growing;
  dailySum = sum;
  downsideSum = downside;
  changed = <i32>((slot - changes) >> 3);
}

/** Sum of squared deviations of the daily returns from their mean; days without a change count as 0. */
function squares(): f64 {
  const mean = dailySum / <f64>days;
  let sum = <f64>(days - changed) * (mean * mean);
  for (let i = 0; i < changed; i++) {
    const d = load<f64>(changes + (<usize>i << 3)) - mean;
    sum += d * d;
  }
  return sum;
}

/** Order of the sums at `out`; the loader reads them by position. */
function writeSums(out: usize): void {
  store<f64>(out, safe + available);
  store<f64>(out, <f64>tradeCount, 8);
  store<f64>(out, <f64>wins, 16);
  store<f64>(out, grossProfit, 24);
  store<f64>(out, grossLoss, 32);
  store<f64>(out, returnSum, 40);
  store<f64>(out, deepest, 48);
  store<f64>(out, <f64>days, 56);
  store<f64>(out, growth, 64);
  store<f64>(out, dailySum, 72);
  store<f64>(out, downsideSum, 80);
  store<f64>(out, broken ? 1 : 0, 88);
  store<f64>(out, (watch & WATCH_DAYS) != 0 && days > 1 ? squares() : 0, 96);
}
