import { randomBytes } from "node:crypto";
import { availableParallelism, hostname } from "node:os";
import type { FetchedJob, WorkQueue } from "../jobs/work-queue.ts";
import { PoolEmpty } from "../pool/faults.ts";
import type { ComputePool } from "../pool/task.ts";
import { isOutage } from "../store/outage.ts";
import type { Store } from "../store/store.ts";
import type { WorkerAbout, WorkerNews } from "../store/worker-records.ts";
import type { ActiveRun } from "./active-run.ts";
import { ActiveRuns } from "./active-runs.ts";
import { type Clock, SYSTEM_CLOCK, sleep } from "./clock.ts";
import type { DatasetSource } from "./dataset-source.ts";
import { type EndDuty, endStage } from "./end-stage.ts";
import { HeldLeases } from "./held-leases.ts";
import { Lanes } from "./lanes.ts";
import { RunClocks } from "./run-clock.ts";
import { attemptFault, type RunFault } from "./run-fault.ts";
import type { RunStep } from "./run-step.ts";
import { type Scored, scoreStretch } from "./score-stretch.ts";
import type { Stretch } from "./stretch.ts";
import { throughOutages } from "./through-outages.ts";
import { WakeUp } from "./wake-up.ts";

export interface RunnerOptions {
  readonly store: Store;
  readonly queue: WorkQueue;
  readonly pool: ComputePool;
  readonly datasets: DatasetSource;
  /** Name of this process, unique among all that share the database; see `workerName`. */
  readonly worker: string;
  /** What others are told of this process. */
  readonly about?: Omit<WorkerAbout, "name" | "threads">;
  /** Shared with whatever else in this process ends stages under the same name. */
  readonly leases?: HeldLeases;
  readonly onFault?: (fault: RunFault) => void;
  readonly onStep?: (step: RunStep) => void;
  /** A chunk whose worker has not been heard of for so long is given to another. */
  readonly leaseMs?: number;
  /** How often leases are extended and lost work is looked for. */
  readonly heartbeatMs?: number;
  readonly clock?: Clock;
  /** In [0, 1): jitter of waits. */
  readonly random?: () => number;
}

const DEFAULT_LEASE_MS = 15_000;
const DEFAULT_HEARTBEAT_MS = 5_000;
/** Notifications wake the runner; this is for those that get lost. */
const POLL_MS = 2_000;
/** Wait after a fault of the queue or the database. */
const FAULT_MS = 1_000;
/** What the database gets beyond the grace of a process that drains, to take its chunks back. */
const GIVE_BACK_MS = 3_000;
/** What it waits for the database to strike it off the list of workers. */
const SIGN_OFF_MS = 1_000;

/** A name for this process as a worker. */
export function workerName(): string {
  return `${hostname()}:${process.pid}:${randomBytes(4).toString("hex")}`;
}

/** This process, as others are told of it. */
export function aboutProcess(packageVersion: string): Omit<WorkerAbout, "name" | "threads"> {
  const { pid } = process;
  return { host: hostname(), pid, packageVersion, cores: availableParallelism() };
}

/**
 * Follows jobs to runs and scores their chunks on the pool, in `serve` as in any number of `worker`
 * processes. Jobs are hints; a chunk belongs to whoever claimed its row, as long as the lease is
 * kept up. Everything it does may be cut off at any point and done again by any process, with the
 * same bytes. While the database is away it waits, with what it has scored in hand.
 */
export class Runner {
  readonly #options: Required<RunnerOptions> & { readonly runClocks: RunClocks };
  readonly #duty: EndDuty;
  readonly #active: ActiveRuns;
  readonly #wakeUp: WakeUp;
  /** Nothing is scored any more. */
  readonly #shutdown = new AbortController();
  /** The database is not waited for any more. */
  readonly #left = new AbortController();
  #draining = false;
  #looking: Promise<void> = Promise.resolve();
  readonly #lanes: Lanes;
  #undo: (() => void)[] = [];
  #beat: Promise<void> | null = null;

