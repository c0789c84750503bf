import type { ColumnValues, ExportTable, TableBatch, TableColumn } from "./export-table.ts";

/**
 * A table as delimited text (RFC 4180 with LF, a header, undefined empty) or as JSON Lines
 * (undefined null). Numbers are the shortest text that reads back as the same float64; times are
 * ISO 8601 in UTC. The same table gives the same bytes every time.
 */
export async function* csvOf(table: ExportTable): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${table.columns.map(({ name }) => quoted(name)).join(",")}\n`);
  for await (const batch of table.batches()) {
    const cells = table.columns.map((column, c) => csvCell(column, batch.columns[c]));
    yield lines(batch, (row) => cells.map((cell) => cell(row)).join(","));
  }
}

export async function* jsonLinesOf(table: ExportTable): AsyncGenerator<Uint8Array> {
  for await (const batch of table.batches()) {
    const cells = table.columns.map((column, c) => {
      const key = JSON.stringify(column.name);
      const cell = jsonCell(column, batch.columns[c]);
      return (row: number) => `${key}:${cell(row)}`;
    });
    yield lines(batch, (row) => `{${cells.map((cell) => cell(row)).join(",")}}`);
  }
}

function lines(batch: TableBatch, line: (row: number) => string): Uint8Array {
  let text = "";
  for (let row = 0; row < batch.rows; row++) text += `${line(row)}\n`;
  return Buffer.from(text);
}

type Cell = (row: number) => string;

function csvCell({ kind }: TableColumn, values: ColumnValues): Cell {
  if (!(values instanceof Float64Array)) return (row) => quoted(values[row] ?? "");
  const text = kind === "time" ? isoTime : String;
  return (row) => (Number.isFinite(values[row]) ? text(values[row]) : "");
}

function jsonCell({ kind }: TableColumn, values: ColumnValues): Cell {
  if (!(values instanceof Float64Array)) return (row) => JSON.stringify(values[row]);
  const text = kind === "time" ? (ms: number) => `"${isoTime(ms)}"` : String;
  return (row) => (Number.isFinite(values[row]) ? text(values[row]) : "null");
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
