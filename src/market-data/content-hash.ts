import { createHash, type Hash } from "node:crypto";
import { barCount, CANDLE_COLUMNS, type Candles } from "../core/series/candles.ts";
import type { Timeframe } from "../core/series/timeframe.ts";
import { columnBytes } from "./column-bytes.ts";

/** Separates this hash from every other use of SHA-256, and its layout from a later one. */
const DOMAIN = "sweepline dataset 1\n";

/** Bytes hashed before the event loop gets its turn. */
const TURN_BYTES = 1 << 20;

/** What a dataset is; its name is only a label. */
export interface DatasetContent {
  readonly instrument: string;
  readonly timeframe: Timeframe;
  readonly candles: Candles;
}

/**
 * SHA-256 in lower-case hex over these bytes, all integers little-endian:
 *
 * 1. the ASCII text "sweepline dataset 1" and a line feed;
 * 2. instrument, then timeframe: the byte length as uint32, then the UTF-8 bytes;
 * 3. the number of bars as uint32;
 * 4. the columns time, open, high, low, close, volume, each as float64.
 *
 * Sources deliver no NaN and no negative zero, so equal numbers have equal bytes.
 */
export function contentHash(content: DatasetContent): string {
  const hash = headHash(content);
  for (const column of CANDLE_COLUMNS) hash.update(columnBytes(content.candles[column]));
  return hash.digest("hex");
}

/** The same hash; the event loop gets its turn after every few milliseconds. */
export async function contentHashInTurns(content: DatasetContent): Promise<string> {
  const hash = headHash(content);
  for (const column of CANDLE_COLUMNS) {
    const bytes = columnBytes(content.candles[column]);
    for (let from = 0; from < bytes.length; from += TURN_BYTES) {
      hash.update(bytes.subarray(from, from + TURN_BYTES));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return hash.digest("hex");
}

function headHash({ instrument, timeframe, candles }: DatasetContent): Hash {
  const hash = createHash("sha256").update(DOMAIN);
  updateText(hash, instrument);
  updateText(hash, timeframe);
  return hash.update(uint32(barCount(candles)));
}

function updateText(hash: Hash, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  hash.update(uint32(bytes.length)).update(bytes);
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
