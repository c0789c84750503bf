import { getPriority, setPriority } from "node:os";

const LEAST_URGENT = 19;

/** How far the threads stand behind the rest of the process, in memory that all of them share. */
export function createNiceness(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}

/** From 0, where threads are as urgent as the process, to 19. */
export function setNiceness(words: Int32Array, nice: number): void {
  Atomics.store(words, 0, nice);
}

/**
 * The urgency of one thread, which only that thread can change: to Linux a thread is a process of
 * its own. It takes a privilege to become more urgent again; without it the thread stays as it is.
 */
export class Niceness {
  readonly #words: Int32Array;
  readonly #atFirst = getPriority();
  #followed = 0;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  follow(): void {
    const wanted = Atomics.load(this.#words, 0);
    if (wanted === this.#followed) return;
    this.#followed = wanted;
    // Elsewhere this would be about the whole process.
    if (process.platform !== "linux") return;
    try {
      setPriority(Math.min(LEAST_URGENT, this.#atFirst + wanted));
    } catch {
      // Not allowed here: scores are the same, and the governor has threads to take away.
    }
  }
}
