import type { RunEvent } from "../../store/records.ts";
import type { EventSource } from "./progress-hub.ts";

/** Events kept in memory for subscribers; older ones come from the store. */
const TAIL_EVENTS = 256;
const PAGE_EVENTS = 200;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (fault: unknown) => void;
}

/**
 * The newest events of one run. It reads the store when told of a change, one query at a time
 * however many listen. Readers keep their own cursor and pull, so a slow one costs no memory here.
 */
export class RunFeed {
  readonly #store: EventSource;
  readonly #runId: string;
  readonly #timer: NodeJS.Timeout;
  /** Contiguous by seq, oldest first, ending at `#lastSeq` unless empty. */
  #tail: RunEvent[] = [];
  /** 0 until the first reader says where the run is. */
  #lastSeq = 0;
  readonly #waiters = new Set<Waiter>();
  #reading = false;
  #stale = false;
  #closed = false;
  #deleted = false;

  constructor(store: EventSource, runId: string, recheckMs: number) {
    this.#store = store;
    this.#runId = runId;
    this.#timer = setInterval(() => this.changed(), recheckMs);
    this.#timer.unref();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The run is not there any more: nothing will come. */
  get deleted(): boolean {
    return this.#deleted;
  }

  /** A reader has seen in the store that the run is at `seq`. */
  reached(seq: number): void {
    const first = this.#lastSeq === 0;
    if (first) this.#lastSeq = seq;
    if (this.#lastSeq < seq || (first && this.#stale)) this.changed();
  }

  /** Events after `seq`, oldest first: from memory, else a page of the store. */
  async after(seq: number): Promise<readonly RunEvent[]> {
    const oldest = this.#tail[0]?.seq ?? this.#lastSeq + 1;
    if (seq + 1 >= oldest) return this.#tail.slice(seq + 1 - oldest);
    const page = await this.#store.events(this.#runId, seq, PAGE_EVENTS);
    if (page.length === 0) this.#deleted = true;
    return page;
  }

  /** Resolves with events after `seq`, when feed or run are gone, or when the signal fires. */
  async news(seq: number, signal: AbortSignal): Promise<void> {
    const quiet = () => this.#lastSeq <= seq && !this.#closed && !this.#deleted;
    while (quiet() && !signal.aborted) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const waiter = { resolve, reject };
      const leave = () => resolve();
      this.#waiters.add(waiter);
      signal.addEventListener("abort", leave);
      if (this.#stale) this.changed();
      try {
        await promise;
      } finally {
        this.#waiters.delete(waiter);
        signal.removeEventListener("abort", leave);
      }
    }
  }

  changed(): void {
    this.#stale = true;
    if (!this.#reading && !this.#closed && this.#lastSeq > 0) void this.#read();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#wake((waiter) => waiter.resolve());
  }

  async #read(): Promise<void> {
    this.#reading = true;
    try {
      while (this.#stale && !this.#closed) {
        this.#stale = false;
        const events = await this.#store.events(this.#runId, this.#lastSeq, PAGE_EVENTS);
        if (events.length === PAGE_EVENTS) this.#stale = true;
        if (events.length === 0) await this.#look();
        else this.#keep(events);
      }
    } catch (fault) {
      this.#stale = true;
      this.#wake((waiter) => waiter.reject(fault));
    } finally {
      this.#reading = false;
    }
  }

  /** Told of a change without an event: the run may be gone. */
  async #look(): Promise<void> {
    if ((await this.#store.run(this.#runId)) !== null) return;
    this.#deleted = true;
    this.#wake((waiter) => waiter.resolve());
  }

  #keep(events: readonly RunEvent[]): void {
    this.#tail = [...this.#tail, ...events].slice(-TAIL_EVENTS);
    this.#lastSeq = events[events.length - 1].seq;
    this.#wake((waiter) => waiter.resolve());
  }

  #wake(tell: (waiter: Waiter) => void): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    waiters.forEach(tell);
  }
}
