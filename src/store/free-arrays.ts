/**
 * Gives the memory of arrays back at once: megabytes of them would wait for a collector that only
 * sees their small holders. They are empty from then on, and so is whatever shares their memory.
 */
export function freeArrays(arrays: Iterable<Uint8Array | Float64Array>): void {
  for (const { buffer } of arrays) {
    if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
  }
}
