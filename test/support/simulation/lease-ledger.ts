import type { ChunkRecord } from "../../../src/store/records.ts";
import { DEFAULT_RETRIES } from "../../../src/store/retries.ts";
import type {
  AttemptFault,
  ChunkClaim,
  ChunkId,
  ChunkWish,
  StoredChunk,
  StoredRows,
} from "../../../src/store/store.ts";
import type { HeldWork, WorkerBeat } from "../../../src/store/worker-records.ts";

interface Holding {
  readonly worker: string;
  untilMs: number;
}

/** A failed attempt is not repeated at once: half of the first wait is the least. */
const LEAST_WAIT_MS = DEFAULT_RETRIES.baseMs / 2;

/**
 * What the processes were promised, written down at the door of the database, from its answers
 * alone: a chunk is one worker's until its lease is over, is begun so often at most, not too soon
 * after a fault, and not while the run is paused.
 */
export class LeaseLedger {
  readonly complaints: string[] = [];
  /** Leases that were over when their chunk was given to another. */
  ranOut = 0;
  paused = false;
  readonly #now: () => number;
  readonly #held = new Map<string, Holding>();
  readonly #begun = new Map<string, number>();
  readonly #notBeforeMs = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** What the database has answered to a call of the store. */
  answered(name: string, args: readonly unknown[], answer: unknown): void {
    const observe = this.#observers[name];
    if (observe !== undefined) observe(args as never, answer as never);
  }

  readonly #observers: Record<string, (args: never, answer: never) => void> = {
    claimChunks: ([claim]: [ChunkClaim], chunks: readonly ChunkRecord[]) => {
      for (const chunk of chunks) this.#taken(chunk, claim);
    },
    storeChunks: (
      [, chunks, , wish]: [string, readonly StoredChunk[], unknown, ChunkWish | null],
      { next }: { next: readonly ChunkRecord[] },
    ) => {
      // Where one was stored before, or the run has ended, nobody has it either.
      for (const chunk of chunks) this.#held.delete(keyOf(chunk));
      for (const chunk of next) this.#taken(chunk, wish!);
    },
    storePartialChunk: ([, rows]: [string, StoredRows], stored: boolean) => {
      if (stored) this.#held.delete(keyOf(rows));
    },
    releaseChunks: ([chunks, worker]: [readonly ChunkId[], string]) => {
      for (const chunk of chunks) this.#givenBack(chunk, worker, "untouched");
    },
    failChunk: ([chunk, worker]: [ChunkId, string, AttemptFault]) =>
      this.#givenBack(chunk, worker, "failed"),
    heartbeat: ([{ about, leaseMs, held }]: [WorkerBeat]) =>
      this.#extended(about.name, leaseMs, held),
  };

  #taken(chunk: Pick<ChunkId, "stage" | "no">, { worker, leaseMs }: ChunkWish): void {
    const key = keyOf(chunk);
    const nowMs = this.#now();
    const holding = this.#held.get(key);
    const begun = (this.#begun.get(key) ?? 0) + 1;
    const most = 1 + DEFAULT_RETRIES.faults;
    if (holding !== undefined && holding.untilMs > nowMs) {
      this.#complain(`${key} is given to ${worker} while ${holding.worker} has its lease`);
    }
    if (holding !== undefined) this.ranOut++;
    if (begun > most) this.#complain(`${key} is begun for the ${begun}th time of ${most}`);
    if ((this.#notBeforeMs.get(key) ?? 0) > nowMs) this.#complain(`${key} does not wait`);
    if (this.paused) this.#complain(`${key} is begun while the run is paused`);
    this.#held.set(key, { worker, untilMs: nowMs + leaseMs });
    this.#begun.set(key, begun);
  }

  #extended(worker: string, leaseMs: number, held: HeldWork): void {
    for (const chunk of held.chunks) {
      const holding = this.#held.get(keyOf(chunk));
      // One that has run out may be another's by now.
      if (holding?.worker !== worker || holding.untilMs < this.#now()) continue;
      holding.untilMs = this.#now() + leaseMs;
    }
  }

  /** Given back untouched, or after a fault, by whoever it may be. */
  #givenBack(chunk: ChunkId, worker: string, how: "untouched" | "failed"): void {
    const key = keyOf(chunk);
    const holding = this.#held.get(key);
    if (holding?.worker !== worker) return;
    this.#held.delete(key);
    // Where its lease was over before, it may have been taken from the worker and waits since then.
    const sinceMs = Math.min(this.#now(), holding.untilMs);
    if (how === "failed") this.#notBeforeMs.set(key, sinceMs + LEAST_WAIT_MS);
    else this.#begun.set(key, this.#begun.get(key)! - 1);
  }

  /** The run has ended, or begins again: nobody has anything. */
  cleared(): void {
    this.paused = false;
    for (const map of [this.#held, this.#begun, this.#notBeforeMs]) map.clear();
  }

  #complain(text: string): void {
    this.complaints.push(text);
  }
}

function keyOf({ stage, no }: Pick<ChunkId, "stage" | "no">): string {
  return `${stage} ${no}`;
}
