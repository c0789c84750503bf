import { promisify } from "node:util";
import { deflate, inflate } from "node:zlib";
import { columnBytes } from "./column-bytes.ts";

/**
 * One block of one column as bytes:
 *
 *     0  uint8    format, 1
 *     1  uint8    encoding: 0 raw, 1 ticks
 *     2  uint8    decimals of a tick (ticks only)
 *     3  uint8    0
 *     4  uint32   bars
 *     8  float64  first value in ticks (ticks only)
 *     16          zlib stream, which ends in an Adler-32 of its content
 *
 * raw: the float64 column. ticks: every value is a whole number of 10^-decimals; the differences
 * between successive ticks as zigzag uint32, their four byte planes one after the other. Ticks are
 * chosen where they give back every bit. On prices they take 0.4 of the space of raw and a tenth of
 * the time to deflate.
 */
const FORMAT = 1;
const RAW = 0;
const TICKS = 1;
const HEADER_BYTES = 16;
/** By number of decimals; written out, for no engine must round a power correctly. */
const TICKS_PER_UNIT = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];
const MAX_STEP = 2 ** 31 - 1;

const deflateAsync = promisify(deflate);
const inflateAsync = promisify(inflate);

export async function packBlock(values: Float64Array): Promise<Uint8Array> {
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = FORMAT;
  header.writeUInt32LE(values.length, 4);
  const decimals = tickDecimals(values);
  if (decimals === null) {
    header[1] = RAW;
    return Buffer.concat([header, await deflateAsync(columnBytes(values))]);
  }
  const ticksPerUnit = TICKS_PER_UNIT[decimals];
  header[1] = TICKS;
  header[2] = decimals;
  if (values.length > 0) header.writeDoubleLE(Math.round(values[0] * ticksPerUnit), 8);
  return Buffer.concat([header, await deflateAsync(tickPlanes(values, ticksPerUnit))]);
}

/** Fills `out` with the block's values, to the bit. Throws an Error for a damaged block. */
export async function unpackBlock(bytes: Uint8Array, out: Float64Array): Promise<void> {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isKnown = block.length >= HEADER_BYTES && block[0] === FORMAT && block[1] <= TICKS;
  if (!isKnown || block[2] >= TICKS_PER_UNIT.length) {
    throw new Error("a column block has no valid header");
  }
  const bars = block.readUInt32LE(4);
  if (bars !== out.length) throw new Error(`a column block has ${bars} bars, not ${out.length}`);
  const isRaw = block[1] === RAW;
  const bodyBytes = bars * (isRaw ? 8 : 4);
  const body = await inflateAsync(block.subarray(HEADER_BYTES), {
    maxOutputLength: Math.max(1, bodyBytes),
  });
  if (body.length !== bodyBytes) throw new Error("a column block has the wrong length");
  if (isRaw) columnBytes(out).set(body);
  else readTickPlanes(body, block.readDoubleLE(8), TICKS_PER_UNIT[block[2]], out);
}

/**
 * The fewest decimals that give back every bit, or null. A wrong number fails within a few values.
 */
function tickDecimals(values: Float64Array): number | null {
  const decimals = TICKS_PER_UNIT.findIndex((ticksPerUnit) => areTicks(values, ticksPerUnit));
  return decimals === -1 ? null : decimals;
}

function areTicks(values: Float64Array, ticksPerUnit: number): boolean {
  let previous = Math.round(values[0] * ticksPerUnit);
  for (let i = 0; i < values.length; i++) {
    // Adding 0 turns -0 into 0, which then differs from a value of -0: ticks have no sign of zero.
    const ticks = Math.round(values[i] * ticksPerUnit) + 0;
    const isExact = Number.isSafeInteger(ticks) && Object.is(ticks / ticksPerUnit, values[i]);
    if (!isExact || Math.abs(ticks - previous) > MAX_STEP) return false;
    previous = ticks;
  }
  return true;
}

function tickPlanes(values: Float64Array, ticksPerUnit: number): Uint8Array {
  const bars = values.length;
  const planes = new Uint8Array(bars * 4);
  let previous = Math.round(values[0] * ticksPerUnit);
  for (let i = 0; i < bars; i++) {
    const ticks = Math.round(values[i] * ticksPerUnit);
    const step = ticks - previous;
    const zigzag = (step << 1) ^ (step >> 31);
    planes[i] = zigzag;
    planes[bars + i] = zigzag >>> 8;
    planes[2 * bars + i] = zigzag >>> 16;
    planes[3 * bars + i] = zigzag >>> 24;
    previous = ticks;
  }
  return planes;
}

function readTickPlanes(
  planes: Uint8Array,
  firstTicks: number,
  ticksPerUnit: number,
  out: Float64Array,
): void {
  const bars = out.length;
  let ticks = firstTicks;
  for (let i = 0; i < bars; i++) {
    const low = planes[i] | (planes[bars + i] << 8);
    const zigzag = low | (planes[2 * bars + i] << 16) | (planes[3 * bars + i] << 24);
    ticks += (zigzag >>> 1) ^ -(zigzag & 1);
    out[i] = ticks / ticksPerUnit;
  }
}
