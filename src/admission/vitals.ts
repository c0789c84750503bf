import type { ControlGroup } from "./control-group.ts";
import { type Durations, quantile } from "./durations.ts";
import type { EventLoopWatch } from "./sensors/event-loop.ts";
import { coresOf } from "./sensors/load.ts";
import { memoryUse } from "./sensors/memory.ts";

/** What a thread of the pool holds. */
export interface ThreadMemory {
  readonly no: number;
  /** Objects of its own heap. */
  readonly heapBytes: number;
  /** Arrays that its heap points to, and the memory of its kernels. */
  readonly arrayBytes: number;
}

/** What is told of the process beside the readings. */
export interface Vitals {
  readonly cores: number;
  /** Cores' worth of time that the process had since it was asked last. */
  readonly usedCores: number;
  /** Of the control group, or of the machine. */
  readonly memoryUsedBytes: number;
  readonly memoryLimitBytes: number;
  /** Of this process, all threads included. */
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly threads: readonly ThreadMemory[];
  /** Of the embedded database; null with a server. */
  readonly databaseBytes: number | null;
  readonly eventLoopDelayP99Ms: number;
  readonly apiLatencyP50Ms: number | null;
  readonly apiLatencyP99Ms: number | null;
}

export interface VitalSources {
  readonly group: ControlGroup;
  readonly eventLoop: EventLoopWatch;
  readonly queries: Durations;
  readonly threads: () => readonly ThreadMemory[];
  readonly databaseBytes: () => number | null;
}

/** Least time over which the used cores are measured. */
const SPAN_MS = 1_000;

/** Tells of the process when somebody asks. */
export class VitalSigns {
  readonly #sources: VitalSources;
  #cpu = process.cpuUsage();
  #sinceMs = performance.now();
  #usedCores = 0;

  constructor(sources: VitalSources) {
    this.#sources = sources;
  }

  read(): Vitals {
    const { group, eventLoop, queries, threads, databaseBytes } = this.#sources;
    const { usedBytes, limitBytes } = memoryUse(group);
    const { rss, heapUsed } = process.memoryUsage();
    const recent = queries.recent();
    return {
      cores: coresOf(group),
      usedCores: this.#measureCores(),
      memoryUsedBytes: usedBytes,
      memoryLimitBytes: limitBytes,
      residentBytes: rss,
      heapBytes: heapUsed,
      threads: threads(),
      databaseBytes: databaseBytes(),
      eventLoopDelayP99Ms: eventLoop.p99(),
      apiLatencyP50Ms: quantile(recent, 0.5),
      apiLatencyP99Ms: quantile(recent, 0.99),
    };
  }

  #measureCores(): number {
    const nowMs = performance.now();
    const spanMs = nowMs - this.#sinceMs;
    if (spanMs < SPAN_MS) return this.#usedCores;
    const { user, system } = process.cpuUsage(this.#cpu);
    this.#cpu = process.cpuUsage();
    this.#sinceMs = nowMs;
    this.#usedCores = (user + system) / 1_000 / spanMs;
    return this.#usedCores;
  }
}
