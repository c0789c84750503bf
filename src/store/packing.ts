import { promisify } from "node:util";
import {
  constants,
  inflate,
  type ZstdOptions,
  zstdCompress,
  zstdCompressSync,
  zstdDecompress,
  zstdDecompressSync,
} from "node:zlib";
import { freeArrays } from "./free-arrays.ts";
import { storedBytes, storedFrameBytes, writeStoredFrame } from "./stored-frame.ts";

const compressAsync = promisify(zstdCompress);
const decompressAsync = promisify(zstdDecompress);
const inflateAsync = promisify(inflate);

/**
 * Packed numbers hardly compress; the fastest level takes what there is (repeats, NaN runs,
 * indices).
 */
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
/** Where a stream of Zstandard begins; one of deflate, which older versions wrote, begins lower. */
const ZSTD_MAGIC = 0xfd2fb528;

/** No more than these are stored as they are: a compressor of their own costs more than they do. */
const AT_ONCE_BYTES = 8 * 1024;
/** What a sample has to shrink to, for all of it to be compressed. */
const WORTH_SHARE = 0.8;
/** A sample is taken from so many places. */
const SAMPLE_PLACES = 4;

/** Bytes that are there when they are written, in a place of that length. */
interface Packed {
  readonly byteLength: number;
  write(target: Buffer, at: number): void;
}

/** Float64 columns one after the other, little-endian, compressed where that is worth it. */
export async function packFloats(columns: readonly Float64Array[]): Promise<Buffer> {
  const [only, ...others] = columns.map(bytesOf);
  const all = only === undefined || others.length > 0 ? Buffer.concat(columns.map(bytesOf)) : only;
  return together([await pack(all)]);
}

/** Compressed, or as they are, to be written before the numbers change. */
async function pack(bytes: Uint8Array): Promise<Packed> {
  if (!isWorthCompressing(bytes)) {
    return {
      byteLength: storedFrameBytes(bytes.byteLength),
      write: (target, at) => writeStoredFrame(target, at, bytes),
    };
  }
  // zlib refuses shared memory.
  const copy = new Uint8Array(bytes);
  const packed = await compressAsync(copy, OPTIONS);
  freeArrays([copy]);
  return {
    byteLength: packed.byteLength,
    write: (target, at) => target.set(packed, at),
  };
}

/** By a sample: a compressor of all takes longer than the rest of the way into the database. */
function isWorthCompressing(bytes: Uint8Array): boolean {
  if (bytes.byteLength <= AT_ONCE_BYTES) return false;
  const part = AT_ONCE_BYTES / SAMPLE_PLACES;
  const apart = (bytes.byteLength - part) / (SAMPLE_PLACES - 1);
  const sample = Buffer.allocUnsafe(AT_ONCE_BYTES);
  for (let i = 0; i < SAMPLE_PLACES; i++) {
    const from = Math.floor(i * apart);
    sample.set(bytes.subarray(from, from + part), i * part);
  }
  return zstdCompressSync(sample, OPTIONS).byteLength <= WORTH_SHARE * sample.byteLength;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  assertLittleEndian();
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** One behind the other, in memory of their own. */
function together(parts: readonly Packed[]): Buffer {
  const all = Buffer.allocUnsafeSlow(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    part.write(all, at);
    at += part.byteLength;
  }
  return all;
}

/** Bytes of a chunk in what is stored of many: its rows, and its columns behind them. */
export interface PackedSizes {
  readonly rows: number;
  readonly columns: number;
}

/** Rows and columns of chunks, all one behind the other. */
export async function packChunks(
  chunks: readonly { readonly rows: Float64Array; readonly columns: readonly Float64Array[] }[],
): Promise<{ readonly bytes: Buffer; readonly sizes: readonly PackedSizes[] }> {
  const packed = await Promise.all(
    chunks.map(async ({ rows, columns }) => ({
      rows: await pack(bytesOf(rows)),
      columns: await packedApart(columns),
    })),
  );
  const sizes = packed.map(({ rows, columns }) => ({
    rows: rows.byteLength,
    columns: columns.reduce((sum, part) => sum + part.byteLength, 0),
  }));
  return { bytes: together(packed.flatMap(({ rows, columns }) => [rows, ...columns])), sizes };
}

/** Begins columns that are packed apart: a stream of an older version begins otherwise. */
const HEAD_MAGIC = 0x314c4f43;
/** Magic, number of columns, bytes of each; ten columns at most. */
export const COLUMN_HEAD_BYTES = 4 * (2 + 10);

/** Where a column stands in what is stored of its chunk. */
export interface ColumnPlace {
  readonly at: number;
  readonly bytes: number;
}

/** Columns packed apart, one after the other behind a head, so that any of them is read alone. */
export async function packColumns(columns: readonly Float64Array[]): Promise<Buffer> {
  return together(await packedApart(columns));
}

async function packedApart(columns: readonly Float64Array[]): Promise<Packed[]> {
  const packed = await Promise.all(columns.map((column) => pack(bytesOf(column))));
  const words = Uint32Array.of(HEAD_MAGIC, packed.length, ...packed.map((p) => p.byteLength));
  const head = new Uint8Array(words.buffer);
  const write = (target: Buffer, at: number) => target.set(head, at);
  return [{ byteLength: head.byteLength, write }, ...packed];
}

/** Places of the columns of a chunk, by its first bytes; null where they are all one stream. */
export function columnPlaces(head: Uint8Array): ColumnPlace[] | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (view.getUint32(0, true) !== HEAD_MAGIC) return null;
  const count = view.getUint32(4, true);
  let at = 4 * (2 + count);
  return Array.from({ length: count }, (_, c) => {
    const bytes = view.getUint32(4 * (2 + c), true);
    const place = { at, bytes };
    at += bytes;
    return place;
  });
}

