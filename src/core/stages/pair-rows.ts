import type { Grid } from "../grid/grid.ts";
import { SubGrid } from "../grid/sub-grid.ts";
import type { SeriesRef } from "../signals/atom.ts";
import type { PlaneSource } from "../signals/plane-source.ts";
import type { PlanePair, RowFamily } from "./backend.ts";
import { ROW_BYTES } from "./scorer-caches.ts";
import type { SignalPlanesOptions } from "./signal-planes.ts";

/** An operand that depends on some axes only: a row for each combination of their values. */
export interface RowSource {
  /** Ascending. */
  readonly axes: readonly number[];
  series(digits: Int32Array): SeriesRef;
}

/**
 * One family of rows compared with another, such as two indicators: every row is computed once,
 * when the first variant needs it, and a variant compares two of them. A family that is compared
 * often is sealed, which needs all of its rows.
 */
export class PairRows {
  readonly #family: RowFamily;
  readonly #source: PlaneSource;
  readonly #operands: readonly [RowSource, RowSource];
  readonly #left: SubGrid;
  readonly #right: SubGrid;
  readonly #digits: Int32Array;
  /** Whether a row is in the family, the left ones first. */
  readonly #known: Uint8Array;
  #compared = 0;

  /** Null where the rows do not fit. */
  static of(
    grid: Grid,
    operands: readonly [RowSource, RowSource],
    { source, backend }: Pick<SignalPlanesOptions, "source" | "backend">,
  ): PairRows | null {
    const [left, right] = operands.map(({ axes }) => new SubGrid(grid.axes, axes));
    const family = backend.rowFamily(left.size + right.size, ROW_BYTES);
    if (family === null) return null;
    const digits = new Int32Array(grid.axes.length);
    return new PairRows(family, source, { operands, left, right, digits });
  }

  constructor(family: RowFamily, source: PlaneSource, rows: Rows) {
    this.#family = family;
    this.#source = source;
    this.#operands = rows.operands;
    this.#left = rows.left;
    this.#right = rows.right;
    this.#digits = rows.digits;
    this.#known = new Uint8Array(rows.left.size + rows.right.size);
  }

  /** `long` is the left row above the right one, `short` is below. */
  compare(digits: Int32Array, planes: PlanePair): void {
    const left = this.#left.number(digits);
    const right = this.#right.number(digits);
    this.#need(0, left);
    this.#need(1, right);
    // Once a row has been compared twice on average, keys of all rows are worth their price.
    if (++this.#compared === this.#known.length) this.#seal();
    this.#family.compare(left, this.#left.size + right, planes);
  }

  #need(side: 0 | 1, row: number): void {
    const at = side * this.#left.size + row;
    if (this.#known[at] === 1) return;
    this.#known[at] = 1;
    const rows = side === 0 ? this.#left : this.#right;
    rows.digits(row, this.#digits);
    const ref = this.#operands[side].series(this.#digits);
    const mean = this.#source.windowMean(ref);
    if (mean !== null && this.#family.setMean?.(at, mean) === true) return;
    this.#family.set(at, this.#source.series(ref));
  }

  #seal(): void {
    for (let row = 0; row < this.#left.size; row++) this.#need(0, row);
    for (let row = 0; row < this.#right.size; row++) this.#need(1, row);
    this.#family.seal();
  }
}

interface Rows {
  readonly operands: readonly [RowSource, RowSource];
  readonly left: SubGrid;
  readonly right: SubGrid;
  /** Room for the digits of a row. */
  readonly digits: Int32Array;
}
