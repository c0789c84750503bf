/** How long one wait lasts before the lock is looked at again, and when a thread gives up. */
const WAIT_MS = 5;
const PATIENCE_MS = 200;
const FREE = 0;

/**
 * A lock in shared memory. Who holds it is written in it, so that a lock whose thread has died can
 * be told from one that is in use. Nobody waits for ever: what it guards can be done without.
 */
export class SharedLock {
  readonly #word: Int32Array;
  readonly #owner: number;

  /** `owner` is unique among the threads and at least 1. */
  constructor(word: Int32Array, owner: number) {
    this.#word = word;
    this.#owner = owner;
  }

  /** False where another thread did not let go in time. */
  take(): boolean {
    for (let waited = 0; ; waited += WAIT_MS) {
      const holder = Atomics.compareExchange(this.#word, 0, FREE, this.#owner);
      if (holder === FREE) return true;
      if (waited >= PATIENCE_MS) return false;
      Atomics.wait(this.#word, 0, holder, WAIT_MS);
    }
  }

  release(): void {
    Atomics.store(this.#word, 0, FREE);
    Atomics.notify(this.#word, 0, 1);
  }

  /** Whether it is held by a thread that is gone. */
  isHeldBy(owner: number): boolean {
    return Atomics.load(this.#word, 0) === owner;
  }

  /** Takes over what a thread that is gone has held. */
  inherit(owner: number): void {
    Atomics.compareExchange(this.#word, 0, owner, this.#owner);
  }
}
