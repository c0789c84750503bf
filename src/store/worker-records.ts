import type { StageName } from "../core/stages/sweep.ts";

export interface HeldChunk {
  readonly runId: string;
  readonly stage: StageName;
  readonly no: number;
}

/** A process that works on runs. */
export interface WorkerRecord {
  /** As in the leases of chunks. */
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  readonly engineVersion: string;
  readonly packageVersion: string;
  readonly cores: number;
  readonly threads: number;
  readonly startedAt: Date;
  readonly heartbeatAt: Date;
  /** Past: nothing has been heard of it, and its chunks go to others. */
  readonly leaseUntil: Date;
  readonly lost: boolean;
  readonly chunks: readonly HeldChunk[];
}

/** What a process works on, by what it holds a lease on. */
export interface HeldWork {
  readonly chunks: readonly HeldChunk[];
  /** Runs whose stage it ends. */
  readonly ends: readonly string[];
}

/** What a worker says of itself. */
export type WorkerAbout = Pick<
  WorkerRecord,
  "name" | "host" | "pid" | "packageVersion" | "cores" | "threads"
>;

export interface WorkerBeat {
  readonly about: WorkerAbout;
  readonly leaseMs: number;
  readonly held: HeldWork;
  /** It could take more: what nobody has come for is of interest as well. */
  readonly idle: boolean;
}

export interface WorkerNews {
  /** Of the runs it has in hand: they are to stop, have ended or are gone. */
  readonly stopping: readonly string[];
  /** Runs for `recover`. */
  readonly ailing: readonly string[];
}

/** The registry of processes that work on runs. */
export interface WorkerStore {
  /**
   * Extends the worker's leases on what it says it holds. What else it was given, because an answer
   * got lost, goes to others when its lease has run out.
   */
  heartbeat(beat: WorkerBeat): Promise<WorkerNews>;
  /** The worker goes in good order. */
  signOff(worker: string): Promise<void>;
  /** Those that live, and those that were lost lately, by name. */
  workers(): Promise<WorkerRecord[]>;
}
