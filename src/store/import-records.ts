import type { Timeframe } from "../core/series/timeframe.ts";
import type { RunError } from "./records.ts";

export const IMPORT_STATES = ["WAITING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

/**
 * An upload waits until its bytes come, for an hour; others run at once. A run that is lost is
 * taken over as RUNNING by whoever finds it; what failed or was cancelled may run again.
 */
export const IMPORT_TRANSITIONS: Readonly<Record<ImportState, readonly ImportState[]>> = {
  WAITING: ["RUNNING", "FAILED", "CANCELLED"],
  RUNNING: ["SUCCEEDED", "FAILED", "CANCELLED"],
  SUCCEEDED: [],
  FAILED: ["RUNNING"],
  CANCELLED: ["RUNNING"],
};

/** Where an import's candles come from, as it is kept with the import. */
export type ImportOrigin =
  | { readonly kind: "UPLOAD" }
  /** Relative to the folder that the operator allows. */
  | { readonly kind: "FILE"; readonly path: string }
  | {
      readonly kind: "EXCHANGE";
      readonly exchange: string;
      readonly symbol: string;
      readonly sinceMs: number;
      readonly untilMs: number;
    };

export interface ImportRequest {
  readonly name: string;
  readonly instrument: string;
  /** Found out from the content when null; exchanges have to be told. */
  readonly timeframe: Timeframe | null;
  readonly onReject: "refuse" | "skip";
  readonly origin: ImportOrigin;
}

export interface RejectedRows {
  readonly count: number;
  readonly first: readonly {
    readonly row: number;
    readonly code: string;
    readonly reason: string;
  }[];
}

/** An import and how far it is. */
export interface ImportRecord {
  readonly id: string;
  /** Who started it, and whom it belongs to. */
  readonly owner: string;
  readonly request: ImportRequest;
  readonly state: ImportState;
  /** Rises with every change, by any amount. */
  readonly seq: number;
  /** Bytes read of an upload or a file, and of how many where that is known. */
  readonly bytesDone: number;
  readonly bytesTotal: number | null;
  /** Bars fetched from an exchange. */
  readonly bars: number;
  /** Share of the work that is done, 0 to 1; null where the whole is not known. */
  readonly fraction: number | null;
  /** What it is doing or waiting for, for a person. */
  readonly message: string | null;
  readonly cancelRequested: boolean;
  readonly error: RunError | null;
  readonly rejected: RejectedRows | null;
  readonly datasetHash: string | null;
  /** False where the same candles were stored already; null before the end. */
  readonly created: boolean | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** What a running import tells of itself. */
export type ImportProgress = Partial<
  Pick<ImportRecord, "bytesDone" | "bytesTotal" | "bars" | "fraction" | "message">
>;

export type ImportEnd =
  | {
      readonly state: "SUCCEEDED";
      readonly datasetHash: string;
      readonly created: boolean;
      readonly rejected: RejectedRows;
    }
  | { readonly state: "FAILED"; readonly error: RunError; readonly rejected?: RejectedRows }
  | { readonly state: "CANCELLED" };
