/**
 * Twin of EventEngine in core/execution/event-engine.ts for one block of a variant's bars: whatever is watched, any
 * sizing, positions opened before the block and left after it.
 */
import {
  available,
  canEnter,
  closeTrade,
  netProfit,
  openAccount,
  rules,
  safe,
  setAccount,
  stake,
} from "./account";
import { BLOCK_BARS, extremesOf, noExtremes } from "./block-extremes";
import {
  addFlatDays,
  addHeldDays,
  broken,
  changed,
  dailySum,
  dayCount,
  downsideSum,
  firstEquity,
  lastBarOf,
  lastEquity,
  nextDay,
  setDayEquity,
  setDayPlace,
  setDaySums,
  startDays,
} from "./daily-tally";
import { addEquity, deepest, heldDrawdown, peak, setDrawdown } from "./drawdown-tally";
import { bars, closeAt, WATCH_DAYS, WATCH_DRAWDOWN, WATCH_TRADES } from "./market";
import { factorOf } from "./rules";
import { writeSums } from "./sums";
import { addTrade, grossLoss, grossProfit, returnSum, setTrades, tradeCount, wins } from "./trade-tally";
import {
  AVAILABLE,
  BROKEN,
  CHANGED,
  DAILY_SUM,
  DEEPEST,
  DOWNSIDE_SUM,
  ENTRY_BAR,
  ENTRY_PRICE,
  EXTREMES,
  FIRST,
  FIRST_EQUITY,
  GROSS_LOSS,
  GROSS_PROFIT,
  LAST_EQUITY,
  NEUTRAL,
  NEXT_DAY,
  PEAK,
  RETURN_SUM,
  RUINED,
  SAFE,
  SECOND,
  SIGNAL,
  TRADE_COUNT,
  WINS,
} from "./variant-state";

let watch: i32 = 0;
/** Whether the side where a plane is not set is one that trades. */
let twoSided: bool = true;

// The position of the variant at hand.
let signal: i32 = 0;
/** Bar of the last flip where bars are watched; else only what it was when the variant was last settled here. */
let since: i32 = 0;
let entryPrice: f64 = 0;
let extremes: v128 = i64x2.splat(0);
/** First bar of the block at hand. */
let begin: i32 = 0;

export function useWatch(watched: i32, hasBothSides: bool): void {
  watch = watched;
  twoSided = hasBothSides;
}

/** Before the first block; `changes` is room for a number a day. */
export function openVariant(state: usize, changes: usize): void {
  openAccount();
  setTrades(0, 0, 0, 0, 0);
  setDrawdown(-Infinity, 0);
  startDays(changes);
  signal = NEUTRAL;
  since = 0;
  entryPrice = closeAt(0);
  extremes = noExtremes();
  keepVariant(state);
}

function takeVariant(state: usize, changes: usize): void {
  setAccount(load<f64>(state, AVAILABLE), load<f64>(state, SAFE));
  signal = load<i32>(state, SIGNAL);
  since = load<i32>(state, ENTRY_BAR);
  entryPrice = load<f64>(state, ENTRY_PRICE);
  if ((watch & WATCH_TRADES) != 0) {
    setTrades(
      load<i32>(state, TRADE_COUNT),
      load<i32>(state, WINS),
      load<f64>(state, GROSS_PROFIT),
      load<f64>(state, GROSS_LOSS),
      load<f64>(state, RETURN_SUM),
    );
  }
  if ((watch & WATCH_DRAWDOWN) != 0) {
    setDrawdown(load<f64>(state, PEAK), load<f64>(state, DEEPEST));
    extremes = v128.load(state, EXTREMES);
  }
  if ((watch & WATCH_DAYS) != 0) {
    setDaySums(load<f64>(state, DAILY_SUM), load<f64>(state, DOWNSIDE_SUM));
    setDayEquity(load<f64>(state, FIRST_EQUITY), load<f64>(state, LAST_EQUITY));
    setDayPlace(
      load<i32>(state, NEXT_DAY),
      load<i32>(state, BROKEN) != 0,
      changes,
      load<i32>(state, CHANGED),
    );
  }
}

