import { createReadStream } from "node:fs";
import { barCount } from "../core/series/candles.ts";
import { gapReport } from "../core/series/gap-report.ts";
import { isTimeframe, TIMEFRAMES, type Timeframe, timeframeMs } from "../core/series/timeframe.ts";
import { complaint, UserError } from "../core/user-error.ts";
import type { RejectionReport, SourcedCandles } from "../market-data/candle-source.ts";
import { packColumns } from "../market-data/column-blocks.ts";
import { type ReadContent, readContent } from "../market-data/content-form.ts";
import { contentHashInTurns } from "../market-data/content-hash.ts";
import { CANDLE_SOURCES, type CandleSourceId } from "../market-data/registry.ts";
import { SYNTHETIC_DEFAULTS, type SyntheticOptions } from "../market-data/synthetic.ts";
import type { DatasetRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { checkLabels, type DatasetLabels } from "./dataset-labels.ts";
import { fileReason } from "./file-reason.ts";

/** Ten times what 20 million bars take as text. */
const MAX_CONTENT_BYTES = 16 * 2 ** 30;

/** Bytes, a stream of them, or a file to read: CSV or Parquet, either of them gzipped. */
type CandleInput =
  | { readonly input: Uint8Array | AsyncIterable<Uint8Array> }
  | { readonly path: string };

export type CandlesImport = DatasetLabels &
  CandleInput & {
    /** Inferred when absent. */
    readonly timeframe?: Timeframe;
    readonly onReject?: "refuse" | "skip";
    /** Of the content once unpacked; 16 GiB when absent. */
    readonly maxBytes?: number;
  };

export type SyntheticImport = Partial<DatasetLabels> & SyntheticOptions;

export interface ImportResult {
  readonly dataset: DatasetRecord;
  /**
   * False when the same content was there already; `dataset` is then the one that was, with its
   * name.
   */
  readonly created: boolean;
  /** Rows left out because `onReject` was `skip`. */
  readonly rejected: RejectionReport;
}

/** Reads candles from a source and saves them whole or not at all. */
export class DatasetImporter {
  readonly #store: Store;
  /** The last save of each hash under way: the same content at the same time is saved once. */
  readonly #saving = new Map<string, Promise<ImportResult>>();

  constructor(store: Store) {
    this.#store = store;
  }

  async content(request: CandlesImport): Promise<ImportResult> {
    const labels = checkLabels(request);
    const { timeframe, onReject, maxBytes = MAX_CONTENT_BYTES } = request;
    if (timeframe !== undefined && !isTimeframe(timeframe)) {
      const bound = TIMEFRAMES.join(" | ");
      throw new UserError(
        "VALIDATION",
        complaint("timeframe", "not a timeframe", timeframe, bound),
      );
    }
    const { source, ...sourced } = await readingFile(request, (input) =>
      readContent({
        input,
        maxBytes,
        ...(timeframe === undefined ? {} : { timeframe }),
        ...(onReject === undefined ? {} : { onReject }),
      }),
    );
    return this.#save(labels, sourced, source);
  }

  /** Saves candles that somebody has read already. */
  async sourced(
    labels: DatasetLabels,
    candles: SourcedCandles,
    source: CandleSourceId,
  ): Promise<ImportResult> {
    return this.#save(checkLabels(labels), candles, source);
  }

  async synthetic(request: SyntheticImport): Promise<ImportResult> {
    const { name, instrument = "synthetic", ...options } = request;
    const timeframe = options.timeframe ?? SYNTHETIC_DEFAULTS.timeframe;
    const fallback = `synthetic-${options.seed}-${options.bars}-${timeframe}`;
    const labels = checkLabels({ name: name ?? fallback, instrument });
    const sourced = await CANDLE_SOURCES.synthetic.read(options);
    return this.#save(labels, sourced, "synthetic");
  }

  async #save(
    labels: Required<DatasetLabels>,
    sourced: SourcedCandles,
    source: CandleSourceId,
  ): Promise<ImportResult> {
    const { candles, timeframe } = sourced;
    const hash = await contentHashInTurns({ instrument: labels.instrument, timeframe, candles });
    const before = this.#saving.get(hash);
    const save = (before ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => this.#saveUnlessThere({ ...labels, hash, source }, sourced));
    this.#saving.set(hash, save);
    try {
      return await save;
    } finally {
      if (this.#saving.get(hash) === save) this.#saving.delete(hash);
    }
  }

  async #saveUnlessThere(
    identity: Required<DatasetLabels> & Pick<DatasetRecord, "hash" | "source">,
    { candles, timeframe, rejected }: SourcedCandles,
  ): Promise<ImportResult> {
    const existing = await this.#store.datasetByHash(identity.hash);
    if (existing !== null) return { dataset: existing, created: false, rejected };
    const bars = barCount(candles);
    const record = {
      ...identity,
      timeframe,
      bars,
      startMs: candles.time[0],
      endMs: candles.time[bars - 1] + timeframeMs(timeframe),
      gaps: gapReport(candles.time, timeframe),
    };
    const dataset = await this.#store.saveDataset(record, await packColumns(candles));
    return { dataset, created: true, rejected };
  }
}

async function readingFile(
  content: CandleInput,
  read: (input: Uint8Array | AsyncIterable<Uint8Array>) => Promise<ReadContent>,
): Promise<ReadContent> {
  if ("input" in content) return read(content.input);
  try {
    return await read(createReadStream(content.path, { highWaterMark: 1 << 18 }));
  } catch (error) {
    const reason = fileReason(error);
    if (reason === null) throw error;
    throw new UserError("VALIDATION", complaint("path", reason, content.path, "a readable file"));
  }
}
