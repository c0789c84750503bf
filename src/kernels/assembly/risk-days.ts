/**
 * Third pass over the trades of two neighbouring cells: their daily returns. Twin of DailyTally as EventEngine feeds it:
 * days that end while a trade is held have the marks that all cells share, the first day after its exit has the equity it
 * leaves, and the days after that are without a change.
 */
import {
  BROKEN,
  CHANGED,
  DAILY_SUM,
  DOWNSIDE,
  equities,
  FIRST,
  LAST,
  rests,
  shift,
  SQUARES,
  stakes,
} from "./risk-cells";
import { BAR, DAY, dayMark, dayOfBar, stopField, targetField } from "./risk-table";

/** Room for the changes of two cells, a vector a day; 0 where no squares are asked for. */
let changes: usize = 0;
let changesBytes: usize = 0;
/** What a day without a change is stored as: -0, which no change is. */
const QUIET: u64 = 0x8000000000000000;

export function setChanges(room: usize, bytes: usize): void {
  changes = room;
  changesBytes = bytes;
}

/** Trades `[first, first + count)` of `total`; `settlePair` has been called for the same cells and trades. */
export function watchDays(
  pair: usize,
  stop: i32,
  targets: usize,
  first: i32,
  count: i32,
  total: i32,
  bars: i32,
  entry: usize,
): void {
  const stopBars = stopField(BAR, stop);
  const stopDays = stopField(DAY, stop);
  const targetBars = targetField(BAR, targets);
  const targetDays = targetField(DAY, targets);
  const less = f64x2.splat(shift);
  const one = f64x2.splat(1);
  const quiet = i64x2.splat(QUIET);
  const room = changes + targets * changesBytes;
  let slot = room + <usize>load<i32>(pair, SQUARES);
  let last = v128.load(pair, LAST);
  let sum = v128.load(pair, DAILY_SUM);
  let downside = v128.load(pair, DOWNSIDE);
  let broken = v128.load(pair, BROKEN);
  let changed = v128.load(pair, CHANGED);
  for (let i: usize = 0; i < <usize>count; i++) {
    const trade = first + <i32>i;
    const at = entry + (<usize>trade << 2);
    const end = dayOfBar(trade + 1 < total ? load<i32>(at, 4) : bars);
    let day = dayOfBar(load<i32>(at));
    if (day >= end) continue;
    const isStop = f64x2.le(
      v128.load64_splat(stopBars + (i << 3)),
      v128.load(targetBars + (i << 4)),
    );
    const held = v128.bitselect(
      v128.load64_splat(stopDays + (i << 3)),
      v128.load(targetDays + (i << 4)),
      isStop,
    );
    const rest = v128.load(rests + (i << 4));
    const stake = v128.load(stakes + (i << 4));
    const after = v128.load(equities + (i << 4));
    const longest = <i32>max(f64x2.extract_lane(held, 0), f64x2.extract_lane(held, 1));
    const stopsAt = min(end, longest + 1);
    for (; day < stopsAt; day++) {
      const inside = f64x2.add(rest, f64x2.mul(stake, f64x2.sub(dayMark(day), less)));
      const equity = v128.bitselect(inside, after, f64x2.lt(f64x2.splat(<f64>day), held));
      if (day == 0) {
        last = equity;
        v128.store(pair, equity, FIRST);
        broken = v128.not(f64x2.gt(equity, f64x2.splat(0)));
        continue;
      }
      const differs = f64x2.ne(equity, last);
      const r = v128.and(f64x2.sub(f64x2.div(equity, last), one), differs);
      last = equity;
      broken = v128.or(broken, v128.andnot(differs, f64x2.gt(equity, f64x2.splat(0))));
      sum = f64x2.add(sum, r);
      downside = f64x2.add(downside, v128.and(f64x2.mul(r, r), f64x2.lt(r, f64x2.splat(0))));
      changed = f64x2.add(changed, v128.and(one, differs));
      if (changesBytes == 0) continue;
      v128.store(slot, v128.or(r, v128.andnot(quiet, differs)));
      slot += 16;
    }
  }
  v128.store(pair, last, LAST);
  v128.store(pair, sum, DAILY_SUM);
  v128.store(pair, downside, DOWNSIDE);
  v128.store(pair, broken, BROKEN);
  v128.store(pair, changed, CHANGED);
  store<i32>(pair, <i32>(slot - room), SQUARES);
}

/** Puts the sums of squared deviations in their place; `days` is the number of daily returns. */
export function sumSquares(pair: usize, targets: usize, days: i32): void {
  const room = changes + targets * changesBytes;
  const end = room + <usize>load<i32>(pair, SQUARES);
  const count = f64x2.splat(<f64>days);
  const mean = f64x2.div(v128.load(pair, DAILY_SUM), count);
  const quiet = i64x2.splat(QUIET);
  const unchanged = f64x2.sub(count, v128.load(pair, CHANGED));
  let sum = f64x2.mul(unchanged, f64x2.mul(mean, mean));
  for (let at = room; at < end; at += 16) {
    const r = v128.load(at);
    const d = f64x2.sub(r, mean);
    sum = f64x2.add(sum, v128.and(f64x2.mul(d, d), i64x2.ne(r, quiet)));
  }
  v128.store(pair, sum, SQUARES);
}
