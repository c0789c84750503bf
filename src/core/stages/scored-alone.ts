import { Grid } from "../grid/grid.ts";
import { SubGrid } from "../grid/sub-grid.ts";
import { meanOf } from "../signals/series-mean.ts";
import { isServedByEveryBackend } from "./backend.ts";
import type { RowSource } from "./pair-rows.ts";
import { PAIR_ROWS, ROW_BYTES } from "./scorer-caches.ts";
import { strategyShape } from "./strategy-shape.ts";
import type { Sweep } from "./sweep.ts";

const NUMBER_BYTES = 8;

/** Base variants that kernels score by themselves, while they score all others in batches. */
export interface ScoredAlone {
  readonly variants: number;
  /** Whether all rows are means that kernels make from exact sums, so that none is kept. */
  readonly ofMeans: boolean;
}

/** Every variant is scored by itself, or in whatever way. */
export const EACH: ScoredAlone = { variants: Number.POSITIVE_INFINITY, ofMeans: false };

/** Whether the sums of a price source are exact over all bars; false where nobody has looked. */
export type IsExact = (source: string) => boolean;

/**
 * Where the kernels' engine scores pairs of rows, a block of bars at a time and none of them ever
 * whole, what is left are the shortlist and the best of a run. Null where it may not serve: another
 * shape, or rows that may have to be kept and may not fit.
 */
export function scoredAlone(sweep: Sweep, bars: number, isExact: IsExact): ScoredAlone | null {
  if (!isServedByEveryBackend(sweep)) return null;
  const grid = new Grid(sweep.axes);
  const shape = strategyShape(sweep, grid);
  if (shape.kind !== "pairs" || !(shape.long || shape.short)) return null;
  const families = [shape.left, shape.right].map((source) => ({
    source,
    rows: new SubGrid(grid.axes, source.axes),
  }));
  const rows = families.reduce((count, family) => count + family.rows.size, 0);
  if (rows > PAIR_ROWS) return null;
  const digits = new Int32Array(sweep.axes.length);
  const isMeanAt = (source: RowSource) => {
    const mean = meanOf(source.series(digits));
    return mean !== undefined && isExact(mean.source);
  };
  const ofMeans = families.every(({ source, rows: all }) => {
    for (let row = 0; row < all.size; row++) {
      all.digits(row, digits);
      if (!isMeanAt(source)) return false;
    }
    return true;
  });
  if (!ofMeans && rows * bars * NUMBER_BYTES > ROW_BYTES) return null;
  return { variants: Math.max(sweep.preselect, sweep.topK), ofMeans };
}
