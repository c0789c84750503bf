import type { Grid } from "../grid/grid.ts";
import { SubGrid } from "../grid/sub-grid.ts";
import type { SeriesRef } from "../signals/atom.ts";
import type { PlaneSource } from "../signals/plane-source.ts";
import type { PlanePair, RowFamily } from "./backend.ts";
import { pairSlots, ROW_BYTES } from "./scorer-caches.ts";
import type { SignalPlanesOptions } from "./signal-planes.ts";

/** An operand that depends on some axes only: a row for each combination of their values. */
export interface RowSource {
  /** Ascending. */
  readonly axes: readonly number[];
  series(digits: Int32Array): SeriesRef;
}

/** No row, or in no place. */
const NONE = -1;

/**
 * One family of rows compared with another, such as two indicators: every row is computed when a
 * variant needs it, and a variant compares two of them. Where few variants are compared, only the
 * rows that were used last are kept. A family that is compared often is sealed, which needs all of
 * its rows.
 */
export class PairRows {
  readonly #family: RowFamily;
  readonly #source: PlaneSource;
  readonly #operands: readonly [RowSource, RowSource];
  readonly #left: SubGrid;
  readonly #right: SubGrid;
  readonly #digits: Int32Array;
  /** Where each row is, the left ones first, and which one is in each place. */
  readonly #places: Int32Array;
  readonly #rows: Int32Array;
  /** When each place was used last. */
  readonly #used: Float64Array;
  #compared = 0;

  /** Null where the rows do not fit. */
  static of(
    grid: Grid,
    operands: readonly [RowSource, RowSource],
    { source, backend, bars, alone }: Omit<SignalPlanesOptions, "maxAtoms" | "newPlane">,
  ): PairRows | null {
    const [left, right] = operands.map(({ axes }) => new SubGrid(grid.axes, axes));
    const places = pairSlots(left.size + right.size, bars, alone);
    const family = backend.rowFamily(places, ROW_BYTES);
    if (family === null) return null;
    const digits = new Int32Array(grid.axes.length);
    return new PairRows(family, source, { operands, left, right, digits, places });
  }

  constructor(family: RowFamily, source: PlaneSource, rows: Rows) {
    this.#family = family;
    this.#source = source;
    this.#operands = rows.operands;
    this.#left = rows.left;
    this.#right = rows.right;
    this.#digits = rows.digits;
    this.#places = new Int32Array(rows.left.size + rows.right.size).fill(NONE);
    this.#rows = new Int32Array(rows.places).fill(NONE);
    this.#used = new Float64Array(rows.places);
  }

  /** `long` is the left row above the right one, `short` is below. */
  compare(digits: Int32Array, planes: PlanePair): void {
    this.#compared++;
    const left = this.#placeOf(0, this.#left.number(digits));
    const right = this.#placeOf(1, this.#right.number(digits));
    const all = this.#places.length;
    // Once a row has been compared twice on average, keys of all rows are worth their price.
    if (this.#compared === all && this.#rows.length === all) this.#seal();
    this.#family.compare(left, right, planes);
  }

  /** Where a row is now; the one that was asked for before it stays where it is. */
  #placeOf(side: 0 | 1, number: number): number {
    const row = side * this.#left.size + number;
    let place = this.#places[row];
    if (place === NONE) {
      place = this.#rows.length === this.#places.length ? row : this.#oldest();
      if (this.#rows[place] !== NONE) this.#places[this.#rows[place]] = NONE;
      this.#compute(side, number, place);
      this.#rows[place] = row;
      this.#places[row] = place;
    }
    this.#used[place] = this.#compared;
    return place;
  }

  #oldest(): number {
    let oldest = 0;
    for (let place = 1; place < this.#used.length; place++) {
      if (this.#used[place] < this.#used[oldest]) oldest = place;
    }
    return oldest;
  }

  #compute(side: 0 | 1, number: number, place: number): void {
    const rows = side === 0 ? this.#left : this.#right;
    rows.digits(number, this.#digits);
    const ref = this.#operands[side].series(this.#digits);
    const mean = this.#source.windowMean(ref);
    if (mean !== null && this.#family.setMean?.(place, mean) === true) return;
    this.#family.set(place, this.#source.series(ref));
  }

  #seal(): void {
    for (let row = 0; row < this.#left.size; row++) this.#placeOf(0, row);
    for (let row = 0; row < this.#right.size; row++) this.#placeOf(1, row);
    this.#family.seal();
  }
}

interface Rows {
  readonly operands: readonly [RowSource, RowSource];
  readonly left: SubGrid;
  readonly right: SubGrid;
  /** Room for the digits of a row. */
  readonly digits: Int32Array;
  /** Rows that are there at a time. */
  readonly places: number;
}
