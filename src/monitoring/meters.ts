import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { AdmissionControl } from "../admission/admission-control.ts";
import { BREAKER_STATES } from "../admission/breaker.ts";
import { EXECUTION_MODES } from "../admission/governor.ts";
import type { Vitals } from "../admission/vitals.ts";
import type { PoolStats } from "../pool/task.ts";
import type { RunFault } from "../runner/run-fault.ts";
import type { RunStep } from "../runner/run-step.ts";
import type { QueueClass } from "../store/queue-view.ts";
import type { Store } from "../store/store.ts";

/** A cache as its owner counts it. */
export interface CacheCounts {
  readonly name: string;
  readonly entries: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
}

/** What is read when somebody asks. */
export interface MeterSources {
  readonly store: Pick<Store, "countRuns" | "countOpenChunks" | "queueClasses" | "workers">;
  readonly pool: { stats(): PoolStats };
  readonly caches: () => readonly CacheCounts[];
  readonly admission: {
    readonly control: Pick<AdmissionControl, "breaker" | "sensors" | "mode">;
    vitals(): Vitals;
  };
}

/** Between looks of Node's own meter at the event loop; every 10 ms take 0.45 % of a core. */
const LOOP_MS = 100;
const CHUNK_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * The meters of one process, in a registry of their own to which other parts add theirs. What
 * lives in the database is read from there at each scrape; what the process does is counted as it
 * happens.
 */
export class Meters {
  readonly registry = new Registry();
  readonly #chunks: Counter;
  readonly #variants: Counter;
  readonly #chunkSeconds: Histogram;
  readonly #ends: Counter;
  readonly #faults: Counter;

