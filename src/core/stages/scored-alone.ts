import { Grid } from "../grid/grid.ts";
import { SubGrid } from "../grid/sub-grid.ts";
import { meanOf } from "../signals/series-mean.ts";
import { isServedByEveryBackend } from "./backend.ts";
import { legRowRoom } from "./leg-service.ts";
import type { RowSource } from "./pair-rows.ts";
import { PAIR_ROWS, ROW_BYTES, SCORER_CACHES } from "./scorer-caches.ts";
import { type PairShape, type StrategyShape, strategyShape } from "./strategy-shape.ts";
import type { Sweep } from "./sweep.ts";

const NUMBER_BYTES = 8;

/**
 * Base variants that kernels score by themselves, while they score all others together: the
 * shortlist, and where a run is cancelled the best so far.
 */
export interface ScoredAlone {
  /** What scores the others. */
  readonly engine: "pairs" | "legs" | null;
  readonly variants: number;
  /** Whether all rows of pairs are means that kernels make from exact sums, and keep none of. */
  readonly ofMeans: boolean;
  /** Most bytes of outputs that a thread keeps. */
  readonly seriesBytes: number;
}

/** Every variant is scored by itself, or in whatever way. */
export const EACH: ScoredAlone = {
  engine: null,
  variants: Number.POSITIVE_INFINITY,
  ofMeans: false,
  seriesBytes: SCORER_CACHES.seriesBytes,
};

/** Whether the sums of a price source are exact over all bars; false where nobody has looked. */
export type IsExact = (source: string) => boolean;

/**
 * Variants that a run which is not cancelled scores by themselves: the shortlist, where an engine
 * of pairs scores all others. The best of a run are cells of these.
 */
export function aloneOf(sweep: Sweep, shape: StrategyShape): number {
  if (shape.kind !== "pairs" || !(shape.long || shape.short)) return Number.POSITIVE_INFINITY;
  if (!isServedByEveryBackend(sweep) || rowsOf(sweep, shape) > PAIR_ROWS) {
    return Number.POSITIVE_INFINITY;
  }
  return sweep.preselect;
}

/** Rows of both operands. */
function rowsOf({ axes }: Sweep, { left, right }: PairShape): number {
  const sizes = [left, right].map((source) => new SubGrid(axes, source.axes).size);
  return sizes[0] + sizes[1];
}

/**
 * Where kernels score pairs of rows, a block of bars at a time and none of them ever whole, or
 * independent legs, panel by panel. Null where they may not serve: another shape, or rows that may
 * have to be kept and may not fit.
 */
export function scoredAlone(sweep: Sweep, bars: number, isExact: IsExact): ScoredAlone | null {
  const grid = new Grid(sweep.axes);
  const shape = strategyShape(sweep, grid);
  const variants = Math.max(sweep.preselect, sweep.topK);
  const { seriesBytes } = SCORER_CACHES;
  if (shape.kind === "legs") {
    const room = legRowRoom(sweep, grid, shape, { bars, caches: SCORER_CACHES });
    return room === null ? null : { engine: "legs", variants, ofMeans: false, seriesBytes: room };
  }
  if (shape.kind !== "pairs" || aloneOf(sweep, shape) === Number.POSITIVE_INFINITY) return null;
  const ofMeans = [shape.left, shape.right].every((rows) => areMeans(rows, grid, isExact));
  if (!ofMeans && rowsOf(sweep, shape) * bars * NUMBER_BYTES > ROW_BYTES) return null;
  return { engine: "pairs", variants, ofMeans, seriesBytes };
}

function areMeans({ axes, series }: RowSource, grid: Grid, isExact: IsExact): boolean {
  const digits = new Int32Array(grid.axes.length);
  const all = new SubGrid(grid.axes, axes);
  for (let row = 0; row < all.size; row++) {
    all.digits(row, digits);
    const mean = meanOf(series(digits));
    if (mean === undefined || !isExact(mean.source)) return false;
  }
  return true;
}
