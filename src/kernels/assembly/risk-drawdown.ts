/**
 * Second pass over the trades of two neighbouring cells: their drawdown. Twin of the drawdown in EventEngine: equity is
 * monotone in the close while a trade is held, so its extremes sit at the extreme closes before the exit, which all cells
 * with the same exit share. Only a trade that reaches a new peak and falls deeper than ever is looked at bar by bar.
 */
import { CASH, DEEPEST, equities, PEAK, rests, SAFE, shift, stakes } from "./risk-cells";
import { BAR, BEST, stopField, targetField, WORST } from "./risk-table";
import { markOf } from "./rules";

/** Far above the rounding of a depth: one that is shallower by less may still be the deepest. */
const DOUBT: f64 = 1e-12;

let rules: usize = 0;
let close: usize = 0;
let bars: i32 = 0;

// The lane whose trade is scanned.
let peak: f64 = 0;
let deepest: f64 = 0;

export function setDrawdown(rulesAt: usize, closeAt: usize, barCount: i32): void {
  rules = rulesAt;
  close = closeAt;
  bars = barCount;
}

/**
 * Trades `[first, first + count)` of `total`; `settlePair` has been called for the same cells and trades.
 */
export function watchDrawdown(
  pair: usize,
  stop: i32,
  targets: usize,
  first: i32,
  count: i32,
  total: i32,
  side: usize,
  entry: usize,
  exit: usize,
): void {
  const stopBars = stopField(BAR, stop);
  const stopBest = stopField(BEST, stop);
  const stopWorst = stopField(WORST, stop);
  const targetBars = targetField(BAR, targets);
  const targetBest = targetField(BEST, targets);
  const targetWorst = targetField(WORST, targets);
  const less = f64x2.splat(shift);
  const none = f64x2.splat(0);
  let peaks = v128.load(pair, PEAK);
  let depths = v128.load(pair, DEEPEST);
  let kept = keptOf(depths);
  for (let i: usize = 0; i < <usize>count; i++) {
    const one = i << 3;
    const two = i << 4;
    const trade = first + <i32>i;
    const at = <usize>trade << 2;
    const stopBar = v128.load64_splat(stopBars + one);
    const targetBar = v128.load(targetBars + two);
    const isStop = f64x2.le(stopBar, targetBar);
    const left = f64x2.pmin(stopBar, targetBar);
    if (load<i32>(entry + at) < load<i32>(exit + at)) {
      const rest = v128.load(rests + two);
      const stake = v128.load(stakes + two);
      const bestMark = v128.bitselect(v128.load64_splat(stopBest + one), v128.load(targetBest + two), isStop);
      const worstMark = v128.bitselect(v128.load64_splat(stopWorst + one), v128.load(targetWorst + two), isStop);
      const best = f64x2.add(rest, f64x2.mul(stake, f64x2.sub(bestMark, less)));
      const worst = f64x2.add(rest, f64x2.mul(stake, f64x2.sub(worstMark, less)));
      const top = f64x2.pmax(peaks, best);
      // Most trades end no deeper than one before: then no depth is worked out.
      if (i64x2.all_true(f64x2.gt(worst, f64x2.pmax(none, f64x2.mul(top, kept))))) peaks = top;
      else {
        const depth = depthOf(worst, top);
        const rises = f64x2.gt(best, peaks);
        const shallow = v128.and(f64x2.ge(worst, none), f64x2.le(depth, depths));
        const doubtful = v128.andnot(rises, shallow);
        if (v128.any_true(doubtful)) {
          const isShort = <usize>load<u8>(side + <usize>trade);
          const from = load<i32>(entry + at);
          const both = doubtful;
          const oldPeaks = peaks;
          const oldDepths = depths;
          peaks = top;
          depths = f64x2.pmax(depths, depth);
          if (i64x2.extract_lane(both, 0) != 0) {
            peak = f64x2.extract_lane(oldPeaks, 0);
            deepest = f64x2.extract_lane(oldDepths, 0);
            const to = <i32>f64x2.extract_lane(left, 0);
            scan(isShort, from, to, f64x2.extract_lane(rest, 0), f64x2.extract_lane(stake, 0));
            peaks = f64x2.replace_lane(peaks, 0, peak);
            depths = f64x2.replace_lane(depths, 0, deepest);
          }
          if (i64x2.extract_lane(both, 1) != 0) {
            peak = f64x2.extract_lane(oldPeaks, 1);
            deepest = f64x2.extract_lane(oldDepths, 1);
            const to = <i32>f64x2.extract_lane(left, 1);
            scan(isShort, from, to, f64x2.extract_lane(rest, 1), f64x2.extract_lane(stake, 1));
            peaks = f64x2.replace_lane(peaks, 1, peak);
            depths = f64x2.replace_lane(depths, 1, deepest);
          }
        } else {
          peaks = top;
          depths = f64x2.pmax(depths, depth);
        }
        kept = keptOf(depths);
      }
    }
    // Flat from the exit on, unless the next trade enters there; the end of the range ends the last one's.
    const next = trade + 1 < total ? load<i32>(entry + at + 4) : bars;
    const isFlat = f64x2.lt(left, f64x2.splat(<f64>next));
    const equity = v128.load(equities + two);
    const top = v128.bitselect(f64x2.pmax(peaks, equity), peaks, isFlat);
    const deeper = v128.andnot(isFlat, f64x2.gt(equity, f64x2.pmax(none, f64x2.mul(top, kept))));
    if (v128.any_true(deeper)) {
      depths = f64x2.pmax(depths, v128.and(depthOf(equity, top), isFlat));
      kept = keptOf(depths);
    }
    peaks = top;
  }
  v128.store(pair, peaks, PEAK);
  v128.store(pair, depths, DEEPEST);
}

