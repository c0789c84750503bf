import { barCount } from "../core/series/candles.ts";
import type { Timeframe } from "../core/series/timeframe.ts";
import { complaint, UserError } from "../core/user-error.ts";
import type { BarBuffer } from "./bar-buffer.ts";
import type { RejectionReport, SourcedCandles } from "./candle-source.ts";
import { mergeRejections, type RejectionLog, rejectionError } from "./rejection-log.ts";
import { inferTimeframe, orderedBars } from "./timeline.ts";

/** Columns of these take 960 MB. */
export const MAX_BARS = 20_000_000;

/** What every source of rows may be told. */
export interface RowOptions {
  /** The most common step between rows when absent. */
  readonly timeframe?: Timeframe;
  /** `refuse` (default): one bad row refuses the whole input. `skip`: the others are imported. */
  readonly onReject?: "refuse" | "skip";
  /** More bars than this are refused while they are read; 20 million when absent. */
  readonly maxBars?: number;
}

/** Rows as a source has read them: the good ones, how many there were, and what was wrong. */
export interface ReadRows {
  readonly buffer: BarBuffer;
  readonly rows: number;
  readonly log: RejectionLog;
}

/** Everything read, in order, on the grid; a UserError where rows are refused. */
export function finishRows(reader: ReadRows, options: RowOptions): SourcedCandles {
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
  options: RowOptions,
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
