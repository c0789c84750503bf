import { setImmediate as nextTurn } from "node:timers/promises";
import { ByteLru } from "../core/series/byte-lru.ts";
import type { StageName } from "../core/stages/sweep.ts";
import type { ColumnBlock, ColumnWork } from "../core/surfaces/column-block.ts";
import type { ColumnChunk, Store, StoredColumns } from "../store/store.ts";

/** A stage's columns as they are stored when a request begins, whatever comes later. */
export interface StageColumns {
  readonly runId: string;
  readonly stage: StageName;
  /** Positions a number of a chunk's range: the risk cells in Stage B. */
  readonly cells: number;
  readonly chunks: readonly ColumnChunk[];
}

type Columns = readonly Float64Array[];

/** Packed bytes that one statement fetches at most, unless a single chunk has more. */
const BATCH_BYTES = 8 * 2 ** 20;
/** Positions between two turns of the event loop, so that a long column holds nobody up. */
const TURN_POSITIONS = 1 << 16;

/**
 * Reads metric columns block by block in index order. Decoded columns are kept for the next
 * request, within a bound; a stored chunk never changes.
 */
export class ColumnReader {
  readonly #store: Store;
  readonly #decoded: ByteLru<string, Columns>;

  constructor(store: Store, maxBytes: number) {
    this.#store = store;
    this.#decoded = new ByteLru(maxBytes, bytesOf);
  }

  /** Drives a computation over the columns: as many passes as it asks for. */
  async compute<T>(columns: StageColumns, work: ColumnWork<T>): Promise<T> {
    for (let step = work.next(); ; step = work.next()) {
      if (step.done === true) return step.value;
      for await (const block of this.blocks(columns)) step.value(block);
    }
  }

  /** All blocks in order, with a turn of the event loop after each. */
  async *blocks(of: StageColumns): AsyncGenerator<ColumnBlock> {
    for await (const { from, columns } of this.#chunks(of)) {
      const length = columns[0]?.length ?? 0;
      for (let at = 0; at < length; at += TURN_POSITIONS) {
        const part = columns.map((column) => column.subarray(at, at + TURN_POSITIONS));
        yield { from: from * of.cells + at, columns: part };
        await nextTurn();
      }
    }
  }

  async *#chunks(of: StageColumns): AsyncGenerator<{ from: number; columns: Columns }> {
    const key = ({ no }: { no: number }) => `${of.runId} ${of.stage} ${no}`;
    for (let next = 0; next < of.chunks.length; ) {
      const known = this.#decoded.get(key(of.chunks[next]));
      if (known !== undefined) {
        yield { from: of.chunks[next++].from, columns: known };
        continue;
      }
      const batch = this.#missing(of.chunks, next, key);
      const numbers = batch.map(({ no }) => no);
      for (const read of await this.#store.metricColumns(of.runId, of.stage, numbers)) {
        this.#decoded.set(key(read), read.columns);
        yield read satisfies StoredColumns;
      }
      next += batch.length;
    }
  }

  /** Chunks from `next` on that have to be fetched, as many as one statement takes. */
  #missing(
    chunks: readonly ColumnChunk[],
    next: number,
    key: (chunk: ColumnChunk) => string,
  ): ColumnChunk[] {
    const batch = [chunks[next]];
    let bytes = chunks[next].packedBytes;
    for (let c = next + 1; c < chunks.length; c++) {
      bytes += chunks[c].packedBytes;
      if (bytes > BATCH_BYTES || this.#decoded.get(key(chunks[c])) !== undefined) break;
      batch.push(chunks[c]);
    }
    return batch;
  }
}

function bytesOf(columns: Columns): number {
  return columns.reduce((sum, column) => sum + column.byteLength, 0);
}
