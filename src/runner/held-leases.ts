import type { ChunkId } from "../store/store.ts";
import type { HeldWork } from "../store/worker-records.ts";

/** What this process works on at the moment: the leases that it keeps up. */
export class HeldLeases {
  readonly #chunks = new Set<ChunkId>();
  readonly #ends = new Map<string, number>();

  async holdingChunks<T>(chunks: readonly ChunkId[], work: () => Promise<T>): Promise<T> {
    for (const chunk of chunks) this.#chunks.add(chunk);
    try {
      return await work();
    } finally {
      for (const chunk of chunks) this.#chunks.delete(chunk);
    }
  }

  async holdingEnd<T>(runId: string, work: () => Promise<T>): Promise<T> {
    this.#ends.set(runId, (this.#ends.get(runId) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = this.#ends.get(runId)! - 1;
      if (left > 0) this.#ends.set(runId, left);
      else this.#ends.delete(runId);
    }
  }

  current(): HeldWork {
    return { chunks: [...this.#chunks], ends: [...this.#ends.keys()] };
  }
}
