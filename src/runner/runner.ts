import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { UserError } from "../core/user-error.ts";
import type { FetchedJob, WorkQueue } from "../jobs/work-queue.ts";
import type { ComputePool } from "../pool/task.ts";
import type { Store } from "../store/store.ts";
import { ActiveRun } from "./active-run.ts";
import type { DatasetSource } from "./dataset-source.ts";
import { endStage } from "./end-stage.ts";
import { type RunFault, runErrorOf } from "./run-fault.ts";
import { scoreChunk } from "./score-chunk.ts";
import { WakeUp } from "./wake-up.ts";

export interface RunnerOptions {
  readonly store: Store;
  readonly queue: WorkQueue;
  readonly pool: ComputePool;
  readonly datasets: DatasetSource;
  /** Name of this process, unique among all that share the database; see `workerName`. */
  readonly worker: string;
  readonly onFault?: (fault: RunFault) => void;
  /** A chunk whose worker has not been heard of for so long is given to another. */
  readonly leaseMs?: number;
  /** How often leases are extended and lost work is looked for. */
  readonly heartbeatMs?: number;
}

/** Chunks in flight: the pool has the next one before a thread runs out of slices of the first. */
const CHUNKS_IN_FLIGHT = 2;
const MAX_CHUNK_ATTEMPTS = 3;
const DEFAULT_LEASE_MS = 15_000;
const DEFAULT_HEARTBEAT_MS = 5_000;
/** Notifications wake the runner; this is for those that get lost. */
const POLL_MS = 2_000;
/** Wait after a fault of the queue or the database. */
const FAULT_MS = 1_000;

/** A name for this process as a worker. */
export function workerName(): string {
  return `${hostname()}:${process.pid}:${randomBytes(4).toString("hex")}`;
}

/**
 * Takes jobs and does them on the pool, in `serve` as in any number of `worker` processes. Jobs are
 * hints; a chunk belongs to whoever claimed its row, as long as the lease is kept up. Everything it
 * does may be cut off at any point and done again by any process, with the same bytes.
 */
export class Runner {
  readonly #options: Required<Omit<RunnerOptions, "queue">> & { readonly queue: WorkQueue };
  readonly #active = new Map<string, { users: number; readonly run: Promise<ActiveRun> }>();
  readonly #wakeUp = new WakeUp();
  readonly #shutdown = new AbortController();
  #draining = false;
  #lanes: Promise<void>[] = [];
  #undo: (() => void)[] = [];
  #beat: Promise<void> = Promise.resolve();

  constructor(options: RunnerOptions) {
    this.#options = {
      onFault: () => {},
      leaseMs: DEFAULT_LEASE_MS,
      heartbeatMs: DEFAULT_HEARTBEAT_MS,
      ...options,
    };
  }

  /** Takes up what a former process has left, and begins to take jobs. */
  async start(): Promise<void> {
    const { store, heartbeatMs } = this.#options;
    this.#undo.push(
      store.onJobs(() => this.#wakeUp.wake()),
      store.onRunChanged((runId) => void this.#runChanged(runId)),
    );
    await store.recover(MAX_CHUNK_ATTEMPTS);
    const heartbeat = setInterval(() => this.#heartbeat(), heartbeatMs);
    this.#undo.push(() => clearInterval(heartbeat));
    this.#lanes = Array.from({ length: CHUNKS_IN_FLIGHT }, () => this.#lane());
  }

  /**
   * Takes no further job, and resolves when the chunks in flight are stored. After `graceMs` they
   * are stopped and given back to the queue instead.
   */
  async drain(graceMs: number): Promise<void> {
    this.#draining = true;
    this.#wakeUp.wake();
    const patience = setTimeout(() => this.#shutdown.abort(), graceMs);
    await Promise.all(this.#lanes);
    clearTimeout(patience);
    for (const undo of this.#undo.splice(0)) undo();
    await this.#beat;
  }

  async #lane(): Promise<void> {
    const { queue } = this.#options;
    while (!this.#draining) {
      const woken = this.#wakeUp.next(POLL_MS);
      try {
        const job = await queue.fetch();
        if (job === null) await woken.promise;
        else await this.#perform(job);
      } catch (error) {
        this.#fault(null, "job", error);
        await this.#wakeUp.next(FAULT_MS).promise;
      } finally {
        woken.cancel();
      }
    }
  }

  async #perform({ id: jobId, hint }: FetchedJob): Promise<void> {
    const { store, worker, leaseMs } = this.#options;
    const { runId } = hint;
    if (hint.kind === "end") {
      await endStage(this.#options, runId, jobId);
      return;
    }
    const { stage, no } = hint;
    const chunk = await store.claimChunk({ runId, stage, no, worker, leaseMs, jobId });
    if (chunk === null) return;
    const active = this.#take(runId);
    try {
      await scoreChunk(await active, chunk, {
        ...this.#options,
        shutdown: this.#shutdown.signal,
        onFault: (error) => this.#fault(runId, "progress", error),
      });
    } catch (error) {
      this.#fault(runId, `chunk ${no} of ${stage}`, error);
      // A mistake in the request will not go away; anything else may.
      const maxAttempts = error instanceof UserError ? 1 : MAX_CHUNK_ATTEMPTS;
      await store.failChunk(chunk, worker, { error: runErrorOf(error), maxAttempts });
    } finally {
      this.#leave(runId);
    }
  }

  /** The run as this process works on it, shared by its chunks in flight. */
  #take(runId: string): Promise<ActiveRun> {
    const entry = this.#active.get(runId) ?? { users: 0, run: this.#load(runId) };
    entry.users++;
    this.#active.set(runId, entry);
    return entry.run;
  }

  #leave(runId: string): void {
    const entry = this.#active.get(runId)!;
    entry.users--;
    if (entry.users > 0) return;
    this.#active.delete(runId);
    entry.run.then(
      (run) => run.dispose(),
      () => {},
    );
  }

  /** A stop that came before this process listened for it is seen here. */
  async #load(runId: string): Promise<ActiveRun> {
    const run = await this.#options.store.run(runId);
    if (run === null) throw new Error(`run ${runId} has a chunk but no row`);
    const active = new ActiveRun(run, {
      ...this.#options,
      onFault: (error) => this.#fault(runId, "progress", error),
    });
    if (run.stopState !== null) active.abort();
    return active;
  }

  async #runChanged(runId: string): Promise<void> {
    try {
      const active = await this.#active.get(runId)?.run;
      await active?.check();
    } catch (error) {
      this.#fault(runId, "stop", error);
    }
  }

  #heartbeat(): void {
    const { store, worker, leaseMs } = this.#options;
    const beat = async () => {
      await store.extendLeases(worker, leaseMs);
      await store.recover(MAX_CHUNK_ATTEMPTS);
      // A stop whose notification got lost is seen here.
      await Promise.all([...this.#active.keys()].map((runId) => this.#runChanged(runId)));
    };
    this.#beat = this.#beat.then(beat).catch((error) => this.#fault(null, "heartbeat", error));
  }

  #fault(runId: string | null, what: string, error: unknown): void {
    this.#options.onFault({ runId, what, error });
  }
}
