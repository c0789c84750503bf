import type { FileMetaData } from "hyparquet";
import { complaint, UserError } from "../core/user-error.ts";
import { BarBuffer } from "./bar-buffer.ts";
import { candleColumns, missingColumns, missingFields, normalName } from "./candle-columns.ts";
import type { CandleSource, SourcedCandles } from "./candle-source.ts";
import { finishRows, MAX_BARS, type RowOptions } from "./finish-rows.ts";
import { RowReader } from "./row-reader.ts";

/** A file whose parts can be read in any order; Parquet keeps its table of contents at the end. */
export interface RandomAccessFile {
  readonly byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

export interface ParquetOptions extends RowOptions {
  readonly file: RandomAccessFile;
}

/** What pandas calls an index without a name: the times, where a frame of candles has one. */
const PANDAS_INDEX = "__index_level_0__";

/**
 * One row a bar, columns found by the names that CSV headers may have. Times may be timestamps of
 * any unit, dates, texts or epochs; rows of a group are read at a time. Compressed by any of the
 * format's codecs.
 */
export const parquetSource: CandleSource<ParquetOptions> = {
  id: "parquet",
  description: "Apache Parquet with columns time, open, high, low, close and optionally volume",
  read: readParquet,
};

/** The decoder is much code, and many servers never read such a file: it comes with the first. */
const DECODER = {
  format: () => import("hyparquet"),
  codecs: () => import("hyparquet-compressors"),
};

async function readParquet(options: ParquetOptions): Promise<SourcedCandles> {
  const { file } = options;
  const maxBars = options.maxBars ?? MAX_BARS;
  const { parquetMetadataAsync } = await DECODER.format();
  const metadata = await decoding(() => parquetMetadataAsync(file));
  checkGroups(metadata);
  if (metadata.num_rows > BigInt(maxBars)) {
    const rows = metadata.num_rows.toString();
    throw new UserError("VALIDATION", complaint("rows", "too many bars", rows, `<= ${maxBars}`));
  }
  const columns = await decoding(async () => topLevelColumns(metadata));
  const names = columns.map((name) => (name === PANDAS_INDEX ? "time" : normalName(name)));
  const missing = missingFields(names);
  if (missing.length > 0) throw missingColumns(names, missing);
  const layout = candleColumns(names);
  const reader = new RowReader(layout, new BarBuffer(maxBars), 0);
  const { time, clock, open, high, low, close, volume } = layout;
  const wanted = [time, clock, open, high, low, close, volume].filter((at) => at !== -1);
  let from = 0;
  for (const group of metadata.row_groups) {
    const to = from + Number(group.num_rows);
    const cells = await groupCells(file, metadata, { from, to }, columns, wanted);
    readGroup(reader, cells, to - from);
    from = to;
  }
  return finishRows(reader, options);
}

/**
 * Groups are sized by what they say of themselves: they have to add up to the file's rows. In a
 * damaged file numbers may be missing or of another kind than they are declared.
 */
function checkGroups({ num_rows: rows, row_groups: groups }: FileMetaData): void {
  const sizes: unknown[] = groups.map((group) => group.num_rows);
  const isSize = (size: unknown) => typeof size === "bigint" && size >= 0n;
  if (isSize(rows) && sizes.every(isSize)) {
    if ((sizes as bigint[]).reduce((sum, size) => sum + size, 0n) === rows) return;
  }
  const message = "this Parquet file is damaged: its groups do not add up to its rows";
  throw new UserError("VALIDATION", complaint("input", message));
}

/** Names of the columns that hold one plain value a row; nested ones are passed over. */
function topLevelColumns({ schema }: FileMetaData): string[] {
  const names: string[] = [];
  // The schema is the tree in depth-first order; a node with children is followed by them.
  for (let at = 1; at < schema.length; at++) {
    const children = schema[at].num_children ?? 0;
    // A damaged file may have a column without a name.
    names.push(children === 0 ? (schema[at].name ?? "") : "");
    for (let left = children; left > 0; left--) left += schema[++at].num_children ?? 0;
  }
  return names;
}

type Cells = readonly (ArrayLike<unknown> | undefined)[];

interface RowRange {
  readonly from: number;
  readonly to: number;
}

async function groupCells(
  file: RandomAccessFile,
  metadata: FileMetaData,
  { from, to }: RowRange,
  columns: readonly string[],
  wanted: readonly number[],
): Promise<Cells> {
  const cells = columns.map(() => undefined as unknown[] | undefined);
  for (const at of wanted) cells[at] = new Array(to - from);
  const [{ parquetRead }, { compressors }] = [await DECODER.format(), await DECODER.codecs()];
  await decoding(() =>
    parquetRead({
      file,
      metadata,
      compressors,
      columns: wanted.map((at) => columns[at]),
      rowStart: from,
      rowEnd: to,
      onChunk: ({ columnName, columnData, rowStart, rowEnd }) => {
        const column = cells[columns.indexOf(columnName)];
        if (column === undefined) return;
        for (let row = Math.max(rowStart, from); row < Math.min(rowEnd, to); row++) {
          column[row - from] = columnData[row - rowStart];
        }
      },
    }),
  );
  return cells;
}

function readGroup(reader: RowReader, cells: Cells, rows: number): void {
  const row = cells.map(() => "");
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cells.length; c++) row[c] = text(cells[c]?.[r]);
    reader.read(row);
  }
}

/** As the same value stands in a CSV file, so that both formats are judged by the same rules. */
function text(value: unknown): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "" : value.toISOString();
  return value === null || value === undefined ? "" : String(value);
}

/** What the decoder says of a damaged file is the file's fault; a failing disk is not. */
async function decoding<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || "syscall" in error) throw error;
    const message = `this Parquet file cannot be read: ${error.message}`;
    throw new UserError("VALIDATION", complaint("input", message));
  }
}
