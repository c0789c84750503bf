import { getHeapStatistics } from "node:v8";
import { KernelMemory } from "../kernels/kernel-memory.ts";

/** The thread of an order had more than it may; another attempt takes another thread. */
export class ThreadOutOfMemory extends Error {
  override readonly name = "ThreadOutOfMemory";
  readonly code = OUT_OF_MEMORY;

  constructor(limitBytes: number) {
    const megabytes = Math.round(limitBytes / 2 ** 20);
    super(`a thread needs more memory than the ${megabytes} MiB that workerMemoryBytes gives it`);
  }
}

export const OUT_OF_MEMORY = "WORKER_OUT_OF_MEMORY";

/** Bytes that a thread holds, in memory that it shares with its pool (Float64Array). */
export const HELD = { heap: 0, arrays: 1, words: 2 } as const;

/** Looking costs microseconds; slices are shorter. */
const LOOK_MS = 50;

/**
 * What a thread holds: its heap, which the engine bounds by itself, and beside it arrays and the
 * memory of kernels, which only counting can bound.
 */
export class ThreadMemory {
  readonly #held: Float64Array;
  readonly #limitBytes: number;
  #lookedMs = 0;

  constructor(held: Float64Array, limitBytes: number) {
    this.#held = held;
    this.#limitBytes = limitBytes;
    KernelMemory.bound(limitBytes);
  }

  /** Between slices. Throws ThreadOutOfMemory. */
  look(): void {
    const nowMs = performance.now();
    if (nowMs - this.#lookedMs < LOOK_MS) return;
    this.#lookedMs = nowMs;
    const { total_heap_size: heap, external_memory: external } = getHeapStatistics();
    const arrays = external + KernelMemory.totalBytes;
    this.#held[HELD.heap] = heap;
    this.#held[HELD.arrays] = arrays;
    if (heap + arrays > this.#limitBytes) throw new ThreadOutOfMemory(this.#limitBytes);
  }
}
