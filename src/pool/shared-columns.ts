import type { ChunkResult } from "./task.ts";

/** What is kept at most: more than two chunks of a usual size have in their columns. */
const MOST_BYTES = 4 * 2 ** 20;
/** A column may be in memory for one so many times as long. */
const SPARE_FACTOR = 2;

/**
 * Shared memory of metric columns, for one chunk after the other. The collector does not count it,
 * and what threads have seen of it stays until theirs have come as well: new memory for each chunk
 * would wait for all of them.
 */
export class SharedColumns {
  readonly #free: SharedArrayBuffer[] = [];
  #freeBytes = 0;

  /** A column full of NaN. */
  take(length: number): Float64Array {
    const bytes = length * Float64Array.BYTES_PER_ELEMENT;
    const fits = ({ byteLength }: SharedArrayBuffer) =>
      bytes <= byteLength && byteLength <= SPARE_FACTOR * bytes;
    const place = this.#free.findIndex(fits);
    const [buffer = new SharedArrayBuffer(bytes)] = place < 0 ? [] : this.#free.splice(place, 1);
    if (place >= 0) this.#freeBytes -= buffer.byteLength;
    return new Float64Array(buffer, 0, length).fill(Number.NaN);
  }

  /**
   * The columns of a chunk are not read any longer. Where it was aborted, a thread that answered
   * from the middle of a slice has yet to end that: those are left to the collector.
   */
  giveBack({ status, columns }: Pick<ChunkResult, "status" | "columns">): void {
    if (status === "aborted") return;
    for (const { buffer } of columns) {
      if (!(buffer instanceof SharedArrayBuffer) || this.#free.includes(buffer)) continue;
      this.#free.push(buffer);
      this.#freeBytes += buffer.byteLength;
    }
    while (this.#freeBytes > MOST_BYTES) this.#freeBytes -= this.#free.shift()!.byteLength;
  }
}
