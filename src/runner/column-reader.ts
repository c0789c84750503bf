import { setImmediate as nextTurn } from "node:timers/promises";
import { ByteLru } from "../core/series/byte-lru.ts";
import type { StageName } from "../core/stages/sweep.ts";
import type { ColumnBlock, ColumnWork } from "../core/surfaces/column-block.ts";
import { complaint, UserError } from "../core/user-error.ts";
import { splitColumns, unpackFloats } from "../store/packing.ts";
import type { ColumnChunk, ColumnPart, Store } from "../store/store.ts";

/** A stage's columns as they are stored when a request begins, whatever comes later. */
export interface StageColumns {
  readonly runId: string;
  readonly stage: StageName;
  /** Positions a number of a chunk's range: the risk cells in Stage B. */
  readonly cells: number;
  readonly chunks: readonly ColumnChunk[];
  /** Columns that every chunk has. */
  readonly count: number;
}

/** One column of one chunk. */
interface Wanted {
  readonly key: string;
  readonly chunk: ColumnChunk;
  readonly column: number;
}

/** Unpacked bytes that are read ahead, unless a single chunk has more. */
const BATCH_BYTES = 16 * 2 ** 20;
/** Packed bytes of one statement: the embedded database holds the event loop while it answers. */
const STATEMENT_BYTES = 2 ** 19;
/** Stretches of columns that one statement asks for. */
const STATEMENT_PARTS = 1_000;
/** Positions between two turns of the event loop, so that a long column holds nobody up. */
const TURN_POSITIONS = 1 << 15;

/**
 * Reads metric columns block by block in index order, and of each chunk only the columns that are
 * wanted. Decoded ones are kept for the next request, within a bound, and those on their way are
 * shared: a stored chunk never changes.
 */
export class ColumnReader {
  readonly #store: Store;
  readonly #decoded: ByteLru<string, Float64Array>;
  readonly #coming = new Map<string, Promise<Float64Array>>();

  constructor(store: Store, maxBytes: number) {
    this.#store = store;
    this.#decoded = new ByteLru(maxBytes, ({ byteLength }) => byteLength);
  }

  /** Drives a computation over some of the columns: as many passes as it asks for. */
  async compute<T>(of: StageColumns, columns: readonly number[], work: ColumnWork<T>): Promise<T> {
    for (let step = work.next(); ; step = work.next()) {
      if (step.done === true) return step.value;
      for await (const block of this.blocks(of, columns)) step.value(block);
    }
  }

  /** All blocks in order, with a turn of the event loop after each. */
  async *blocks(of: StageColumns, columns: readonly number[]): AsyncGenerator<ColumnBlock> {
    for await (const { from, values } of this.#chunks(of, columns)) {
      const length = values[0]?.length ?? 0;
      for (let at = 0; at < length; at += TURN_POSITIONS) {
        const part = values.map((column) => column.subarray(at, at + TURN_POSITIONS));
        yield { from: from * of.cells + at, columns: part };
        await nextTurn();
      }
    }
  }

  async *#chunks(
    of: StageColumns,
    columns: readonly number[],
  ): AsyncGenerator<{ from: number; values: Float64Array[] }> {
    for (let next = 0; next < of.chunks.length; ) {
      const batch = batchFrom(of, next, columns.length);
      next += batch.length;
      const values = await this.#read(of, wantedOf(of, batch, columns));
      for (const { from } of batch) yield { from, values: values.splice(0, columns.length) };
    }
  }

  /** Columns in the order wanted: kept, on their way, or fetched now. */
  #read(of: StageColumns, wanted: readonly Wanted[]): Promise<Float64Array[]> {
    const missing = wanted.filter(
      ({ key }) => this.#decoded.get(key) === undefined && !this.#coming.has(key),
    );
    const packed = this.#fetch(of, missing.map(partOf));
    missing.forEach((one, i) => {
      const unpacked = packed[i].then(async (bytes) => {
        const column = await unpackedColumn(of, one, bytes);
        this.#decoded.set(one.key, column);
        return column;
      });
      this.#coming.set(
        one.key,
        unpacked.finally(() => this.#coming.delete(one.key)),
      );
    });
    return Promise.all(
      wanted.map(({ key }) => this.#decoded.get(key) ?? (this.#coming.get(key) as never)),
    );
  }

  /** Packed columns, each as soon as its last statement is answered. */
  #fetch(of: StageColumns, streams: readonly ColumnPart[]): Promise<Uint8Array>[] {
    const waiting = streams.map(() => Promise.withResolvers<Uint8Array>());
    const deliver = async () => {
      const pieces = streams.map((): Uint8Array[] => []);
      for (const parts of statementsOf(streams)) {
        const found = await this.#store.columnParts(of.runId, of.stage, parts);
        if (found.length < parts.length) throw columnsGone();
        for (const [i, { stream, isLast }] of parts.entries()) {
          pieces[stream].push(found[i]);
          if (isLast) waiting[stream].resolve(Buffer.concat(pieces[stream]));
        }
      }
    };
    deliver().catch((error) => {
      for (const { reject } of waiting) reject(error);
    });
    return waiting.map(({ promise }) => promise);
  }
}

/** Chunks from `next` on that are read at once. */
function batchFrom({ chunks, cells }: StageColumns, next: number, columns: number): ColumnChunk[] {
  const bytesOf = ({ from, to }: ColumnChunk) => (to - from) * cells * columns * 8;
  let end = next + 1;
  for (let bytes = bytesOf(chunks[next]); end < chunks.length; end++) {
    bytes += bytesOf(chunks[end]);
    if (bytes > BATCH_BYTES) break;
  }
  return chunks.slice(next, end);
}

function wantedOf(
  { runId, stage }: StageColumns,
  chunks: readonly ColumnChunk[],
  columns: readonly number[],
): Wanted[] {
  return chunks.flatMap((chunk) =>
    columns.map((column) => ({ key: `${runId} ${stage} ${chunk.no} ${column}`, chunk, column })),
  );
}

/** Where a column stands in what is stored of its chunk: all of it where they are one stream. */
function partOf({ chunk, column }: Wanted): ColumnPart {
  const { no, packedBytes, places } = chunk;
  return { no, ...(places?.[column] ?? { at: 0, bytes: packedBytes }) };
}

async function unpackedColumn(
  { count }: StageColumns,
  { chunk, column }: Wanted,
  packed: Uint8Array,
): Promise<Float64Array> {
  const floats = await unpackFloats(packed);
  return chunk.places === null ? splitColumns(floats, count)[column].slice() : floats;
}

interface StatementPart extends ColumnPart {
  /** Which of the streams this is a part of. */
  readonly stream: number;
  readonly isLast: boolean;
}

/** Streams cut into parts, and these put together to statements. */
function* statementsOf(streams: readonly ColumnPart[]): Generator<StatementPart[]> {
  let statement: StatementPart[] = [];
  let room = STATEMENT_BYTES;
  for (const [stream, { no, at, bytes }] of streams.entries()) {
    for (let taken = 0; taken < bytes; ) {
      const part = Math.min(room, bytes - taken);
      const isLast = taken + part === bytes;
      statement.push({ stream, isLast, no, at: at + taken, bytes: part });
      taken += part;
      room -= part;
      if (room > 0 && statement.length < STATEMENT_PARTS) continue;
      yield statement;
      [statement, room] = [[], STATEMENT_BYTES];
    }
  }
  if (statement.length > 0) yield statement;
}

function columnsGone(): UserError {
  return new UserError("CONFLICT", complaint("", "the metric columns were removed meanwhile"));
}
