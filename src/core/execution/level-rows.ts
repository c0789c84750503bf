import type { HitRoom } from "./hit-room.ts";

/** Distances in percent, null is off; in the order of the risk axis. */
export type RiskAxis = readonly (number | null)[];

/**
 * First hits of one kind of level, for all trades of one base variant, in a stretch of a room: one
 * row a level (axis order), one column a trade. Where there is no room for all rows they are a
 * part of the axis. Levels are nested, the nearest distance is hit first, so one pointer over the
 * sorted distances finds them all.
 */
export class LevelRows {
  /** Distance that is hit next; NaN once every level of the current trade has been hit. */
  nextPct = Number.NaN;
  /** Levels of the axis. */
  readonly rows: number;
  readonly #room: HitRoom;
  readonly #axis: RiskAxis;
  #at = 0;
  #trades = 0;
  #kept = 0;
  /** Axis positions `[from, to)` that are there. */
  #from = 0;
  #to = 0;
  /** Those of them that are on, nearest distance first, and their distances. */
  #order = new Int32Array(0);
  #pcts = new Float64Array(0);
  #trade = 0;
  #next = 0;

  constructor(axis: RiskAxis, room: HitRoom) {
    this.#axis = axis;
    this.#room = room;
    this.rows = axis.length;
  }

  /** Levels that are there and on. */
  get size(): number {
    return this.#order.length;
  }

  /** Rows of the first `kept` levels from `at` on in the room; answers with where they end. */
  layOut(at: number, trades: number, kept: number): number {
    this.#at = at;
    this.#trades = trades;
    this.#kept = kept;
    this.turnTo(0);
    return at + kept * trades;
  }

  /** Takes the part of the axis that has the position; its hits are then to be found. */
  turnTo(position: number): void {
    const from = this.#kept === 0 ? 0 : position - (position % this.#kept);
    const to = Math.min(this.rows, from + this.#kept);
    if (from === this.#from && to === this.#to) return;
    this.#from = from;
    this.#to = to;
    const on: { readonly pct: number; readonly a: number }[] = [];
    for (let a = from; a < to; a++) {
      const pct = this.#axis[a];
      if (pct !== null) on.push({ pct, a });
    }
    on.sort((x, y) => x.pct - y.pct);
    this.#order = Int32Array.from(on, (level) => level.a);
    this.#pcts = Float64Array.from(on, (level) => level.pct);
  }

  has(position: number): boolean {
    return position >= this.#from && position < this.#to;
  }

  /** Where the row of a position that is there begins. */
  row(position: number): number {
    return this.#at + (position - this.#from) * this.#trades;
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
    for (let a = this.#from; a < this.#to; a++) {
      if (this.#axis[a] === null) this.#write(a, bar, factor);
    }
  }

  #write(level: number, bar: number, factor: number): void {
    const at = this.row(level) + this.#trade;
    this.#room.exit[at] = bar;
    this.#room.factor[at] = factor;
  }

  #moveTo(next: number): void {
    this.#next = next;
    this.nextPct = next < this.#pcts.length ? this.#pcts[next] : Number.NaN;
  }
}
