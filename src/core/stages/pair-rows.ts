import type { Grid } from "../grid/grid.ts";
import { SubGrid } from "../grid/sub-grid.ts";
import type { SeriesRef } from "../signals/atom.ts";
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
 * One family of rows compared with another, such as two indicators: every row is computed once, and
 * a variant compares two of them.
 */
export class PairRows {
  readonly #family: RowFamily;
  readonly #left: SubGrid;
  readonly #right: SubGrid;

  /** Null where the rows do not fit. */
  static of(
    grid: Grid,
    operands: readonly [RowSource, RowSource],
    planes: Pick<SignalPlanesOptions, "source" | "backend">,
  ): PairRows | null {
    const [left, right] = operands.map(({ axes }) => new SubGrid(grid.axes, axes));
    const family = planes.backend.rowFamily(left.size + right.size, ROW_BYTES);
    if (family === null) return null;
    const digits = new Int32Array(grid.axes.length);
    [left, right].forEach((rows, side) => {
      for (let row = 0; row < rows.size; row++) {
        rows.digits(row, digits);
        const series = planes.source.series(operands[side].series(digits));
        family.set(row + side * left.size, series);
      }
    });
    family.seal();
    return new PairRows(family, left, right);
  }

  constructor(family: RowFamily, left: SubGrid, right: SubGrid) {
    this.#family = family;
    this.#left = left;
    this.#right = right;
  }

  /** `long` is the left row above the right one, `short` is below. */
  compare(digits: Int32Array, planes: PlanePair): void {
    const right = this.#left.size + this.#right.number(digits);
    this.#family.compare(this.#left.number(digits), right, planes);
  }
}
