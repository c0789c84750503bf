import { endianness } from "node:os";

if (endianness() !== "LE") {
  throw new Error(
    "Hashes, blocks and files are of little-endian columns: this machine is big-endian.",
  );
}

/**
 * The bytes of a column as they are in memory: IEEE 754 float64, little-endian. A view, not a copy.
 */
export function columnBytes(column: Float64Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}
