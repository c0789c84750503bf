import type { Removed, Retention } from "../store/retention.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "./clock.ts";

export interface KeeperOptions {
  readonly store: Pick<Store, "removeOld">;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly onRemoved: (removed: Removed) => void;
  readonly onFault: (error: unknown) => void;
}

const EVERY_MS = 3_600_000;
/** A process that has just begun has better things to do. */
const FIRST_MS = 60_000;

/**
 * Removes now and then what is older than it may be. Every process does so, and they keep out of
 * each other's way.
 */
export class RetentionKeeper {
  readonly #options: KeeperOptions;
  #callOff: () => void = () => {};
  #work: Promise<void> = Promise.resolve();

  constructor(options: KeeperOptions) {
    this.#options = options;
    if (Object.values(options.retention).some((days) => days !== null)) this.#next(FIRST_MS);
  }

  /** Begins nothing any more, and waits for what is under way. */
  async close(): Promise<void> {
    this.#callOff();
    this.#callOff = () => {};
    await this.#work;
  }

  #next(ms: number): void {
    this.#callOff = this.#options.clock.after(ms, () => {
      this.#next(EVERY_MS);
      this.#work = this.#remove();
    });
  }

  async #remove(): Promise<void> {
    const { store, retention, onRemoved, onFault } = this.#options;
    try {
      const removed = await store.removeOld(retention);
      if (Object.values(removed).some((count) => count > 0)) onRemoved(removed);
    } catch (error) {
      onFault(error);
    }
  }
}
