import { type Sweep, sweepMetrics } from "../core/stages/sweep.ts";
import type { ColumnBlock } from "../core/surfaces/column-block.ts";
import type { StageAxis, StageGrid } from "../core/surfaces/stage-grid.ts";
import type { ColumnKind, ColumnValues, ExportTable, TableBatch } from "./export-table.ts";

export interface VariantTableSource {
  readonly sweep: Sweep;
  readonly grid: StageGrid;
  /** The stage's metric columns, in order. */
  readonly blocks: () => AsyncIterable<ColumnBlock>;
}

/**
 * Every variant of a stage in the order of its columns: number, parameters, stops and target where
 * the risk grid has them, and the metrics that the run keeps. One block in memory at a time.
 */
export function variantTable({ sweep, grid, blocks }: VariantTableSource): ExportTable {
  const axes = grid.axes.map((axis) => ({ name: columnName(axis), kind: kindOf(axis) }));
  const metrics = sweepMetrics(sweep).map((name) => ({ name: name as string, kind: NUMBER }));
  return {
    columns: [{ name: "variantIndex", kind: "integer" }, ...axes, ...metrics],
    async *batches() {
      for await (const block of blocks()) yield batchOf(grid, block);
    },
  };
}

const NUMBER: ColumnKind = "number";

/** `risk.stopLossPct` is called `stopLossPct` wherever rows are. */
function columnName({ name }: StageAxis): string {
  return name.replace(/^risk\./, "");
}

function kindOf({ values }: StageAxis): ColumnKind {
  return values.some((value) => typeof value === "string") ? "text" : "number";
}

function batchOf(grid: StageGrid, { from, columns }: ColumnBlock): TableBatch {
  const length = columns[0]?.length ?? 0;
  const indices = new Float64Array(length);
  const chosen = grid.axes.map((axis) =>
    kindOf(axis) === "text" ? new Array<string | null>(length) : new Float64Array(length),
  );
  const metrics = columns.map(() => new Float64Array(length));
  let rows = 0;
  grid.walk(from, from + length, (position, digits) => {
    indices[rows] = grid.variantIndex(position);
    for (let a = 0; a < chosen.length; a++) {
      const value = grid.axes[a].values[digits[a]];
      chosen[a][rows] = (value ?? (chosen[a] instanceof Float64Array ? Number.NaN : null)) as never;
    }
    for (let m = 0; m < columns.length; m++) metrics[m][rows] = columns[m][position - from];
    rows++;
  });
  const all: ColumnValues[] = [indices, ...chosen, ...metrics];
  return { rows, columns: all.map((values) => values.slice(0, rows)) };
}
