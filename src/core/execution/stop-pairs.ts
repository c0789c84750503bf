import type { LevelRows } from "./level-rows.ts";

/**
 * First hits of pairs of a stop and a trailing stop: the earlier of the two. On one bar it is the
 * nearer level, which fills at the better price and so has the larger factor. One row a pair,
 * trailing stops within stops.
 */
export class StopPairs {
  exit = new Int32Array(0);
  factor = new Float64Array(0);
  capacity = 0;
  readonly #stops: LevelRows;
  readonly #trails: LevelRows;

  constructor(stops: LevelRows, trails: LevelRows) {
    this.#stops = stops;
    this.#trails = trails;
  }

  /** Makes room for as many trades as the two have; to be called after theirs. */
  reserve(): void {
    if (this.#stops.capacity === this.capacity) return;
    this.capacity = this.#stops.capacity;
    const rows = this.#stops.rows * this.#trails.rows;
    this.exit = new Int32Array(rows * this.capacity);
    this.factor = new Float64Array(rows * this.capacity);
  }

  /** Merges the finished rows of a trade. */
  merge(trade: number): void {
    const { exit: stopExit, factor: stopFactor } = this.#stops;
    const { exit: trailExit, factor: trailFactor } = this.#trails;
    let at = trade;
    for (let s = trade; s < stopExit.length; s += this.#stops.capacity) {
      for (let r = trade; r < trailExit.length; r += this.#trails.capacity) {
        const lag = stopExit[s] - trailExit[r];
        const stops = lag < 0 || (lag === 0 && stopFactor[s] >= trailFactor[r]);
        this.exit[at] = stops ? stopExit[s] : trailExit[r];
        this.factor[at] = stops ? stopFactor[s] : trailFactor[r];
        at += this.capacity;
      }
    }
  }
}
