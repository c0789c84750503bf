import type { Candles } from "../core/series/candles.ts";
import type { Timeframe } from "../core/series/timeframe.ts";

/** Why a row of an input was not taken as a bar. */
export type RejectionCode =
  | "MISSING_FIELD"
  | "UNPARSABLE_TIME"
  | "UNPARSABLE_NUMBER"
  | "NOT_FINITE"
  | "PRICE_NOT_POSITIVE"
  | "HIGH_TOO_LOW"
  | "LOW_TOO_HIGH"
  | "NEGATIVE_VOLUME"
  | "DUPLICATE_TIME"
  | "DESCENDING_TIME"
  | "OFF_GRID";

export interface Rejection {
  /** Row of the input, from 1; the header is row 1. */
  readonly row: number;
  readonly code: RejectionCode;
  readonly reason: string;
}

export interface RejectionReport {
  readonly count: number;
  /** The first twenty by row. */
  readonly first: readonly Rejection[];
}

/** What a source delivers: candles that fulfil every rule of the canonical series. */
export interface SourcedCandles {
  readonly candles: Candles;
  readonly timeframe: Timeframe;
  readonly rejected: RejectionReport;
}

/** A kind of place that candles come from. A new one is one file and one line in registry.ts. */
export interface CandleSource<Options> {
  readonly id: string;
  readonly description: string;
  /** Reads it all or throws; a mistake in options or data is a UserError. */
  read(options: Options): Promise<SourcedCandles>;
}
