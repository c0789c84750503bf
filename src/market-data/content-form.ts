import { createWriteStream } from "node:fs";
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { complaint, UserError } from "../core/user-error.ts";
import type { SourcedCandles } from "./candle-source.ts";
import { csvSource } from "./csv.ts";
import { byteStream } from "./csv-text.ts";
import type { RowOptions } from "./finish-rows.ts";
import { parquetSource, type RandomAccessFile } from "./parquet.ts";

/**
 * Candles in a file whose form is told by its first bytes: CSV or Parquet, either of them gzipped.
 */
export interface CandleContent extends RowOptions {
  readonly input: Uint8Array | AsyncIterable<Uint8Array>;
  /** Bytes after unpacking at which the content is refused: a small gzip can hold terabytes. */
  readonly maxBytes: number;
}

const GZIP = [0x1f, 0x8b];
const PARQUET = Array.from("PAR1", (letter) => letter.charCodeAt(0));

export interface ReadContent extends SourcedCandles {
  readonly source: "csv" | "parquet";
}

/** Streams CSV; Parquet is read from its end, so it passes through a temporary file. */
export async function readContent(content: CandleContent): Promise<ReadContent> {
  const { input, maxBytes, ...options } = content;
  const given = await peeked(byteStream(input));
  const plain = startsWith(given.head, GZIP) ? await peeked(gunzipped(given.stream)) : given;
  const bounded = atMost(plain.stream, maxBytes);
  if (startsWith(plain.head, PARQUET)) {
    const read = (file: RandomAccessFile) => parquetSource.read({ ...options, file });
    return { source: "parquet", ...(await withTemporaryFile(bounded, read)) };
  }
  return { source: "csv", ...(await csvSource.read({ ...options, input: bounded })) };
}

interface Peeked {
  readonly head: Uint8Array;
  /** The whole, its head included. */
  readonly stream: AsyncGenerator<Uint8Array>;
}

async function peeked(stream: AsyncGenerator<Uint8Array>): Promise<Peeked> {
  let head = new Uint8Array(0);
  while (head.length < PARQUET.length) {
    const { value, done } = await stream.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  return { head, stream: prepended(head, stream) };
}

async function* prepended(
  head: Uint8Array,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield head;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

async function* gunzipped(stream: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unpacked = createGunzip();
  // What fails is told by the pieces; this only has to be waited for.
  const fed = pipeline(Readable.from(stream), unpacked).catch(() => {});
  try {
    for await (const piece of unpacked) yield piece as Uint8Array;
  } catch (error) {
    if (error instanceof Error && "code" in error && /^Z_/.test(String(error.code))) {
      const message = `this gzip file is damaged: ${error.message}`;
      throw new UserError("VALIDATION", complaint("input", message));
    }
    throw error;
  } finally {
    unpacked.destroy();
    await fed;
  }
}

async function* atMost(
  stream: AsyncGenerator<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield piece;
  }
}

/** The refusal of content beyond the operator's bound. */
export function tooLarge(maxBytes: number): UserError {
  const bound = `at most ${maxBytes} bytes`;
  return new UserError("VALIDATION", complaint("input", "too large", undefined, bound), {
    maxBytes,
  });
}

async function withTemporaryFile<T>(
  content: AsyncIterable<Uint8Array>,
  read: (file: RandomAccessFile) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "sweepline-import-"));
  try {
    const path = join(folder, "content");
    await pipeline(Readable.from(content), createWriteStream(path));
    const handle = await open(path);
    try {
      const { size } = await handle.stat();
      const slice = (start: number, end = size): Promise<ArrayBuffer> => {
        const bytes = readRange(handle, start, end);
        // The decoder asks for ranges ahead; one it never comes to must not end the process.
        bytes.catch(() => {});
        return bytes;
      };
      return await read({ byteLength: size, slice });
    } finally {
      await handle.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readRange(handle: FileHandle, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(end - start);
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
  if (bytesRead < bytes.length) throw new Error(`the file ends before byte ${end}`);
  return bytes.buffer;
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, at) => bytes[at] === byte);
}
