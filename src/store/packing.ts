import { promisify } from "node:util";
import {
  constants,
  inflate,
  type ZstdOptions,
  zstdCompress,
  zstdDecompress,
  zstdDecompressSync,
} from "node:zlib";
import { storedBytes, storedFrame } from "./stored-frame.ts";

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

/** Float64 columns one after the other, little-endian, compressed off the main thread if long. */
export async function packFloats(columns: readonly Float64Array[]): Promise<Buffer> {
  assertLittleEndian();
  const bytes = columns.map((c) => new Uint8Array(c.buffer, c.byteOffset, c.byteLength));
  // zlib refuses shared memory, and concat copies out of it.
  const all = Buffer.concat(bytes);
  return all.byteLength <= AT_ONCE_BYTES ? storedFrame(all) : compressAsync(all, OPTIONS);
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
  const packed = await Promise.all(columns.map((column) => packFloats([column])));
  const head = Uint32Array.of(HEAD_MAGIC, packed.length, ...packed.map((p) => p.byteLength));
  return Buffer.concat([new Uint8Array(head.buffer), ...packed]);
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