  constructor(sources: MeterSources) {
    // Event loop, heap, garbage collection, processor time and memory of the process.
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: LOOP_MS });
    this.#chunks = this.#counter("chunks_total", "Steps of chunks in this process.", ["step"]);
    this.#variants = this.#counter("variants_total", "Variants scored and stored.", ["stage"]);
    this.#ends = this.#counter("stage_ends_total", "Ends of stages done by this process.", [
      "work",
    ]);
    this.#faults = this.#counter("faults_total", "Faults while runs were worked on.", ["what"]);
    this.#chunkSeconds = new Histogram({
      name: "sweepline_chunk_seconds",
      help: "Seconds from the claim of a chunk to its storing.",
      labelNames: ["stage"],
      buckets: CHUNK_SECONDS,
      registers: [this.registry],
    });
    this.#meterDatabase(sources.store);
    this.#meterQueue(sources.store);
    this.#meterPool(sources.pool);
    this.#meterCaches(sources.caches);
    this.#meterAdmission(sources.admission);
  }

  step(step: RunStep): void {
    if (step.kind === "end") {
      this.#ends.inc({ work: step.work });
      return;
    }
    this.#chunks.inc({ step: step.what });
    if (step.what !== "STORED") return;
    this.#variants.inc({ stage: step.chunk.stage }, step.scored);
    this.#chunkSeconds.observe({ stage: step.chunk.stage }, step.elapsedMs / 1000);
  }

  fault({ what, chunk }: RunFault): void {
    this.#faults.inc({ what: chunk === undefined ? what : "chunk" });
  }

  /** As Prometheus reads it. */
  async scrape(): Promise<{ readonly contentType: string; readonly text: string }> {
    return { contentType: this.registry.contentType, text: await this.registry.metrics() };
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({
      name: `sweepline_${name}`,
      help,
      labelNames,
      registers: [this.registry],
    });
  }

  /** A gauge that is read at each scrape. */
  #gauge(
    name: string,
    help: string,
    labelNames: string[],
    read: (gauge: Gauge) => Promise<void> | void,
  ): void {
    new Gauge({
      name: `sweepline_${name}`,
      help,
      labelNames,
      registers: [this.registry],
      collect(this: Gauge) {
        return read(this);
      },
    });
  }

  #meterDatabase(store: MeterSources["store"]): void {
    // Each says when the database is away by leaving its numbers out; `database_up` says it aloud.
    this.#gauge("database_up", "1 when the database answers.", [], async (gauge) => {
      gauge.set(
        await store.countRuns().then(
          () => 1,
          () => 0,
        ),
      );
    });
    this.#gauge("runs", "Runs in each state, in the whole database.", ["state"], async (gauge) => {
      gauge.reset();
      const counts = await store.countRuns().catch(() => ({}));
      for (const [state, n] of Object.entries(counts)) gauge.set({ state }, n);
    });
    const labels = ["engine", "state"];
    this.#gauge("workers", "Processes that work on runs.", labels, async (gauge) => {
      gauge.reset();
      for (const { engineVersion: engine, lost } of await store.workers().catch(() => [])) {
        gauge.inc({ engine, state: lost ? "LOST" : "LIVE" });
      }
    });
    const help = "Chunks of runs that go on, in the whole database: the queue, and at work.";
    this.#gauge("open_chunks", help, ["state"], async (gauge) => {
      gauge.reset();
      const counts = await store.countOpenChunks().catch(() => ({}));
      for (const [state, n] of Object.entries(counts)) gauge.set({ state }, n);
    });
  }

  #meterQueue(store: MeterSources["store"]): void {
    const read = (name: string, help: string, value: (of: QueueClass) => number) =>
      this.#gauge(name, help, ["priority"], async (gauge) => {
        gauge.reset();
        const classes = await store.queueClasses().catch(() => []);
        for (const each of classes) gauge.set({ priority: each.priority }, value(each));
      });
    read("queued_runs", "Runs that wait for their start.", (of) => of.waiting);
    read("queue_wait_seconds", "How long the first of them has waited.", ({ waitingSince }) =>
      waitingSince === null ? 0 : Math.max(0, Date.now() - waitingSince.getTime()) / 1_000,
    );
  }

  #meterPool(pool: MeterSources["pool"]): void {
    const read = (name: string, help: string, value: (stats: PoolStats) => number) =>
      this.#gauge(name, help, [], (gauge) => gauge.set(value(pool.stats())));
    read("pool_threads", "Threads.", (stats) => stats.size);
    const alive = "Threads that are there: fewer than all while some cannot be started.";
    read("pool_alive_threads", alive, (stats) => stats.alive);
    const failed = "Threads that died before they were ready so far.";
    read("pool_failed_starts", failed, (stats) => stats.failedStarts);
    read("pool_allowed_threads", "Threads that may score.", (stats) => stats.allowed);
    read("pool_busy_threads", "Threads at work.", (stats) => stats.busy);
    read(
      "pool_chunks",
      "Chunks and other orders that the pool has.",
      (stats) => stats.queuedChunks,
    );
    read("pool_replaced_threads", "Threads that died so far.", (stats) => stats.replacedWorkers);
    read("pool_slices", "Slices that the threads have scored so far.", (stats) => stats.slices);
  }

  #meterAdmission({ control, vitals }: MeterSources["admission"]): void {
    const state = "1 for the state that the breaker is in: CLOSED, OPEN or HALF_OPEN.";
    this.#gauge("breaker_state", state, ["state"], (gauge) => {
      for (const name of BREAKER_STATES) {
        gauge.set({ state: name }, control.breaker().state === name ? 1 : 0);
      }
    });
    const trips = "Times that the breaker opened by itself so far.";
    this.#gauge("breaker_trips", trips, [], (gauge) => gauge.set(control.breaker().trips));
    this.#gauge("execution_mode", "1 for the mode of the process.", ["mode"], (gauge) => {
      for (const mode of EXECUTION_MODES) gauge.set({ mode }, control.mode === mode ? 1 : 0);
    });
    const sensor =
      "Latest reading of each sensor of the breaker; none where it has nothing to say.";
    this.#gauge("sensor", sensor, ["sensor"], (gauge) => {
      gauge.reset();
      for (const { name, value } of control.sensors()) {
        if (value !== null) gauge.set({ sensor: name }, value);
      }
    });
    const held = "Bytes that the threads hold for themselves, as each saw it last.";
    this.#gauge("pool_thread_bytes", held, ["thread"], (gauge) => {
      gauge.reset();
      for (const { no, heapBytes, arrayBytes } of vitals().threads) {
        gauge.set({ thread: no }, heapBytes + arrayBytes);
      }
    });
    const delay = "How late the event loop is in 99 of 100 looks at most.";
    this.#gauge("event_loop_delay_p99_seconds", delay, [], (gauge) =>
      gauge.set(vitals().eventLoopDelayP99Ms / 1_000),
    );
  }

  #meterCaches(caches: MeterSources["caches"]): void {
    const read = (name: string, help: string, value: (cache: CacheCounts) => number) =>
      this.#gauge(`cache_${name}`, help, ["cache"], (gauge) => {
        gauge.reset();
        for (const cache of caches()) gauge.set({ cache: cache.name }, value(cache));
      });
    read("entries", "Entries held.", (cache) => cache.entries);
    read("bytes", "Bytes held.", (cache) => cache.bytes);
    read("max_bytes", "Bytes it may hold.", (cache) => cache.maxBytes);
    read("hits", "Found, so far.", (cache) => cache.hits);
    read("misses", "Not found, so far.", (cache) => cache.misses);
    read("evictions", "Made room for others, so far.", (cache) => cache.evictions);
  }
}
