import { GraphQLError, type GraphQLErrorExtensions } from "graphql";
import { complaint, UserError } from "../../core/user-error.ts";
import { type EventKind, isTerminal, type RunEvent, type RunRecord } from "../../store/records.ts";
import type { ProgressHub } from "./progress-hub.ts";
import type { RunFeed } from "./run-feed.ts";

/**
 * An event as subscribers see it; SNAPSHOT is the run's latest event, repeated at the time of
 * subscribing.
 */
export interface ProgressEvent extends Omit<RunEvent, "kind"> {
  readonly kind: EventKind | "SNAPSHOT";
}

/**
 * More live events than this waiting for a reader: it is slow and gets only the newest progress.
 */
const LAG_EVENTS = 16;

/**
 * Follows a run. Without `after` the first event is a snapshot; with it, every event of a greater
 * seq comes, history first. Then live ones, each once and in order, until a terminal one is the
 * latest. A run that is not visible is answered as one that does not exist. Throws UserError
 * NOT_FOUND, or VALIDATION when `after` is no seq of the run.
 */
export async function openRunStream(
  hub: ProgressHub,
  runId: string,
  after: number | null,
  isVisible: (run: RunRecord) => boolean = () => true,
): Promise<RunStream> {
  // Joined first: a change between reading the run and waiting for news cannot be missed.
  const feed = hub.join(runId);
  try {
    const run = await hub.store.run(runId);
    if (run === null || !isVisible(run))
      throw new UserError("NOT_FOUND", complaint("id", "no such run", runId));
    if (after !== null && (after < 0 || after > run.lastSeq)) {
      const bound = `0..${run.lastSeq}`;
      throw new UserError("VALIDATION", complaint("after", `must be in ${bound}`, after, bound));
    }
    feed.reached(run.lastSeq);
    const start = after === null ? run.lastSeq - 1 : after;
    return new RunStream(feed, () => hub.leave(runId), {
      start,
      snapshot: after === null,
      joinedSeq: run.lastSeq,
      terminal: isTerminal(run.state),
    });
  } catch (error) {
    hub.leave(runId);
    throw error;
  }
}

interface Start {
  readonly start: number;
  readonly snapshot: boolean;
  readonly joinedSeq: number;
  readonly terminal: boolean;
}

/**
 * One subscriber's iterator. Not a generator: `return` must end a `next` that waits, and must leave
 * the feed even when nothing was ever pulled.
 */
export class RunStream implements AsyncIterableIterator<ProgressEvent | GraphQLError> {
  readonly #feed: RunFeed;
  readonly #leave: () => void;
  readonly #joinedSeq: number;
  readonly #stopped = new AbortController();
  #cursor: number;
  #snapshot: boolean;
  #terminal: boolean;
  #ready: ProgressEvent[] = [];
  #steps: Promise<unknown> = Promise.resolve();

  constructor(feed: RunFeed, leave: () => void, start: Start) {
    this.#feed = feed;
    this.#leave = leave;
    this.#cursor = start.start;
    this.#snapshot = start.snapshot;
    this.#joinedSeq = start.joinedSeq;
    this.#terminal = start.terminal;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<ProgressEvent | GraphQLError>> {
    const step = this.#steps.then(() => this.#step());
    this.#steps = step.catch(() => {});
    return step;
  }

  return(): Promise<IteratorResult<ProgressEvent | GraphQLError>> {
    this.#stop();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<ProgressEvent | GraphQLError>> {
    this.#stop();
    return Promise.reject(error);
  }

  async #step(): Promise<IteratorResult<ProgressEvent | GraphQLError>> {
    try {
      while (!this.#stopped.signal.aborted) {
        const event = this.#ready.shift();
        if (event !== undefined) return this.#deliver(event);
        if (await this.#refill()) continue;
        if (this.#terminal && this.#cursor >= this.#joinedSeq) break;
        if (this.#feed.deleted) return this.#end("The run was deleted", { code: "NOT_FOUND" });
        if (this.#feed.closed) return this.#goingAway();
        await this.#feed.news(this.#cursor, this.#stopped.signal);
      }
    } catch (error) {
      this.#stop();
      throw error;
    }
    return this.return();
  }

  async #refill(): Promise<boolean> {
    const events = await this.#feed.after(this.#cursor);
    if (events.length === 0) return false;
    this.#ready = this.#snapshot
      ? [{ ...events[0], kind: "SNAPSHOT" as const }]
      : coalesced(events, this.#joinedSeq);
    this.#snapshot = false;
    return true;
  }

  #deliver(event: ProgressEvent): IteratorResult<ProgressEvent> {
    this.#cursor = event.seq;
    this.#terminal = isTerminal(event.state);
    return { done: false, value: event };
  }

  #goingAway(): IteratorResult<GraphQLError> {
    const message = `The server is going away; resume with after: ${this.#cursor}`;
    return this.#end(message, { code: "GOING_AWAY", after: this.#cursor });
  }

  /** The last thing said, as an error of the stream. */
  #end(message: string, extensions: GraphQLErrorExtensions): IteratorResult<GraphQLError> {
    this.#stop();
    return { done: false, value: new GraphQLError(message, { extensions }) };
  }

  #stop(): void {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort();
    this.#ready = [];
    this.#leave();
  }
}

/**
 * Every event carries the whole state, so a reader that is far behind live loses nothing when
 * progress events that a newer event follows are left out. What happened before it joined is never
 * left out.
 */
function coalesced(events: readonly RunEvent[], joinedSeq: number): ProgressEvent[] {
  const live = events.filter((event) => event.seq > joinedSeq).length;
  if (live <= LAG_EVENTS) return [...events];
  const newest = events[events.length - 1];
  return events.filter((e) => e.seq <= joinedSeq || e.kind !== "PROGRESS" || e === newest);
}
