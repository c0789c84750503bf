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

/** Unpacked bytes that are asked for together, unless a single chunk has more. */
const BATCH_BYTES = 8 * 2 ** 20;
/**
 * Packed bytes of one statement. Each costs more than its bytes, and others wait for the embedded
 * database's only connection meanwhile.
 */
const STATEMENT_BYTES = 2 ** 21;
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
  readonly #store: Pick<Store, "columnParts">;
  readonly #decoded: ByteLru<string, Float64Array>;
  readonly #coming = new Map<string, Promise<Float64Array>>();

  constructor(store: Pick<Store, "columnParts">, maxBytes: number) {
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

  /** Chunks in order, each as soon as it is there; the next ones are on their way meanwhile. */
  async *#chunks(
    of: StageColumns,
    columns: readonly number[],
  ): AsyncGenerator<{ from: number; values: Float64Array[] }> {
    const batches = batchesOf(of, columns.length);
    let ahead = batches.length === 0 ? [] : this.#read(of, wantedOf(of, batches[0], columns));
    for (const [b, batch] of batches.entries()) {
      const coming = ahead;
      ahead = b + 1 < batches.length ? this.#read(of, wantedOf(of, batches[b + 1], columns)) : [];
      for (const { from } of batch) {
        yield { from, values: await Promise.all(coming.splice(0, columns.length)) };
      }
    }
  }

  /** Columns in the order wanted: kept, on their way, or fetched now. */
  #read(of: StageColumns, wanted: readonly Wanted[]): (Float64Array | Promise<Float64Array>)[] {
    const known = wanted.map(({ key }) => this.#decoded.get(key) ?? this.#coming.get(key));
    const missing = wanted.filter((_, w) => known[w] === undefined);
    const packed = this.#fetch(of, missing.map(partOf));
    const fetched = missing.map((one, i) => {
      const unpacked = packed[i].then(async (bytes) => {
        const column = await unpackedColumn(of, one, bytes);
        this.#decoded.set(one.key, column);
        return column;
      });
      const coming = unpacked.finally(() => this.#coming.delete(one.key));
      // Whoever asked may have given up before it is his turn to hear of a fault.
      coming.catch(() => {});
      this.#coming.set(one.key, coming);
      return coming;
    });
    return known.map((column) => column ?? fetched.shift()!);
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
          if (isLast) waiting[stream].resolve(joined(pieces[stream]));
        }
      }
    };
    deliver().catch((error) => {
      for (const { reject } of waiting) reject(error);
    });
    return waiting.map(({ promise }) => promise);
  }
}

/** Chunks in order, as many at a time as are asked for together. */
function batchesOf({ chunks, cells }: StageColumns, columns: number): ColumnChunk[][] {
  const batches: ColumnChunk[][] = [];
  let room = 0;
  for (const chunk of chunks) {
    const bytes = (chunk.to - chunk.from) * cells * columns * Float64Array.BYTES_PER_ELEMENT;
    room -= bytes;
    if (room < 0 || batches.length === 0) {
      batches.push([]);
      room = BATCH_BYTES - bytes;
    }
    batches.at(-1)!.push(chunk);
  }
  return batches;
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
  { count, cells }: StageColumns,
  { chunk, column }: Wanted,
  packed: Uint8Array,
): Promise<Float64Array> {
  const length = (chunk.to - chunk.from) * cells;
  if (chunk.places !== null) return unpackFloats(packed, length);
  return splitColumns(await unpackFloats(packed, count * length), count)[column].slice();
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
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
