import { ByteWriter, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import type { ColumnKind, ColumnValues, ExportTable, TableBatch } from "./export-table.ts";

/** Rows of one row group: what is held of a table while it is written. */
const ROWS_A_GROUP = 1 << 16;

/**
 * A table as Parquet, snappy, in row groups of 65,536 rows at most. Every column is nullable:
 * DOUBLE, INT64, TIMESTAMP (UTC, milliseconds) or STRING. The same table gives the same bytes.
 */
export async function* parquetOf(table: ExportTable): AsyncGenerator<Uint8Array> {
  const sink = new BlockWriter();
  const schema: SchemaElement[] = [
    { name: "root", num_children: table.columns.length },
    ...table.columns.map(({ name, kind }) => ({ name, ...PARQUET_TYPES[kind] })),
  ];
  const writer = new ParquetWriter({ writer: sink, schema, createdBy: "sweepline" });
  for await (const batch of table.batches()) {
    for (let from = 0; from < batch.rows; from += ROWS_A_GROUP) {
      writeGroup(writer, table, batch, [from, Math.min(batch.rows, from + ROWS_A_GROUP)]);
      yield sink.take();
    }
  }
  writer.finish();
  yield sink.take();
}

function writeGroup(
  writer: ParquetWriter,
  table: ExportTable,
  batch: TableBatch,
  [from, to]: readonly [number, number],
): void {
  const columnData = table.columns.map(({ name, kind }, c) => ({
    name,
    data: parquetValues(kind, batch.columns[c], from, to),
  }));
  void writer.write({ columnData, rowGroupSize: ROWS_A_GROUP });
}

const PARQUET_TYPES: Readonly<Record<ColumnKind, Omit<SchemaElement, "name">>> = {
  number: { type: "DOUBLE", repetition_type: "OPTIONAL" },
  integer: { type: "INT64", repetition_type: "OPTIONAL" },
  time: {
    type: "INT64",
    repetition_type: "OPTIONAL",
    converted_type: "TIMESTAMP_MILLIS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
  },
  text: { type: "BYTE_ARRAY", repetition_type: "OPTIONAL", converted_type: "UTF8" },
};

function parquetValues(kind: ColumnKind, values: ColumnValues, from: number, to: number) {
  if (!(values instanceof Float64Array)) return values.slice(from, to);
  const as = PARQUET_VALUES[kind as keyof typeof PARQUET_VALUES];
  return Array.from(values.subarray(from, to), (value) =>
    Number.isFinite(value) ? as(value) : null,
  );
}

const PARQUET_VALUES = {
  number: (value: number) => value,
  integer: (value: number) => BigInt(value),
  time: (value: number) => new Date(value),
};

/** Keeps what was written since it was last asked; offsets go on counting. */
class BlockWriter extends ByteWriter {
  take(): Uint8Array {
    const bytes = new Uint8Array(this.getBytes());
    this.index = 0;
    return bytes;
  }
}
