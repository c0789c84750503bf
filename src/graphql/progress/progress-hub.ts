import type { Store } from "../../store/store.ts";
import { RunFeed } from "./run-feed.ts";

/** What the hub needs of the store. */
export type EventSource = Pick<Store, "run" | "events" | "onRunChanged">;

export interface HubOptions {
  /** How often a feed looks without being told, should a notification get lost. */
  readonly recheckMs: number;
}

/**
 * One feed a followed run, shared by all its subscribers: a change of a run costs one query however
 * many follow it. A feed lives as long as somebody listens. The hub holds nothing that the store
 * lacks.
 */
export class ProgressHub {
  readonly store: EventSource;
  readonly #feeds = new Map<string, { feed: RunFeed; listeners: number }>();
  readonly #recheckMs: number;
  readonly #unsubscribe: () => void;
  readonly #drained = Promise.withResolvers<void>();
  #closed = false;

  constructor(store: EventSource, options: HubOptions = { recheckMs: 5_000 }) {
    this.store = store;
    this.#recheckMs = options.recheckMs;
    this.#unsubscribe = store.onRunChanged((runId) => this.#feeds.get(runId)?.feed.changed());
  }

  /** The feed of a run; every `join` needs its `leave`. */
  join(runId: string): RunFeed {
    let entry = this.#feeds.get(runId);
    if (entry === undefined) {
      entry = { feed: new RunFeed(this.store, runId, this.#recheckMs), listeners: 0 };
      if (this.#closed) entry.feed.close();
      this.#feeds.set(runId, entry);
    }
    entry.listeners++;
    return entry.feed;
  }

  leave(runId: string): void {
    const entry = this.#feeds.get(runId);
    if (entry === undefined || --entry.listeners > 0) return;
    entry.feed.close();
    this.#feeds.delete(runId);
    if (this.#closed && this.#feeds.size === 0) this.#drained.resolve();
  }

  /** Runs that somebody follows. */
  get followedRuns(): number {
    return this.#feeds.size;
  }

  /** Resolves when the last subscriber has left after `close`, or the time is over. */
  async whenIdle(timeoutMs: number): Promise<void> {
    if (this.#feeds.size === 0) return;
    const timer = setTimeout(() => this.#drained.resolve(), timeoutMs);
    await this.#drained.promise;
    clearTimeout(timer);
  }

  /** Ends every subscription: each gets `goingAway` next. */
  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    for (const { feed } of this.#feeds.values()) feed.close();
  }
}
