/**
 * Twin of EventEngine in core/execution/event-engine.ts: settles a trade list and leaves its sums. The same operations
 * in the same order, so the same bits.
 */
import {
  ALL_IN,
  available,
  canEnter,
  closeTrade,
  netProfit,
  openAccount,
  ruin,
  rules,
  safe,
  setAccount,
  sizing,
  stake,
  useRules,
} from "./account";
import {
  addFlatDays,
  addHeldDays,
  addHeldDaysAllIn,
  dailyReturns,
  dayCount,
  squares,
  startDays,
  useDays,
} from "./daily-tally";
import {
  addEquity,
  deepen,
  drawdown,
  heldDrawdown,
  peak,
  setDrawdown,
  staysWithin,
} from "./drawdown-tally";
import {
  bars,
  closeAt,
  useMarket,
  WATCH_BARS,
  WATCH_DAYS,
  WATCH_DRAWDOWN,
  WATCH_TRADES,
} from "./market";
import { boundExtremes, queryExtremes, rangeMax, rangeMin } from "./range-extremes";
import { MARK_BASE, MARK_SLOPE } from "./rules";
import { writeSums } from "./sums";
import { addTrade, setTrades } from "./trade-tally";

// Set once a scorer begins.
let reciprocal: usize = 0;
let watch: i32 = 0;
let dayOf: usize = 0;
let changes: usize = 0;

/** `reciprocalAt` holds 1 / close of every bar. */
export function setMarket(
  rulesAt: usize,
  closesAt: usize,
  barCount: i32,
  watched: i32,
  reciprocalAt: usize,
): void {
  useRules(rulesAt);
  useMarket(closesAt, barCount);
  watch = watched;
  reciprocal = reciprocalAt;
}

/** `changesAt` is room for a daily return a day. */
export function setDays(count: i32, lastBarAt: usize, dayOfAt: usize, changesAt: usize): void {
  useDays(count, lastBarAt);
  dayOf = dayOfAt;
  changes = changesAt;
}

/** Bars `[from, to)` without a position. */
function flat(from: i32, to: i32): void {
  if (from >= to) return;
  const equity = safe + available;
  addEquity(equity);
  if ((watch & WATCH_DAYS) == 0) return;
  addFlatDays(equity, to < bars ? load<i32>(dayOf + (<usize>to << 2)) : dayCount);
}

/** Bars `[from, to)` inside a trade that was entered at `from`. */
function held(side: usize, from: i32, to: i32): void {
  if (from >= to) return;
  if ((watch & WATCH_DRAWDOWN) != 0) {
    boundExtremes(from, to);
    if (!staysWithin(side, load<f64>(reciprocal + (<usize>from << 3)), rangeMin, rangeMax)) {
      queryExtremes(from, to);
      heldDrawdown(side, from, to, rangeMin, rangeMax);
    }
  }
  if ((watch & WATCH_DAYS) != 0) addHeldDays(side, closeAt(from), to);
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
  openAccount();
  setTrades(0, 0, 0, 0, 0);
  setDrawdown(-Infinity, 0);
  startDays(changes);
  if (sizing == ALL_IN && (watch & WATCH_BARS) == 0) settleAllIn(count, factor);
  else if (sizing == ALL_IN && (watch & WATCH_TRADES) == 0) {
    settleAllInBars(count, side, entry, exit, factor);
  } else settleWatched(count, side, entry, exit, factor);
  const watchesDays = (watch & WATCH_DAYS) != 0;
  writeSums(out, watchesDays && dailyReturns() > 1 ? squares() : 0);
}

function settleWatched(
  count: i32,
  side: usize,
  entry: usize,
  exit: usize,
  factor: usize,
): void {
  const barwise = (watch & WATCH_BARS) != 0;
  const tradewise = (watch & WATCH_TRADES) != 0;
  let flatFrom: i32 = 0;
  for (let i = 0; i < count; i++) {
    if (!canEnter()) break;
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

/** Everything in, nothing watched: one multiplication a trade carries from trade to trade. */
function settleAllIn(count: i32, factor: usize): void {
  let cash = available;
  for (let i = 0; i < count; i++) {
    if (!(cash > ruin)) break;
    const after = cash * load<f64>(factor + (<usize>i << 3));
    addTrade(after - cash, cash);
    cash = after;
  }
  setAccount(cash, 0);
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
    if (watchesDays) addHeldDaysAllIn(isShort, closeAt(from), cash, safe, to);
    flatFrom = to;
    cash *= load<f64>(factor + (<usize>i << 3));
    setAccount(cash, safe);
  }
  flat(flatFrom, bars);
}

/**
 * heldDrawdown without a branch where a trade stays below the peak: whether it also reaches a new
 * depth is not predictable, so the depth is computed anyway.
 */
function heldDrawdownAllIn(side: usize, cash: f64, from: i32, to: i32): void {
  queryExtremes(from, to);
  const at = rules + (side << 3);
  const good = side == 0 ? rangeMax : rangeMin;
  const bad = side == 0 ? rangeMin : rangeMax;
  const ratios = f64x2.div(
    f64x2.replace_lane(f64x2.splat(good), 1, bad),
    f64x2.splat(closeAt(from)),
  );
  const marks = f64x2.add(
    v128.load64_splat(at, MARK_BASE),
    f64x2.mul(v128.load64_splat(at, MARK_SLOPE), ratios),
  );
  const equity = f64x2.add(f64x2.splat(safe), f64x2.mul(f64x2.splat(cash), marks));
  if (f64x2.extract_lane(equity, 0) > peak) {
    heldDrawdown(side, from, to, rangeMin, rangeMax);
    return;
  }
  deepen(drawdown(f64x2.extract_lane(equity, 1), peak));
}
