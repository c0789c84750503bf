import type { StageGrid } from "./stage-grid.ts";
import type { VariantFilter } from "./variant-filter.ts";

/** A contiguous part of a stage's metric columns, all of them of the same length. */
export interface ColumnBlock {
  /** Position of the first value. */
  readonly from: number;
  readonly columns: readonly Float64Array[];
}

/** Sees every block of a stage once, in order. */
export type BlockPass = (block: ColumnBlock) => void;

/**
 * A computation over columns that are too many to hold: each step it yields is a pass that wants to
 * see all blocks. Whoever has the blocks drives it.
 */
export type ColumnWork<T> = Generator<BlockPass, T, void>;

/** Called with a block and the places in it, ascending, of the variants that were chosen. */
export type ChosenVisit = (block: ColumnBlock, places: Int32Array) => void;

/**
 * A pass over the variants of a stage that exist and that the filter takes. The places are
 * overwritten by the next block.
 */
export function chosenPass(grid: StageGrid, filter: VariantFilter, visit: ChosenVisit): BlockPass {
  let places = new Int32Array(0);
  return (block) => {
    const length = block.columns[0]?.length ?? 0;
    if (places.length < length) places = new Int32Array(length);
    const keep = new Uint8Array(length);
    grid.markExisting(block.from, keep);
    filter.narrow(grid, block, keep);
    visit(block, places.subarray(0, markedPlaces(keep, places)));
  };
}

/** Writes the places that are marked with 1 to `out`, as long as `keep`; answers how many. */
function markedPlaces(keep: Uint8Array, out: Int32Array): number {
  let count = 0;
  for (let i = 0; i < keep.length; i++) {
    out[count] = i;
    count += keep[i];
  }
  return count;
}