/** The last bar is flat, whatever the accounts have come to. */
export function endFlat(pair: usize): void {
  const equity = f64x2.add(v128.load(pair, SAFE), v128.load(pair, CASH));
  const peaks = f64x2.pmax(v128.load(pair, PEAK), equity);
  v128.store(pair, peaks, PEAK);
  v128.store(pair, f64x2.pmax(v128.load(pair, DEEPEST), depthOf(equity, peaks)), DEEPEST);
}

/** A share of the peak above which no equity is deeper than `depths`. */
function keptOf(depths: v128): v128 {
  return f64x2.add(f64x2.sub(f64x2.splat(1), depths), f64x2.splat(DOUBT));
}

function depthOf(equity: v128, from: v128): v128 {
  const depth = f64x2.sub(f64x2.splat(1), f64x2.div(equity, from));
  return v128.and(depth, f64x2.gt(from, f64x2.splat(0)));
}

/** Deepest fall of a trade that reaches a new peak; see EventEngine. */
function scan(side: usize, from: i32, to: i32, rest: f64, stake: f64): void {
  const entryPrice = load<f64>(close + (<usize>from << 3));
  const sign: f64 = side == 0 ? 1 : -1;
  let passed = false;
  let best = entryPrice;
  let worst = best;
  for (let t = from; t < to; t++) {
    const price = load<f64>(close + (<usize>t << 3));
    if (t == from || sign * price > sign * best) {
      if (!passed) {
        passed = equityAt(side, entryPrice, price, rest, stake) > peak;
        if (passed && t > from) endFall(equityAt(side, entryPrice, worst, rest, stake));
      } else if (worst != best) {
        peak = equityAt(side, entryPrice, best, rest, stake);
        endFall(equityAt(side, entryPrice, worst, rest, stake));
      }
      best = price;
      if (passed) worst = price;
    } else if (sign * price < sign * worst) worst = price;
  }
  if (passed) peak = equityAt(side, entryPrice, best, rest, stake);
  endFall(equityAt(side, entryPrice, worst, rest, stake));
}

function equityAt(side: usize, entryPrice: f64, price: f64, rest: f64, stake: f64): f64 {
  return rest + stake * (markOf(rules, side, entryPrice, price) - shift);
}

function endFall(equity: f64): void {
  const depth = peak > 0 ? 1 - equity / peak : 0;
  if (depth > deepest) deepest = depth;
}
