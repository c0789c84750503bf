/**
 * Gives the memory of arrays back at once: megabytes of them would wait for a collector that only
 * sees their small holders. They are empty from then on, and so is whatever shares their memory.
 */
export function freeArrays(arrays: Iterable<Uint8Array | Float64Array>): void {
  for (const { buffer } of arrays) {
    if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
  }
}

/** Smaller ones may lie in memory that they share with others. */
const ALONE_BYTES = 64 * 1024;

/** Gives back the memory of a message that the driver has let go of, where it is worth it. */
export function freeWritten(message: Uint8Array): void {
  if (message.byteLength >= ALONE_BYTES) freeArrays([message]);
}
