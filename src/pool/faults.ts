import type { FromWorker } from "./protocol.ts";
import { ThreadOutOfMemory } from "./thread-memory.ts";

/** A thread died while it worked on an order; the work can be done again. */
export class WorkerLost extends Error {
  /** Whether the thread had begun to work: else the order is not suspected. */
  readonly wasReady: boolean;

  constructor(reason: Error | null, wasReady: boolean) {
    super(`a worker thread died: ${reason?.message ?? "terminated"}`, { cause: reason });
    this.name = "WorkerLost";
    this.wasReady = wasReady;
  }
}

/** There is no thread to work, until one can be started: not the fault of what was asked. */
export class PoolEmpty extends Error {
  constructor(reason: Error | null) {
    const why = reason?.message ?? "terminated";
    super(`the pool has no threads: they died before they were ready (${why})`, { cause: reason });
    this.name = "PoolEmpty";
  }
}

/** What the end of a thread means to its orders. */
export function lossOf(reason: Error | null, limitBytes: number, wasReady: boolean): Error {
  const code = (reason as { readonly code?: string } | null)?.code;
  return code === "ERR_WORKER_OUT_OF_MEMORY"
    ? new ThreadOutOfMemory(limitBytes)
    : new WorkerLost(reason, wasReady);
}

/** What a thread has thrown at an order, as if it had been thrown here. */
export function failureOf(
  failed: Extract<FromWorker, { kind: "failed" }>,
  limitBytes: number,
): Error {
  if (failed.outOfMemory) return new ThreadOutOfMemory(limitBytes);
  const error = new Error(failed.message);
  error.stack = failed.stack;
  return error;
}
