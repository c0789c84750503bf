/** What a column holds: numbers (NaN is undefined), whole numbers, times in ms, or text. */
export type ColumnKind = "number" | "integer" | "time" | "text";

export interface TableColumn {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** Numbers for every kind but text; null is an absent text. */
export type ColumnValues = Float64Array | readonly (string | null)[];

/** Some rows of a table, column by column. */
export interface TableBatch {
  readonly rows: number;
  readonly columns: readonly ColumnValues[];
}

/** A table that is too long to hold: its rows come in batches, the same ones every time. */
export interface ExportTable {
  readonly columns: readonly TableColumn[];
  batches(): AsyncIterable<TableBatch> | Iterable<TableBatch>;
}

/** A table of rows that are in memory, each a record by column name. */
export function tableOf(
  columns: readonly TableColumn[],
  rows: readonly Readonly<Record<string, string | number | null>>[],
): ExportTable {
  const valuesOf = ({ name, kind }: TableColumn, part: typeof rows): ColumnValues =>
    kind === "text"
      ? part.map((row) => row[name] as string | null)
      : Float64Array.from(part, (row) => (row[name] as number | null) ?? Number.NaN);
  return {
    columns,
    *batches() {
      for (let from = 0; from < rows.length; from += ROWS_A_BATCH) {
        const part = rows.slice(from, from + ROWS_A_BATCH);
        yield { rows: part.length, columns: columns.map((column) => valuesOf(column, part)) };
      }
    },
  };
}

const ROWS_A_BATCH = 10_000;
