/** Distances in percent, null is off; in the order of the risk axis. */
export type RiskAxis = readonly (number | null)[];

/**
 * First hits of one kind of level, for all trades of one base variant: exits and factors, one row a
 * level (axis order), one column a trade. Levels are nested, the nearest distance is hit first, so
 * one pointer over the sorted distances finds them all.
 */
export class LevelRows {
  exit = new Int32Array(0);
  factor = new Float64Array(0);
  capacity = 0;
  /** Distance that is hit next; NaN once every level of the current trade has been hit. */
  nextPct = Number.NaN;
  /** Levels of the axis, and how many of them are on. */
  readonly rows: number;
  readonly size: number;
  readonly #axis: RiskAxis;
  readonly #maxTrades: number;
  /** Axis positions that are on, nearest distance first, and their distances. */
  readonly #order: Int32Array;
  readonly #pcts: Float64Array;
  #trade = 0;
  #next = 0;

  /** `maxTrades`: no variant has more, so the columns need not grow beyond. */
  constructor(axis: RiskAxis, maxTrades: number) {
    this.#axis = axis;
    this.#maxTrades = maxTrades;
    const on = axis.map((pct, a) => ({ pct, a })).filter((level) => level.pct !== null);
    on.sort((x, y) => x.pct! - y.pct!);
    this.rows = axis.length;
    this.size = on.length;
    this.#order = Int32Array.from(on, (level) => level.a);
    this.#pcts = Float64Array.from(on, (level) => level.pct!);
  }

  reserve(trades: number): void {
    if (trades <= this.capacity) return;
    this.capacity = Math.max(trades, Math.min(this.#maxTrades, this.capacity * 2));
    this.exit = new Int32Array(this.#axis.length * this.capacity);
    this.factor = new Float64Array(this.#axis.length * this.capacity);
  }

  open(trade: number): void {
    this.#trade = trade;
    this.#moveTo(0);
  }

  hit(bar: number, factor: number): void {
    this.#write(this.#order[this.#next], bar, factor);
    this.#moveTo(this.#next + 1);
  }

  /** What levels that are off or were not hit leave with. */
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
    this.nextPct = next < this.#pcts.length ? this.#pcts[next] : Number.NaN;
  }
}