function keepVariant(state: usize): void {
  store<f64>(state, available, AVAILABLE);
  store<f64>(state, safe, SAFE);
  store<f64>(state, entryPrice, ENTRY_PRICE);
  store<i32>(state, signal, SIGNAL);
  store<i32>(state, since, ENTRY_BAR);
  if ((watch & WATCH_TRADES) != 0) {
    store<i32>(state, tradeCount, TRADE_COUNT);
    store<i32>(state, wins, WINS);
    store<f64>(state, grossProfit, GROSS_PROFIT);
    store<f64>(state, grossLoss, GROSS_LOSS);
    store<f64>(state, returnSum, RETURN_SUM);
  }
  if ((watch & WATCH_DRAWDOWN) != 0) {
    store<f64>(state, peak, PEAK);
    store<f64>(state, deepest, DEEPEST);
    v128.store(state, extremes, EXTREMES);
  }
  if ((watch & WATCH_DAYS) != 0) {
    store<f64>(state, lastEquity, LAST_EQUITY);
    store<f64>(state, firstEquity, FIRST_EQUITY);
    store<f64>(state, dailySum, DAILY_SUM);
    store<f64>(state, downsideSum, DOWNSIDE_SUM);
    store<i32>(state, changed, CHANGED);
    store<i32>(state, nextDay, NEXT_DAY);
    store<i32>(state, broken ? 1 : 0, BROKEN);
  }
}

/**
 * The block from bar `from` on. Bit t of `above` says that the first side is signalled at its bar t, and where that of
 * `neither` is set none is; words of `neither` count where `undecided` has their bit.
 */
export function settleBlock(
  state: usize,
  changes: usize,
  above: usize,
  neither: usize,
  undecided: i32,
  from: i32,
): void {
  takeVariant(state, changes);
  begin = from;
  let firstCarry = <u64>(signal == FIRST);
  let secondCarry = <u64>(signal == SECOND);
  for (let bar = from; bar < min(from + BLOCK_BARS, bars); bar += 64) {
    const none: u64 = (undecided & 1) != 0 ? load<u64>(neither) : 0;
    const x = load<u64>(above) & ~none;
    const y = twoSided ? ~(x | none) : 0;
    let flips = (x ^ ((x << 1) | firstCarry)) | (y ^ ((y << 1) | secondCarry));
    if (bars - bar < 64) flips &= ((<u64>1) << (<u64>(bars - bar))) - 1;
    firstCarry = x >>> 63;
    secondCarry = y >>> 63;
    while (flips != 0) {
      const bit = ctz(flips);
      flips &= flips - 1;
      turn(bar + <i32>bit, <i32>((x >>> bit) & 1) | (<i32>((y >>> bit) & 1) << 1));
      if (signal == RUINED) {
        keepVariant(state);
        return;
      }
    }
    above += 8;
    neither += 8;
    undecided >>= 1;
  }
  // The last bar closes what is open; see closeVariant.
  goOn(min(from + BLOCK_BARS, bars - 1));
  keepVariant(state);
}

/** The signal is another one from bar `t` on. */
function turn(t: i32, next: i32): void {
  goOn(t);
  if (signal != NEUTRAL) leave(t);
  signal = canEnter() ? next : RUINED;
  since = t;
  entryPrice = closeAt(t);
  extremes = noExtremes();
}

/** What is watched of the bars up to `to` of the block, in the position at hand. */
function goOn(to: i32): void {
  const from = max(since, begin);
  if (from >= to) return;
  if (signal == NEUTRAL) {
    rest(to);
    return;
  }
  if ((watch & WATCH_DRAWDOWN) != 0) {
    extremes = f64x2.pmin(extremes, extremesOf(from - begin, to - begin));
  }
  if ((watch & WATCH_DAYS) != 0) addHeldDays(<usize>(signal - 1), entryPrice, to);
}

function rest(to: i32): void {
  const equity = safe + available;
  if ((watch & WATCH_DRAWDOWN) != 0) addEquity(equity);
  if ((watch & WATCH_DAYS) == 0) return;
  let until = nextDay;
  while (until < dayCount && lastBarOf(until) < to) until++;
  addFlatDays(equity, until);
}

/** Closes the open trade at the close of bar `t`. */
function leave(t: i32): void {
  const side = <usize>(signal - 1);
  if ((watch & WATCH_DRAWDOWN) != 0 && since < t) {
    heldDrawdown(side, since, t, f64x2.extract_lane(extremes, 0), -f64x2.extract_lane(extremes, 1));
  }
  const staked = stake();
  closeTrade(factorOf(rules, side, entryPrice, closeAt(t)));
  if ((watch & WATCH_TRADES) != 0) addTrade(netProfit, staked);
}

/**
 * After the last block: closes what is open at the last bar, and leaves the sums at `out` (see writeSums), in place of
 * the squares how many daily returns are kept.
 */
export function closeVariant(state: usize, changes: usize, out: usize): void {
  takeVariant(state, changes);
  if (signal == FIRST || signal == SECOND) leave(bars - 1);
  rest(bars);
  writeSums(out, <f64>changed);
}