  constructor(options: RunnerOptions) {
    const clock = options.clock ?? SYSTEM_CLOCK;
    this.#options = {
      runClocks: new RunClocks(options.worker, options.pool.size, () => clock.now()),
      onFault: () => {},
      onStep: () => {},
      leases: new HeldLeases(),
      about: aboutProcess("unknown"),
      leaseMs: DEFAULT_LEASE_MS,
      heartbeatMs: DEFAULT_HEARTBEAT_MS,
      clock: SYSTEM_CLOCK,
      random: Math.random,
      ...options,
    };
    this.#lanes = new Lanes(options.pool.size);
    this.#wakeUp = new WakeUp(this.#options.clock);
    this.#duty = { ...this.#options, whenThere: (work) => this.#whenThere(work) };
    this.#active = new ActiveRuns(this.#options);
  }

  /** Takes up what a former process has left, and begins to take jobs. */
  async start(): Promise<void> {
    const { store, heartbeatMs, clock } = this.#options;
    this.#undo.push(
      store.onJobs(() => this.#wakeUp.wake()),
      store.onRunStopping((runId) => void this.#active.check(runId)),
    );
    await this.#tell();
    await store.recover();
    this.#undo.push(clock.every(heartbeatMs, () => this.#heartbeat()));
    this.#looking = this.#look();
  }

  /**
   * Takes no further job, and resolves when the chunks in flight are stored. After `graceMs` they
   * are stopped and given back to the queue instead; where even that cannot be done, their leases
   * will do it.
   */
  async drain(graceMs: number): Promise<void> {
    const { clock, store, worker } = this.#options;
    this.#draining = true;
    this.#wakeUp.wake();
    const ended = this.#looking;
    const late = new AbortController();
    const abandon = async () => {
      await sleep(clock, graceMs, late.signal);
      this.#shutdown.abort();
      this.#wakeUp.wake();
      await sleep(clock, GIVE_BACK_MS, late.signal);
    };
    await Promise.race([ended, abandon()]);
    late.abort();
    this.#shutdown.abort();
    this.#left.abort();
    for (const undo of this.#undo.splice(0)) undo();
    const last = async () => {
      await this.#beat;
      // Where the database is away its lease will tell.
      await store.signOff(worker).catch(() => {});
    };
    await Promise.race([last(), sleep(clock, SIGN_OFF_MS)]);
  }

  /** Looks for work as long as there is room for it; everything it finds goes on by itself. */
  async #look(): Promise<void> {
    const { queue, clock, pool } = this.#options;
    while (!this.#draining) {
      const woken = this.#wakeUp.next(POLL_MS);
      try {
        // Without threads the work is left to others.
        const isAble = pool.stats().alive > 0;
        const job = isAble ? await queue.fetch(this.#lanes.wanted()) : null;
        if (job === null) await woken.promise;
        else await this.#follow(job);
      } catch (error) {
        this.#fault({ runId: null, what: "job", error });
        await sleep(clock, FAULT_MS, this.#shutdown.signal);
      } finally {
        woken.cancel();
      }
    }
    await this.#lanes.ended();
  }

  async #follow(job: FetchedJob): Promise<void> {
    const { id, hint } = job;
    const { store, queue, worker, leaseMs } = this.#options;
    // Whatever comes of it: a hint that is lost with its process is sent again by recovery.
    await queue.complete(id);
    const { runId } = hint;
    if (hint.kind === "end") {
      this.#begin(job, () => endStage(this.#duty, runId));
      return;
    }
    const claim = { runId, stage: hint.stage, worker, leaseMs };
    for (const chunk of await store.claimChunks(claim, this.#lanes.roomFor(job))) {
      this.#begin(job, () => this.#scoreAll([chunk]));
    }
  }

  #begin(job: FetchedJob, work: () => Promise<void>): void {
    const { runId } = job.hint;
    const done = work().catch((error) => this.#fault({ runId, what: "job", error }));
    this.#lanes.take(job, done, () => this.#wakeUp.wake());
  }

  /** Stretches of one run, each taken with the storing of the one before, while there are any. */
  async #scoreAll(first: Stretch): Promise<void> {
    const { leases, store } = this.#options;
    const [{ runId }] = first;
    const active = this.#active.take(runId);
    let done: Scored = { next: first, endDue: false };
    try {
      while (done.next !== null) {
        const stretch = done.next;
        done = await leases.holdingChunks(stretch, () => this.#score(active, stretch));
      }
    } finally {
      this.#active.leave(runId);
    }
    if (!done.endDue) return;
    // At once: a job for it would wait for a lane. A process that drains leaves the end to others.
    if (this.#draining) await store.recover();
    else await endStage(this.#duty, runId);
  }

  async #score(active: Promise<ActiveRun>, stretch: Stretch): Promise<Scored> {
    const { onStep, clock, worker, leaseMs } = this.#options;
    const [{ runId }] = stretch;
    const startMs = clock.now();
    const told = { kind: "chunk", scored: 0 } as const;
    for (const chunk of stretch) onStep({ ...told, what: "CLAIMED", chunk, elapsedMs: 0 });
    try {
      const { chunks, ...then } = await scoreStretch(await active, stretch, {
        ...this.#options,
        shutdown: this.#shutdown.signal,
        wish: () => (this.#draining ? null : { worker, leaseMs }),
        whenThere: (work) => this.#whenThere(work),
        onFault: (error) => this.#fault({ runId, what: "progress", error }),
      });
      const elapsedMs = clock.now() - startMs;
      for (const outcome of chunks) onStep({ kind: "chunk", ...outcome, elapsedMs });
      return then;
    } catch (error) {
      await this.#giveBack(stretch, error);
      for (const chunk of stretch) {
        onStep({ ...told, what: "FAILED", chunk, elapsedMs: clock.now() - startMs });
      }
      return { next: null, endDue: true };
    }
  }

  /** After an outage of the database, or without threads, no attempt counts: it is blameless. */
  async #giveBack(stretch: Stretch, error: unknown): Promise<void> {
    const { store, worker } = this.#options;
    for (const chunk of stretch) {
      const { runId, stage, no } = chunk;
      this.#fault({ runId, what: `chunk ${no} of ${stage}`, chunk, error });
    }
    if (isOutage(error) || error instanceof PoolEmpty) {
      return this.#whenThere(() => store.releaseChunks(stretch, worker));
    }
    const fault = attemptFault(error);
    for (const chunk of stretch) {
      await this.#whenThere(() => store.failChunk(chunk, worker, fault));
    }
  }

  #heartbeat(): void {
    // A database that hangs is not asked once more.
    if (this.#beat !== null) return;
    const { store } = this.#options;
    const beat = async () => {
      const { stopping, ailing } = await this.#tell();
      // A stop whose notification got lost is seen here.
      for (const runId of stopping) await this.#active.check(runId);
      await store.recover(ailing);
    };
    this.#beat = beat()
      .catch((error) => this.#fault({ runId: null, what: "heartbeat", error }))
      .finally(() => {
        this.#beat = null;
      });
  }

  #tell(): Promise<WorkerNews> {
    const { store, pool, worker, leaseMs, leases, about } = this.#options;
    return store.heartbeat({
      about: { name: worker, threads: pool.size, ...about },
      leaseMs,
      held: leases.current(),
      idle: this.#lanes.wanted().above === null && pool.stats().alive > 0,
    });
  }

  #whenThere<T>(work: () => Promise<T>): Promise<T> {
    const { clock, random } = this.#options;
    return throughOutages(work, {
      ...{ clock, random },
      signal: this.#left.signal,
      onOutage: (error) => this.#fault({ runId: null, what: "database", error }),
    });
  }

  #fault(fault: RunFault): void {
    this.#options.onFault(fault);
  }
}
