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

/** Called with digits, columns and the place of the variant in the columns. */
export type VariantVisit = (
  digits: Int32Array,
  columns: readonly Float64Array[],
  i: number,
  position: number,
) => void;

/** A pass over the variants of a stage that exist and that the filter takes. */
export function variantPass(
  grid: StageGrid,
  filter: VariantFilter,
  visit: VariantVisit,
): BlockPass {
  return ({ from, columns }) => {
    const length = columns[0]?.length ?? 0;
    grid.walk(from, from + length, (position, digits) => {
      const i = position - from;
      if (filter.passes(digits) && filter.holds(columns, i)) visit(digits, columns, i, position);
    });
  };
}
