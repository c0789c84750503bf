/**
 * Two neighbouring cells of a risk grid, one in each lane: what they have gathered from the trades of a chunk, and the
 * first of three passes, which moves the accounts. The passes that watch equity read what it leaves of each trade.
 * Twin of Account and TradeTally; a lane that is ruined goes on with nothing at stake.
 */
import { BAR, FACTOR, stopField, targetField } from "./risk-table";
import { FIXED_QUOTE, RUIN, SAFE_PROFIT_PCT, SIZING, START_CASH } from "./rules";

// Offsets of what a pair of cells has gathered, a vector each; the loader reads them by position.
export const CASH: usize = 0;
export const SAFE: usize = 16;
export const COUNT: usize = 32;
export const WINS: usize = 48;
export const GROSS_PROFIT: usize = 64;
export const GROSS_LOSS: usize = 80;
export const RETURN_SUM: usize = 96;
export const PEAK: usize = 112;
export const DEEPEST: usize = 128;
export const LAST: usize = 144;
/** Equity at the end of the first day. */
export const FIRST: usize = 160;
export const DAILY_SUM: usize = 176;
export const DOWNSIDE: usize = 192;
export const BROKEN: usize = 208;
export const CHANGED: usize = 224;
/** Where the next change goes; at the end the squares. */
export const SQUARES: usize = 240;
export const PAIR_BYTES: usize = 256;

const FIXED: i32 = 1;
const PROFIT_LOCK: i32 = 2;

let rules: usize = 0;
let sizing: i32 = 0;
/** Whether sums over the trades are asked for, and whether equity is. */
let tallies: bool = false;
let barwise: bool = false;
/** Of each trade, a vector each: what is not at stake, what is, and equity once it is closed. */
export let rests: usize = 0;
export let stakes: usize = 0;
export let equities: usize = 0;
/** What is taken off a mark: the stake of an amount that is only lent to the trade. */
export let shift: f64 = 0;

export function setAccounts(rulesAt: usize, tradewise: bool, watched: bool, trades: usize, room: usize): void {
  rules = rulesAt;
  sizing = <i32>load<f64>(rules, SIZING);
  shift = sizing == FIXED ? 1 : 0;
  tallies = tradewise;
  barwise = watched;
  rests = room;
  stakes = room + (trades << 4);
  equities = room + (trades << 5);
}

/** Cells before their first trade; `idle` where equity is flat on the first bar, or on the first day. */
export function openPair(pair: usize, isFlat: bool): void {
  const start = v128.load64_splat(rules, START_CASH);
  memory.fill(pair, 0, PAIR_BYTES);
  v128.store(pair, start, CASH);
  v128.store(pair, isFlat ? start : f64x2.splat(-Infinity), PEAK);
  v128.store(pair, start, LAST);
  v128.store(pair, start, FIRST);
}

/** Moves the accounts of the cells of a stop and two targets through the trades of the tables. */
export function settlePair(pair: usize, stop: i32, targets: usize, count: i32): void {
  const stopBars = stopField(BAR, stop);
  const stopFactors = stopField(FACTOR, stop);
  const targetBars = targetField(BAR, targets);
  const targetFactors = targetField(FACTOR, targets);
  const ruin = v128.load64_splat(rules, RUIN);
  const fixed = v128.load64_splat(rules, FIXED_QUOTE);
  const lockPct = v128.load64_splat(rules, SAFE_PROFIT_PCT);
  const none = f64x2.splat(0);
  let cash = v128.load(pair, CASH);
  let safe = v128.load(pair, SAFE);
  for (let i: usize = 0; i < <usize>count; i++) {
    const one = i << 3;
    const two = i << 4;
    const isStop = f64x2.le(v128.load64_splat(stopBars + one), v128.load(targetBars + two));
    const value = v128.bitselect(
      v128.load64_splat(stopFactors + one),
      v128.load(targetFactors + two),
      isStop,
    );
    const lives = f64x2.gt(cash, ruin);
    const stake = sizing == FIXED ? f64x2.pmin(cash, fixed) : cash;
    if (barwise) {
      const rest = sizing == FIXED ? cash : v128.bitselect(safe, f64x2.add(safe, cash), lives);
      v128.store(rests + two, rest);
      v128.store(stakes + two, v128.and(stake, lives));
    }
    let net: v128;
    if (sizing == FIXED) {
      net = v128.and(f64x2.mul(stake, f64x2.sub(value, f64x2.splat(1))), lives);
      cash = f64x2.add(cash, net);
    } else {
      const after = f64x2.mul(cash, value);
      net = v128.and(f64x2.sub(after, cash), lives);
      let kept = after;
      if (sizing == PROFIT_LOCK) {
        const share = f64x2.div(f64x2.mul(net, lockPct), f64x2.splat(100));
        const locked = v128.and(share, f64x2.gt(net, none));
        kept = f64x2.sub(after, locked);
        safe = f64x2.add(safe, locked);
      }
      cash = v128.bitselect(kept, cash, lives);
    }
    if (barwise) v128.store(equities + two, f64x2.add(safe, cash));
    if (tallies) addTrade(pair, net, stake, lives);
  }
  v128.store(pair, cash, CASH);
  v128.store(pair, safe, SAFE);
}

/** Sums over trades; what is added in a lane that does not trade is 0. */
function addTrade(pair: usize, net: v128, stake: v128, lives: v128): void {
  const one = f64x2.splat(1);
  const wins = f64x2.gt(net, f64x2.splat(0));
  v128.store(pair, f64x2.add(v128.load(pair, COUNT), v128.and(one, lives)), COUNT);
  v128.store(pair, f64x2.add(v128.load(pair, WINS), v128.and(one, wins)), WINS);
  const profit = v128.and(net, wins);
  v128.store(pair, f64x2.add(v128.load(pair, GROSS_PROFIT), profit), GROSS_PROFIT);
  const loss = v128.andnot(net, wins);
  v128.store(pair, f64x2.sub(v128.load(pair, GROSS_LOSS), loss), GROSS_LOSS);
  const share = v128.and(f64x2.div(net, stake), lives);
  v128.store(pair, f64x2.add(v128.load(pair, RETURN_SUM), share), RETURN_SUM);
}
