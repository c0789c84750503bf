import { promisify } from "node:util";
import { constants, deflate, inflate } from "node:zlib";

const deflateAsync = promisify(deflate);
const inflateAsync = promisify(inflate);

/**
 * Packed numbers hardly compress; the fastest level takes what there is (repeats, NaN runs,
 * indices).
 */
const LEVEL = constants.Z_BEST_SPEED;

/** Float64 columns one after the other, little-endian, deflated off the main thread. */
export async function packFloats(columns: readonly Float64Array[]): Promise<Buffer> {
  assertLittleEndian();
  const bytes = columns.map((c) => new Uint8Array(c.buffer, c.byteOffset, c.byteLength));
  // zlib refuses shared memory, and concat copies out of it.
  return deflateAsync(Buffer.concat(bytes), { level: LEVEL });
}

/** The inverse of `packFloats` for one column. */
export async function unpackFloats(packed: Uint8Array): Promise<Float64Array> {
  assertLittleEndian();
  const bytes = await inflateAsync(packed);
  const floats = new Float64Array(bytes.byteLength / Float64Array.BYTES_PER_ELEMENT);
  new Uint8Array(floats.buffer).set(bytes);
  return floats;
}

/** Columns of equal length out of one block. */
export function splitColumns(floats: Float64Array, length: number): Float64Array[] {
  if (length === 0 || floats.length % length !== 0) {
    throw new Error(`${floats.length} numbers do not make columns of ${length}`);
  }
  const columns: Float64Array[] = [];
  for (let i = 0; i < floats.length; i += length) columns.push(floats.subarray(i, i + length));
  return columns;
}

function assertLittleEndian(): void {
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) {
    throw new Error("packed numbers are little-endian, this machine is not");
  }
}
