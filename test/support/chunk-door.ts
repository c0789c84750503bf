import { once } from "node:events";
import type { ChunkTask, ComputePool } from "../../src/pool/task.ts";
import { scoringBy } from "./service-under-test.ts";

/**
 * A door before the pool that a test may shut: chunks wait at it until it is opened or their run is
 * stopped, so that a run cannot be over before the test has done what is to happen within it,
 * however fast its threads are and however slow the test.
 */
export class ChunkDoor {
  /** Chunks that still go through; null while the door is open. */
  #passes: number | null = null;
  #isHeld: (task: ChunkTask) => boolean = () => true;
  #opened = Promise.withResolvers<void>();

  /** Lets so many chunks, or stretches of them, through; of all, or of those that are meant. */
  shut(passes: number, isHeld: (task: ChunkTask) => boolean = () => true): void {
    this.#passes = passes;
    this.#isHeld = isHeld;
  }

  /** Lets what waits through, and so many more. */
  letThrough(passes: number): void {
    const isHeld = this.#isHeld;
    this.open();
    this.shut(passes, isHeld);
  }

  open(): void {
    this.#passes = null;
    this.#opened.resolve();
    this.#opened = Promise.withResolvers();
  }

  /** The pool behind the door. */
  before(pool: ComputePool): ComputePool {
    return scoringBy(pool, async (task, options) => {
      await this.#pass(task, options?.signal);
      return pool.runChunk(task, options);
    });
  }

  async #pass(task: ChunkTask, signal: AbortSignal | undefined): Promise<void> {
    if (this.#passes === null || !this.#isHeld(task) || this.#passes-- > 0) return;
    this.#passes = 0;
    if (signal?.aborted === true) return;
    const left = new AbortController();
    const stopped = signal === undefined ? [] : [once(signal, "abort", { signal: left.signal })];
    await Promise.race([this.#opened.promise, ...stopped]).finally(() => left.abort());
  }
}
