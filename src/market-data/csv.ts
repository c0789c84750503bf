import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CsvError, parse } from "csv-parse";
import { complaint, UserError } from "../core/user-error.ts";
import { BarBuffer } from "./bar-buffer.ts";
import type { CandleSource, SourcedCandles } from "./candle-source.ts";
import { type CsvLayout, detectLayout } from "./csv-header.ts";
import { byteStream, readHead } from "./csv-text.ts";
import { finishRows, MAX_BARS, type RowOptions } from "./finish-rows.ts";
import { RowReader } from "./row-reader.ts";

/** A row longer than this is an unclosed quote or no CSV at all. */
const MAX_ROW_CHARACTERS = 65_536;

export interface CsvOptions extends RowOptions {
  readonly input: Uint8Array | AsyncIterable<Uint8Array>;
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
    const reader = new RowReader(layout, new BarBuffer(options.maxBars ?? MAX_BARS));
    await readRows(chunks, layout, reader);
    return finishRows(reader, options);
  } finally {
    // Closes the file behind a stream that was refused before its end.
    await stream.return(undefined);
  }
}

async function readRows(
  chunks: AsyncIterable<Uint8Array>,
  layout: CsvLayout,
  reader: RowReader,
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
