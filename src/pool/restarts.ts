import { type Backoff, backoffMs } from "../core/backoff.ts";

/** Threads that die before they are ready, in a row, until the next one is waited with. */
const MOST_AT_ONCE = 2;
const WAITS: Backoff = { baseMs: 1_000, maxMs: 60_000 };

export interface RestartOptions {
  readonly waits?: Backoff;
  /** A thread died before it was ready, and the next one is started so much later. */
  readonly onWait?: (reason: Error | null, waitMs: number) => void;
}

/**
 * When threads that died are started again: at once, but where they die before they are ready, one
 * after another, later and later. The cause may pass: memory is short, too many processes are open.
 */
export class Restarts {
  readonly #waits: Backoff;
  readonly #onWait: (reason: Error | null, waitMs: number) => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  #failed = 0;
  #failedInAll = 0;

  constructor({ waits = WAITS, onWait = () => {} }: RestartOptions) {
    this.#waits = waits;
    this.#onWait = onWait;
  }

  /** Threads that died before they were ready, so far. */
  get failed(): number {
    return this.#failedInAll;
  }

  /** A thread has become ready: what kept others from it is over. */
  ready(): void {
    this.#failed = 0;
  }

  /** Milliseconds to wait after a thread that has died, 0 for none. */
  waitAfter(wasReady: boolean, reason: Error | null): number {
    if (!wasReady) {
      this.#failed++;
      this.#failedInAll++;
    }
    if (this.#failed <= MOST_AT_ONCE) return 0;
    const waitMs = backoffMs(this.#waits, this.#failed - MOST_AT_ONCE, Math.random());
    this.#onWait(reason, waitMs);
    return waitMs;
  }

  later(waitMs: number, start: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      start();
    }, waitMs);
    this.#timers.add(timer);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
