/**
 * Lets several loops sleep until there may be work; nobody who listened before a wake-up misses it.
 */
export class WakeUp {
  readonly #sleepers = new Set<() => void>();

  /** From now on a wake-up ends the wait; it ends by itself after `ms`. */
  next(ms: number): { readonly promise: Promise<void>; readonly cancel: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = () => {
      clearTimeout(timer);
      this.#sleepers.delete(cancel);
      resolve();
    };
    const timer = setTimeout(cancel, ms);
    this.#sleepers.add(cancel);
    return { promise, cancel };
  }

  wake(): void {
    for (const cancel of [...this.#sleepers]) cancel();
  }
}
