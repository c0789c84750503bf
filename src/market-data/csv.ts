import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CsvError, parse } from "csv-parse";
import { barCount } from "../core/series/candles.ts";
import type { Timeframe } from "../core/series/timeframe.ts";
import { complaint, UserError } from "../core/user-error.ts";
import { BarBuffer } from "./bar-buffer.ts";
import type { CandleSource, RejectionReport, SourcedCandles } from "./candle-source.ts";
import { type CsvLayout, detectLayout } from "./csv-header.ts";
import { CsvRowReader } from "./csv-row.ts";
import { byteStream, readHead } from "./csv-text.ts";
import { mergeRejections, rejectionError } from "./rejection-log.ts";
import { inferTimeframe, orderedBars } from "./timeline.ts";

/** A row longer than this is an unclosed quote or no CSV at all. */
const MAX_ROW_CHARACTERS = 65_536;
/** Columns of these take 960 MB. */
const MAX_BARS = 20_000_000;

export interface CsvOptions {
  readonly input: Uint8Array | AsyncIterable<Uint8Array>;
  /** The most common step between rows when absent. */
  readonly timeframe?: Timeframe;
  /** `refuse` (default): one bad row refuses the whole input. `skip`: the others are imported. */
  readonly onReject?: "refuse" | "skip";
  /** More bars than this are refused while they are read; 20 million when absent. */
  readonly maxBars?: number;
}

/**
 * Comma, semicolon, tab or bar separated text in UTF-8 with a header row. Times may be ISO dates
 * and instants or epochs; columns other than time, open, high, low, close, volume are ignored, as
 * are blank rows.
 */
export const csvSource: CandleSource<CsvOptions> = {
  id: "csv",
  description: "Delimited text with a header: time, open, high, low, close and optionally volume",
  read: readCsv,
};

async function readCsv(options: CsvOptions): Promise<SourcedCandles> {
  const stream = byteStream(options.input);
  try {
    const { firstLine, chunks } = await readHead(stream);
    const layout = detectLayout(firstLine);
    const reader = new CsvRowReader(layout, new BarBuffer(options.maxBars ?? MAX_BARS));
    await readRows(chunks, layout, reader);
    return finish(reader, options);
  } finally {
    // Closes the file behind a stream that was refused before its end.
    await stream.return(undefined);
  }
}

async function readRows(
  chunks: AsyncIterable<Uint8Array>,
  layout: CsvLayout,
  reader: CsvRowReader,
): Promise<void> {
  const parser = parse({
    bom: true,
    delimiter: layout.delimiter,
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    max_record_size: MAX_ROW_CHARACTERS,
    // Rows are taken here and end here: the parser's own output queue stays empty.
    on_record: (cells: string[]) => {
      reader.read(cells);
      return null;
    },
  });
  try {
    await pipeline(Readable.from(chunks), parser.resume());
  } catch (error) {
    if (error instanceof CsvError) throw malformedText(error);
    throw error;
  }
}

/**
 * A broken quote leaves the row boundaries unknown, so it refuses the input whatever `onReject`
 * says.
 */
function malformedText(error: CsvError): UserError {
  const row = typeof error.records === "number" ? error.records + 1 : null;
  const path = row === null ? "rows" : `row ${row}`;
  const reason =
    error.code === "CSV_MAX_RECORD_SIZE"
      ? `the row is longer than ${MAX_ROW_CHARACTERS} characters: an unclosed quote, or no CSV`
      : `malformed quotes (${error.code})`;
  return new UserError("VALIDATION", complaint(path, reason));
}

function finish(reader: CsvRowReader, options: CsvOptions): SourcedCandles {
  const { buffer, rows } = reader;
  if (rows === 0) {
    throw new UserError("VALIDATION", complaint("rows", "a header and no rows", 0, "at least 1"));
  }
  const malformed = reader.log.report();
  if (buffer.length === 0) throw rejectionError(malformed, rows);
  const timeframe = timeframeOf(buffer, options, malformed, rows);
  const { candles, rejected: misplaced } = orderedBars(buffer, timeframe);
  const rejected = mergeRejections(malformed, misplaced);
  const refuse = (options.onReject ?? "refuse") === "refuse";
  if (barCount(candles) === 0 || (refuse && rejected.count > 0)) {
    throw rejectionError(rejected, rows);
  }
  return { candles, timeframe, rejected };
}

/**
 * Rows that were rejected already explain more than a timeframe that cannot be inferred from the
 * rest.
 */
function timeframeOf(
  buffer: BarBuffer,
  options: CsvOptions,
  malformed: RejectionReport,
  rows: number,
): Timeframe {
  if (options.timeframe !== undefined) return options.timeframe;
  try {
    return inferTimeframe(buffer.candles.time, buffer.length);
  } catch (error) {
    throw malformed.count > 0 ? rejectionError(malformed, rows) : error;
  }
}
