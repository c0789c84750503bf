import { tooLarge } from "../../market-data/content-form.ts";
import type { ImportResult } from "../dataset-import.ts";
import type { DatasetLibrary } from "../dataset-library.ts";
import type { ImportTask } from "./import-task.ts";

/** Bytes of an upload or a file, and how many there will be. */
export interface ImportBytes {
  readonly stream: AsyncIterable<Uint8Array>;
  readonly total: number | null;
  /** Received or read at most. */
  readonly maxBytes: number;
}

/** Reads candles from bytes as they come, and tells of them. */
export async function importBytes(
  task: ImportTask,
  { stream, total, maxBytes }: ImportBytes,
  datasets: DatasetLibrary,
): Promise<ImportResult> {
  const { name, instrument, timeframe, onReject } = task.record.request;
  if (total !== null && total > maxBytes) throw tooLarge(maxBytes);
  task.tell({ bytesDone: 0, bytesTotal: total, fraction: total === null ? null : 0 });
  return datasets.importCandles({
    name,
    instrument,
    onReject,
    maxBytes,
    ...(timeframe === null ? {} : { timeframe }),
    input: counted(task, stream, total),
  });
}

async function* counted(
  task: ImportTask,
  stream: AsyncIterable<Uint8Array>,
  total: number | null,
): AsyncGenerator<Uint8Array> {
  let bytesDone = 0;
  for await (const piece of stream) {
    task.signal.throwIfAborted();
    bytesDone += piece.length;
    // All of it read is not yet all of it stored.
    const fraction = total === null ? null : Math.min(0.99, bytesDone / total);
    task.tell({ bytesDone, fraction });
    yield piece;
  }
  task.signal.throwIfAborted();
  task.tell({ message: "storing" });
}
