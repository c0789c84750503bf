import {
  allocateCandles,
  barCount,
  CANDLE_COLUMNS,
  type CandleColumn,
  type Candles,
} from "../core/series/candles.ts";
import { packBlock, unpackBlock } from "./block-codec.ts";

/** Bars of a block; the last block of a column holds the rest. */
export const BLOCK_BARS = 65_536;

/** A compressed piece of one column: bars `[no * BLOCK_BARS, (no + 1) * BLOCK_BARS)`. */
export interface ColumnBlock {
  readonly column: string;
  readonly no: number;
  readonly bytes: Uint8Array;
}

/** All blocks of all columns; the columns of one block number are compressed side by side. */
export async function packColumns(candles: Candles): Promise<ColumnBlock[]> {
  const blocks: ColumnBlock[] = [];
  for (let no = 0; no * BLOCK_BARS < barCount(candles); no++) {
    const packed = CANDLE_COLUMNS.map(async (column) => {
      const bytes = await packBlock(blockOf(candles[column], no));
      return { column, no, bytes };
    });
    blocks.push(...(await Promise.all(packed)));
  }
  return blocks;
}

function blockOf(values: Float64Array, no: number): Float64Array {
  return values.subarray(no * BLOCK_BARS, (no + 1) * BLOCK_BARS);
}

/**
 * The columns again, to the bit, whatever the order of the blocks. Throws an Error for missing or
 * damaged ones.
 */
export async function unpackColumns(
  blocks: readonly ColumnBlock[],
  bars: number,
  shared = false,
): Promise<Candles> {
  const perColumn = Math.ceil(bars / BLOCK_BARS);
  const found = new Map(blocks.map((block) => [`${block.column} ${block.no}`, block]));
  if (found.size !== blocks.length || blocks.length !== perColumn * CANDLE_COLUMNS.length) {
    const wanted = perColumn * CANDLE_COLUMNS.length;
    throw new Error(`${found.size} distinct column blocks of ${blocks.length}, not ${wanted}`);
  }
  const candles = allocateCandles(bars, shared);
  for (let no = 0; no < perColumn; no++) {
    const columns = CANDLE_COLUMNS.map((column) => unpackInto(found, column, no, candles[column]));
    await Promise.all(columns);
  }
  return candles;
}

async function unpackInto(
  found: ReadonlyMap<string, ColumnBlock>,
  column: CandleColumn,
  no: number,
  out: Float64Array,
): Promise<void> {
  const block = found.get(`${column} ${no}`);
  if (block === undefined) throw new Error(`block ${no} of column ${column} is missing`);
  await unpackBlock(block.bytes, blockOf(out, no));
}
