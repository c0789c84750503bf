import type { AccountRules, Side } from "./account.ts";
import { stopHit, stopLevel, targetHit, targetLevel } from "./stop-levels.ts";
import type { TradeList } from "./trade-list.ts";

/** Distances in percent, null is off; in the order of the risk axis. */
export type RiskAxis = readonly (number | null)[];

/**
 * First hits of every stop and every target of a risk grid, for all trades of one base variant.
 *
 * Entries do not depend on stops, so one pass over a trade serves all cells: levels are nested, the
 * nearest distance is hit first, and two pointers over the sorted distances find every first hit. A
 * level that is never hit before the signal exit counts as hit there. Cell (stop, target) leaves at
 * the earlier of its two hits.
 */
export class StopTable {
  readonly #rules: AccountRules;
  readonly #close: Float64Array;
  readonly #stops: LevelRows;
  readonly #targets: LevelRows;

  constructor(rules: AccountRules, close: Float64Array, stops: RiskAxis, targets: RiskAxis) {
    this.#rules = rules;
    this.#close = close;
    this.#stops = new LevelRows(stops, close.length);
    this.#targets = new LevelRows(targets, close.length);
  }

  /** Finds the first hits of all levels in all trades; `base` holds the trades with stops off. */
  fill(base: TradeList): void {
    this.#stops.reserve(base.count);
    this.#targets.reserve(base.count);
    for (let i = 0; i < base.count; i++) this.#fillTrade(base, i);
  }

  /** Writes exits and factors of one cell to `cell`, a list that shares its entries with `base`. */
  select(base: TradeList, stop: number, target: number, cell: TradeList): void {
    const { count } = base;
    const stopExit = this.#stops.exit;
    const targetExit = this.#targets.exit;
    const stopRow = stop * this.#stops.capacity;
    const targetRow = target * this.#targets.capacity;
    cell.count = count;
    for (let i = 0; i < count; i++) {
      const s = stopExit[stopRow + i];
      const t = targetExit[targetRow + i];
      const first = s <= t;
      cell.exit[i] = first ? s : t;
      cell.factor[i] = first
        ? this.#stops.factor[stopRow + i]
        : this.#targets.factor[targetRow + i];
    }
  }

  #fillTrade(base: TradeList, i: number): void {
    const side = base.side[i] as Side;
    const entryPrice = this.#close[base.entry[i]];
    const fill = this.#rules.entryFill(side, entryPrice);
    this.#stops.open(i, (pct) => stopLevel(side, fill, pct));
    this.#targets.open(i, (pct) => targetLevel(side, fill, pct));
    const exit = base.exit[i];
    for (let t = base.entry[i] + 1; t <= exit; t++) {
      if (this.#stops.done && this.#targets.done) break;
      const price = this.#close[t];
      while (!this.#stops.done && stopHit(side, price, this.#stops.nextLevel)) {
        this.#stops.hit(t, this.#rules.factor(side, entryPrice, price));
      }
      while (!this.#targets.done && targetHit(side, price, this.#targets.nextLevel)) {
        this.#targets.hit(t, this.#rules.factor(side, entryPrice, price));
      }
    }
    this.#stops.finish(exit, base.factor[i]);
    this.#targets.finish(exit, base.factor[i]);
  }
}

/**
 * First hits of one kind of level: exits and factors, one row a level (axis order), one column a
 * trade.
 */
class LevelRows {
  exit = new Int32Array(0);
  factor = new Float64Array(0);
  capacity = 0;
  /** True once every level of the current trade has been hit. */
  done = false;
  nextLevel = 0;
  readonly #axis: RiskAxis;
  readonly #maxTrades: number;
  /** Axis positions that are on, nearest distance first. */
  readonly #order: Int32Array;
  readonly #levels: Float64Array;
  #trade = 0;
  #next = 0;

  /** `maxTrades`: no variant has more, so the columns need not grow beyond. */
  constructor(axis: RiskAxis, maxTrades: number) {
    this.#axis = axis;
    this.#maxTrades = maxTrades;
    const on = axis.map((pct, a) => ({ pct, a })).filter((level) => level.pct !== null);
    this.#order = Int32Array.from(
      on.sort((x, y) => x.pct! - y.pct!),
      (level) => level.a,
    );
    this.#levels = new Float64Array(this.#order.length);
  }

  reserve(trades: number): void {
    if (trades <= this.capacity) return;
    this.capacity = Math.max(trades, Math.min(this.#maxTrades, this.capacity * 2));
    this.exit = new Int32Array(this.#axis.length * this.capacity);
    this.factor = new Float64Array(this.#axis.length * this.capacity);
  }

  open(trade: number, level: (pct: number) => number): void {
    this.#trade = trade;
    for (let k = 0; k < this.#levels.length; k++) {
      this.#levels[k] = level(this.#axis[this.#order[k]]!);
    }
    this.#moveTo(0);
  }

  hit(bar: number, factor: number): void {
    this.#write(this.#order[this.#next], bar, factor);
    this.#moveTo(this.#next + 1);
  }

  /** Levels that are off or were not hit leave with the signal. */
  finish(bar: number, factor: number): void {
    for (let k = this.#next; k < this.#order.length; k++) {
      this.#write(this.#order[k], bar, factor);
    }
    for (let a = 0; a < this.#axis.length; a++) {
      if (this.#axis[a] === null) this.#write(a, bar, factor);
    }
  }

  #write(level: number, bar: number, factor: number): void {
    this.exit[level * this.capacity + this.#trade] = bar;
    this.factor[level * this.capacity + this.#trade] = factor;
  }

  #moveTo(next: number): void {
    this.#next = next;
    this.done = next >= this.#levels.length;
    if (!this.done) this.nextLevel = this.#levels[next];
  }
}
