import { createReadStream } from "node:fs";
import { barCount } from "../core/series/candles.ts";
import { gapReport } from "../core/series/gap-report.ts";
import { isTimeframe, TIMEFRAMES, type Timeframe, timeframeMs } from "../core/series/timeframe.ts";
import { type Complaint, complaint, UserError } from "../core/user-error.ts";
import type { RejectionReport, SourcedCandles } from "../market-data/candle-source.ts";
import { packColumns } from "../market-data/column-blocks.ts";
import { contentHash } from "../market-data/content-hash.ts";
import { CANDLE_SOURCES, type CandleSourceId } from "../market-data/registry.ts";
import { SYNTHETIC_DEFAULTS, type SyntheticOptions } from "../market-data/synthetic.ts";
import type { DatasetRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";

/**
 * The instrument is part of a dataset's identity; where none is named, the same file is still one
 * dataset.
 */
export const UNNAMED_INSTRUMENT = "unnamed";
const MAX_NAME_CHARACTERS = 200;

interface DatasetLabels {
  readonly name: string;
  /** `UNNAMED_INSTRUMENT` when absent. */
  readonly instrument?: string;
}

/** Bytes, a stream of them, or a file to read. */
type CsvContent =
  | { readonly input: Uint8Array | AsyncIterable<Uint8Array> }
  | { readonly path: string };

export type CsvImport = DatasetLabels &
  CsvContent & {
    /** Inferred when absent. */
    readonly timeframe?: Timeframe;
    readonly onReject?: "refuse" | "skip";
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

  async csv(request: CsvImport): Promise<ImportResult> {
    const labels = checkLabels(request);
    const { timeframe, onReject } = request;
    if (timeframe !== undefined && !isTimeframe(timeframe)) {
      const bound = TIMEFRAMES.join(" | ");
      throw new UserError(
        "VALIDATION",
        complaint("timeframe", "not a timeframe", timeframe, bound),
      );
    }
    const sourced = await readingFile(request, (input) =>
      CANDLE_SOURCES.csv.read({
        input,
        ...(timeframe === undefined ? {} : { timeframe }),
        ...(onReject === undefined ? {} : { onReject }),
      }),
    );
    return this.#save(labels, sourced, "csv");
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
    const hash = contentHash({ instrument: labels.instrument, timeframe, candles });
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

function checkLabels(labels: DatasetLabels): Required<DatasetLabels> {
  const { name, instrument = UNNAMED_INSTRUMENT } = labels;
  const faults = [labelFault("name", name), labelFault("instrument", instrument)];
  if (/^[0-9a-f]{64}$/i.test(name)) {
    faults.push(complaint("name", "looks like a content hash", name, "any other text"));
  }
  const complaints = faults.filter((fault) => fault !== null);
  if (complaints.length > 0) throw new UserError("VALIDATION", complaints);
  return { name, instrument };
}

function labelFault(path: string, text: string): Complaint | null {
  const isPlain =
    text.trim() === text && text !== "" && !/\p{Cc}/u.test(text) && text.isWellFormed();
  if (isPlain && text.length <= MAX_NAME_CHARACTERS) return null;
  const bound = `1 to ${MAX_NAME_CHARACTERS} printable characters, no space at either end`;
  return complaint(path, "not a usable name", text, bound);
}

async function readingFile(
  content: CsvContent,
  read: (input: Uint8Array | AsyncIterable<Uint8Array>) => Promise<SourcedCandles>,
): Promise<SourcedCandles> {
  if ("input" in content) return read(content.input);
  try {
    return await read(createReadStream(content.path, { highWaterMark: 1 << 20 }));
  } catch (error) {
    const reason = fileReason(error);
    if (reason === null) throw error;
    throw new UserError("VALIDATION", complaint("path", reason, content.path, "a readable file"));
  }
}

/** What a user can mend about a path; any other fault of the file system is an operator's. */
function fileReason(error: unknown): string | null {
  if (!(error instanceof Error && "code" in error)) return null;
  switch (error.code) {
    case "ENOENT":
    case "ENOTDIR":
    case "ENAMETOOLONG":
    case "ERR_INVALID_ARG_VALUE":
      return "there is no such file";
    case "EISDIR":
      return "this is a directory";
    case "EACCES":
      return "the file may not be read";
    default:
      return null;
  }
}
