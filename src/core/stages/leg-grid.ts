import { SubGrid } from "../grid/sub-grid.ts";
import type { VariantSpace } from "../grid/variant-space.ts";
import { panelBlock } from "./leg-service.ts";
import type { LegShape } from "./leg-shape.ts";

/** Variants that differ in the levels of their legs only: numbers relative to a panel's first. */
export interface PanelCells {
  readonly count: number;
  /** Added to the panel's first index. */
  readonly offsets: Float64Array;
  readonly longDigits: Int32Array;
  readonly shortDigits: Int32Array;
}

/** How the variants of a grid fall into panels, block by block: see `panelBlock`. */
export class LegGrid {
  readonly blockSize: number;
  /** Whether every variant exists. */
  readonly isWhole: boolean;
  readonly cells: PanelCells;
  readonly #space: VariantSpace;
  readonly #axes: readonly [number | null, number | null];
  /** Axes within a block that both sides share. */
  readonly #inner: SubGrid;
  /** Axes of the series that each side compares. */
  readonly #long: SubGrid;
  readonly #short: SubGrid;
  readonly #digits: Int32Array;

  constructor(space: VariantSpace, shape: LegShape) {
    const { long, short } = shape;
    const { grid } = space;
    this.#space = space;
    this.isWhole = space.isWhole;
    this.#axes = [long.axis, short.axis];
    const own = this.#axes.filter((axis) => axis !== null);
    const first = Math.min(...own);
    this.blockSize = panelBlock(grid, shape);
    const inner = grid.axes.keys().filter((axis) => axis > first && !own.includes(axis));
    this.#inner = new SubGrid(grid.axes, [...inner]);
    this.cells = panelCells(space, this.#axes);
    this.#long = new SubGrid(grid.axes, long.axes);
    this.#short = new SubGrid(grid.axes, short.axes);
    this.#digits = new Int32Array(grid.axes.length);
  }

  get panelsABlock(): number {
    return this.#inner.size;
  }

  /** First index of a panel; panels are numbered block by block. */
  firstIndex(panel: number): number {
    return this.#space.grid.indexOf(this.digits(panel));
  }

  /** Its digits, those of levels 0; good until the next call where there is no room for them. */
  digits(panel: number, into = this.#digits): Int32Array {
    const block = Math.floor(panel / this.panelsABlock);
    this.#space.grid.digits(block * this.blockSize, into);
    this.#inner.digits(panel % this.panelsABlock, into);
    return into;
  }

  /** Numbers that `legsOf` may give. */
  get legs(): number {
    return this.#long.size * this.#short.size;
  }

  /** Panels with the same number compare the same series with levels. */
  legsOf(panel: number): number {
    const digits = this.digits(panel);
    return this.#long.number(digits) * this.#short.size + this.#short.number(digits);
  }

  /** Whether the constraint lets a variant of the panel exist; `digits` are the panel's. */
  exists(digits: Int32Array, cell: number): boolean {
    const [long, short] = this.#axes;
    if (long !== null) digits[long] = this.cells.longDigits[cell];
    if (short !== null) digits[short] = this.cells.shortDigits[cell];
    return this.#space.has(digits);
  }
}

function panelCells(
  { grid }: VariantSpace,
  [long, short]: readonly [number | null, number | null],
): PanelCells {
  const lengthOf = (axis: number | null) => (axis === null ? 1 : grid.axes[axis].values.length);
  const strideOf = (axis: number | null) => (axis === null ? 0 : grid.strides[axis]);
  const columns = lengthOf(short);
  const count = lengthOf(long) * columns;
  const offsets = new Float64Array(count);
  const longDigits = new Int32Array(count);
  const shortDigits = new Int32Array(count);
  for (let cell = 0; cell < count; cell++) {
    const row = Math.floor(cell / columns);
    longDigits[cell] = row;
    shortDigits[cell] = cell - row * columns;
    offsets[cell] = row * strideOf(long) + shortDigits[cell] * strideOf(short);
  }
  return { count, offsets, longDigits, shortDigits };
}
