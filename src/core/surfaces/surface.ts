import { complaint, UserError } from "../user-error.ts";
import type { ColumnWork } from "./column-block.ts";
import { type GroupedStatistics, groupedStatistics } from "./grouped-statistics.ts";
import type { StageAxis, StageGrid } from "./stage-grid.ts";
import { knownAxis, type VariantFilter } from "./variant-filter.ts";

/** How the values of all variants in one cell become one. */
export const REDUCTIONS = ["MEAN", "DEVIATION", "MIN", "MAX", "MEDIAN"] as const;
export type Reduction = (typeof REDUCTIONS)[number];

/** Most cells of a surface: it is an answer of one request, and a picture. */
export const MAX_SURFACE_CELLS = 100_000;

export interface SurfaceChoice {
  readonly grid: StageGrid;
  readonly filter: VariantFilter;
  readonly x: string;
  readonly y: string;
  readonly column: number;
  readonly reduce: Reduction;
  readonly room?: number;
}

/** A metric over two axes; cells by row, `x` fastest: `y * x.values.length + x`. */
export interface Surface {
  readonly x: StageAxis;
  readonly y: StageAxis;
  /** NaN where no variant of the cell has a value. */
  readonly values: Float64Array;
  /** Variants of each cell with a value, and without. */
  readonly counts: Float64Array;
  readonly undefinedCounts: Float64Array;
}

/** Throws UserError for an axis that is not there, the same one twice, and too many cells. */
export function* surface(choice: SurfaceChoice): ColumnWork<Surface> {
  const { grid, filter, column, reduce } = choice;
  const [x, y] = surfaceAxes(choice);
  const width = grid.axes[x].values.length;
  const buckets = width * grid.axes[y].values.length;
  const cell = [
    { axis: y, weight: width },
    { axis: x, weight: 1 },
  ];
  const statistics = yield* groupedStatistics({
    ...{ grid, filter, column },
    grouping: { buckets, rules: [{ offset: 0, terms: cell }] },
    deviation: reduce === "DEVIATION",
    quantiles: reduce === "MEDIAN" ? [0.5] : [],
    ...(choice.room === undefined ? {} : { room: choice.room }),
  });
  return {
    x: grid.axes[x],
    y: grid.axes[y],
    values: Float64Array.from({ length: buckets }, (_, cell) => reduced(statistics, reduce, cell)),
    counts: statistics.tallies.counts(),
    undefinedCounts: statistics.tallies.undefinedCounts(),
  };
}

function surfaceAxes({ grid, ...choice }: SurfaceChoice): [number, number] {
  const x = knownAxis(grid, choice.x, "x");
  const y = knownAxis(grid, choice.y, "y");
  if (x === y) {
    throw new UserError("VALIDATION", complaint("y", "must be another axis than x", choice.y));
  }
  const cells = grid.axes[x].values.length * grid.axes[y].values.length;
  if (cells > MAX_SURFACE_CELLS) {
    const message = "the two axes have too many combinations";
    throw new UserError("VALIDATION", complaint("y", message, cells, `<= ${MAX_SURFACE_CELLS}`));
  }
  return [x, y];
}

function reduced({ tallies, quantile }: GroupedStatistics, how: Reduction, cell: number): number {
  switch (how) {
    case "MEAN":
      return tallies.mean(cell);
    case "DEVIATION":
      return tallies.deviation(cell);
    case "MIN":
      return tallies.min(cell);
    case "MAX":
      return tallies.max(cell);
    case "MEDIAN":
      return quantile(cell, 0.5);
  }
}
