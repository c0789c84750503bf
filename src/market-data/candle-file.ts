import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { allocateCandles, barCount, CANDLE_COLUMNS, type Candles } from "../core/series/candles.ts";
import { columnBytes } from "./column-bytes.ts";
import { candleBytes } from "./memory-cache.ts";

/**
 * Candles in a file: raw columns, so that reading fills shared memory without a copy.
 *
 *     0  8 bytes   "SWPCNDL1"
 *     8  uint32    bars
 *    12  uint32    0
 *    16  32 bytes  SHA-256 over the key (UTF-8) and everything from byte 48
 *    48            time, open, high, low, close, volume as float64 little-endian
 */
const MAGIC = "SWPCNDL1";
const HEADER_BYTES = 48;
/**
 * Written beside the target and renamed, so a reader sees a whole file or none. Not synced: what a
 * power failure tears the checksum finds.
 */
export const UNFINISHED_SUFFIX = ".unfinished";

export function candleFileBytes(bars: number): number {
  return HEADER_BYTES + candleBytes(bars);
}

export async function writeCandleFile(path: string, key: string, candles: Candles): Promise<void> {
  const unfinished = `${path}.${randomUUID()}${UNFINISHED_SUFFIX}`;
  const file = await open(unfinished, "wx");
  try {
    await file.write(header(key, candles), 0, HEADER_BYTES, 0);
    let at = HEADER_BYTES;
    for (const column of CANDLE_COLUMNS) {
      const bytes = columnBytes(candles[column]);
      await writeAll(file, bytes, at);
      at += bytes.length;
    }
    await file.close();
    await rename(unfinished, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(unfinished, { force: true });
    throw error;
  }
}

/**
 * The candles in shared memory, or null when the file is damaged or of another key. Throws when
 * there is none.
 */
export async function readCandleFile(path: string, key: string): Promise<Candles | null> {
  const file = await open(path, "r");
  try {
    const head = Buffer.alloc(HEADER_BYTES);
    const { bytesRead } = await file.read(head, 0, HEADER_BYTES, 0);
    if (bytesRead < HEADER_BYTES || head.toString("latin1", 0, 8) !== MAGIC) return null;
    const bars = head.readUInt32LE(8);
    const { size } = await file.stat();
    if (size !== candleFileBytes(bars)) return null;
    const candles = allocateCandles(bars, true);
    let at = HEADER_BYTES;
    for (const column of CANDLE_COLUMNS) {
      const bytes = columnBytes(candles[column]);
      await readAll(file, bytes, at);
      at += bytes.length;
    }
    return checksum(key, candles).equals(head.subarray(16, HEADER_BYTES)) ? candles : null;
  } finally {
    await file.close();
  }
}

function header(key: string, candles: Candles): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  head.write(MAGIC, 0, "latin1");
  head.writeUInt32LE(barCount(candles), 8);
  checksum(key, candles).copy(head, 16);
  return head;
}

function checksum(key: string, candles: Candles): Buffer {
  const hash = createHash("sha256").update(key);
  for (const column of CANDLE_COLUMNS) hash.update(columnBytes(candles[column]));
  return hash.digest();
}

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

/** A file cut short while it is read leaves zeros behind, which the checksum then finds. */
async function readAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, at + done);
    if (bytesRead === 0) return;
    done += bytesRead;
  }
}
