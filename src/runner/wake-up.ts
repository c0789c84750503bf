import type { Clock } from "./clock.ts";

/**
 * Lets several loops sleep until there may be work; nobody who listened before a wake-up misses it.
 */
export class WakeUp {
  readonly #clock: Clock;
  readonly #sleepers = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** From now on a wake-up ends the wait; it ends by itself after `ms`. */
  next(ms: number): { readonly promise: Promise<void>; readonly cancel: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = () => {
      callOff();
      this.#sleepers.delete(cancel);
      resolve();
    };
    const callOff = this.#clock.after(ms, cancel);
    this.#sleepers.add(cancel);
    return { promise, cancel };
  }

  wake(): void {
    for (const cancel of [...this.#sleepers]) cancel();
  }
}