/** All columns of a chunk; older versions put all `count` of them into one stream. */
export async function unpackColumns(packed: Uint8Array, count: number): Promise<Float64Array[]> {
  const places = columnPlaces(packed);
  if (places === null) return splitColumns(await unpackFloats(packed), count);
  return Promise.all(places.map(({ at, bytes }) => unpackFloats(packed.subarray(at, at + bytes))));
}

/**
 * The inverse of `packFloats` for one column. Where it is known how many numbers there are, they
 * are not copied.
 */
export async function unpackFloats(packed: Uint8Array, count?: number): Promise<Float64Array> {
  assertLittleEndian();
  const magic = new DataView(packed.buffer, packed.byteOffset).getUint32(0, true);
  const options = { chunkSize: pieceBytes(packed, count) };
  const unpack = magic === ZSTD_MAGIC ? decompressed : inflateAsync;
  const bytes = await unpack(packed, options);
  const numbers = bytes.byteLength / Float64Array.BYTES_PER_ELEMENT;
  if (isAlone(bytes)) return new Float64Array(bytes.buffer as ArrayBuffer, 0, numbers);
  const floats = new Float64Array(numbers);
  new Uint8Array(floats.buffer).set(bytes);
  return floats;
}

async function decompressed(packed: Uint8Array, options: ZstdOptions): Promise<Uint8Array> {
  const stored = storedBytes(packed);
  if (stored !== null) return stored;
  return packed.byteLength <= AT_ONCE_BYTES
    ? zstdDecompressSync(packed, options)
    : decompressAsync(packed, options);
}

/** A decompressor begins another piece when one is full: the only one must not look full. */
const SPARE_BYTES = 8;
const LEAST_PIECE = 64;
/** Pieces of numbers whose count is not known. */
const [COMMON_PIECE, LARGEST_PIECE] = [2 ** 14, 2 ** 22];

/**
 * Bytes that the decompressor writes in one go, in its own thread. Each piece is a way to the main
 * thread and back: in Node's pieces of 16 KiB, eight megabytes cost three times as much.
 */
function pieceBytes(packed: Uint8Array, count: number | undefined): number {
  if (count === undefined) {
    return Math.min(LARGEST_PIECE, Math.max(COMMON_PIECE, 2 * packed.byteLength));
  }
  return Math.max(LEAST_PIECE, count * Float64Array.BYTES_PER_ELEMENT + SPARE_BYTES);
}

/** Whether nothing worth mentioning would be kept in memory along with these bytes. */
function isAlone({ buffer, byteOffset, byteLength }: Uint8Array): boolean {
  return byteOffset === 0 && buffer.byteLength <= byteLength + SPARE_BYTES;
}

/** Columns of equal length out of one block. */
export function splitColumns(floats: Float64Array, count: number): Float64Array[] {
  const length = floats.length / count;
  if (!Number.isInteger(length) || length === 0) {
    throw new Error(`${floats.length} numbers do not make ${count} columns`);
  }
  return Array.from({ length: count }, (_, c) => floats.subarray(c * length, (c + 1) * length));
}

function assertLittleEndian(): void {
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) {
    throw new Error("packed numbers are little-endian, this machine is not");
  }
}
