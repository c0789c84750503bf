import type { LegGrid } from "./leg-grid.ts";

/** Panels that are put in order together: what they take is bounded. */
const TOGETHER = 16_384;

/**
 * The panels of a range of blocks, those of the same legs after one another: legs are counted and
 * listed once for all of them. Every thread finds the same order.
 */
export class PanelOrder {
  readonly count: number;
  readonly #grid: LegGrid;
  readonly #first: number;
  /** Positions of a stretch in order; of the stretch that was asked for last. */
  #stretch = -1;
  #order: Float64Array = new Float64Array(0);

  /** Of the blocks that hold the indices `[from, to)`. */
  constructor(grid: LegGrid, from: number, to: number) {
    const { blockSize, panelsABlock } = grid;
    this.#grid = grid;
    this.#first = Math.floor(from / blockSize) * panelsABlock;
    this.count = from < to ? Math.ceil(to / blockSize) * panelsABlock - this.#first : 0;
  }

  /** The panel at a position. */
  at(position: number): number {
    const stretch = Math.floor(position / TOGETHER);
    if (stretch !== this.#stretch) {
      this.#stretch = stretch;
      this.#order = this.#sorted(stretch * TOGETHER);
    }
    return this.#first + stretch * TOGETHER + this.#order[position - stretch * TOGETHER];
  }

  #sorted(begin: number): Float64Array {
    const count = Math.min(TOGETHER, this.count - begin);
    const isExact = this.#grid.legs * TOGETHER <= Number.MAX_SAFE_INTEGER;
    const keys = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      keys[i] = i + (isExact ? this.#grid.legsOf(this.#first + begin + i) * TOGETHER : 0);
    }
    keys.sort();
    for (let i = 0; i < count; i++) keys[i] %= TOGETHER;
    return keys;
  }
}
