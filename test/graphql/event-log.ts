import type { EventSource } from "../../src/graphql/progress/progress-hub.ts";
import type { EventKind, RunEvent, RunRecord, RunState } from "../../src/store/records.ts";

/** The event side of a store, in memory: appends, notifies, and counts the queries it gets. */
export class EventLog implements EventSource {
  readonly runId: string;
  readonly stored: RunEvent[] = [];
  queries = 0;
  deleted = false;
  /** The next reads fail with this. */
  fault: Error | null = null;
  readonly #listeners = new Set<(runId: string) => void>();
  readonly #delay: () => Promise<void>;

  constructor(runId: string, delay: () => Promise<void> = async () => {}) {
    this.runId = runId;
    this.#delay = delay;
    this.append("QUEUED", "QUEUED");
  }

  append(kind: EventKind, state: RunState, notify = true): RunEvent {
    const seq = this.stored.length + 1;
    const event: RunEvent = {
      runId: this.runId,
      seq,
      at: new Date(seq),
      kind,
      state,
      stage: "STAGE_A",
      done: seq,
      total: 1_000,
      variantsPerSecond: null,
      etaSeconds: null,
      best: null,
      message: null,
    };
    this.stored.push(event);
    if (notify) for (const listener of this.#listeners) listener(this.runId);
    return event;
  }

  progress(count = 1, notify = true): void {
    for (let i = 0; i < count; i++) this.append("PROGRESS", "RUNNING", notify);
  }

  async run(id: string): Promise<RunRecord | null> {
    await this.#delay();
    const last = this.stored[this.stored.length - 1];
    if (id !== this.runId || this.deleted) return null;
    return { id, state: last.state, lastSeq: last.seq } as RunRecord;
  }

  async events(_runId: string, afterSeq: number, limit: number): Promise<RunEvent[]> {
    this.queries++;
    await this.#delay();
    if (this.fault !== null) throw this.fault;
    return this.deleted ? [] : this.stored.slice(afterSeq, afterSeq + limit);
  }

  /** The run and its events go, as another client may wish. */
  delete(): void {
    this.deleted = true;
    for (const listener of this.#listeners) listener(this.runId);
  }

  onRunChanged(listener: (runId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
