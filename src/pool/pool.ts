import type { StrategyCheck } from "../core/canary/check-strategy.ts";
import { RANKING_METRICS } from "../core/metrics/ranking-metric.ts";
import type { VariantReport } from "../core/report/variant-report.ts";
import { mergeRows } from "../core/stages/merge-rows.ts";
import { addTimes, noTimes, type PhaseTimes } from "../core/stages/phase-clock.ts";
import { chooseKernels, type KernelName } from "../kernels/choose-kernels.ts";
import {
  type CacheBounds,
  createPoolCacheMemory,
  type PoolCacheMemory,
  type PoolCacheStats,
  PoolCaches,
} from "./cache/pool-caches.ts";
import { ChunkWatch } from "./chunk-watch.ts";
import { failureOf, lossOf, PoolEmpty, WorkerLost } from "./faults.ts";
import { Order } from "./order.ts";
import type { PoolOptions } from "./pool-options.ts";
import {
  CONTROL,
  COUNTER,
  type FromWorker,
  type ToWorker,
  type WorkerSettings,
} from "./protocol.ts";
import { Reins } from "./reins.ts";
import { Restarts } from "./restarts.ts";
import { countedEnds, shareChunk } from "./shared-chunk.ts";
import { SharedColumns } from "./shared-columns.ts";
import type {
  CheckTask,
  ChunkResult,
  ChunkTask,
  ComputePool,
  PoolStats,
  ReportTask,
  RunChunkOptions,
  ScoredVariant,
  WholeResult,
  WholeTask,
} from "./task.ts";
import { Thread } from "./thread.ts";

type AnswerOf<K extends FromWorker["kind"]> = Extract<FromWorker, { kind: K }>;
type Answer = AnswerOf<"chunkDone" | "sweepDone" | "scored" | "reported" | "checked">;

/** Attempts at work whose thread died before the work is suspected. */
const MAX_ATTEMPTS = 3;

const DEFAULT_THREAD_BYTES = 4 * 2 ** 30;
const NO_CACHES: CacheBounds = { indicatorBytes: 0, atomBytes: 0 };
/** The pool's own number among the threads that use the caches. */
const POOL_NO = 1;

/** Starts the threads and waits until each has warmed up. */
export async function createPool(options: PoolOptions): Promise<WorkerPool> {
  if (!Number.isInteger(options.size) || options.size < 1) {
    throw new Error(`pool size must be a positive integer, got ${options.size}`);
  }
  const pool = new WorkerPool(options);
  try {
    await pool.ready();
  } catch (error) {
    await pool.close();
    throw error;
  }
  return pool;
}

/**
 * Threads that live as long as the pool. A chunk goes to all of them at once; they share it slice
 * by slice. Chunks queue up in each thread, so a second chunk starts wherever a thread runs out of
 * slices of the first; a more urgent one starts at the next slice, and the first goes on after it.
 * A thread that dies is replaced, and the chunks it had a hand in are done again as a whole, which
 * gives the same bytes. Where threads die again and again before they are ready, the pool goes on
 * with those it has and starts others later; without any it refuses work with PoolEmpty.
 */
export class WorkerPool implements ComputePool {
  readonly size: number;
  readonly kernels: KernelName;
  readonly reins: Reins;
  readonly #settings: Pick<WorkerSettings, "limitBytes" | "batches">;
  readonly #cacheMemory: PoolCacheMemory;
  readonly #caches: PoolCaches;
  readonly #columns = new SharedColumns();
  #lastThreadNo = POOL_NO;
  readonly #threads: Thread[] = [];
  readonly #orders = new Map<number, Order<Answer, Thread>>();
  /** Who hears of better rows, by order. */
  readonly #watches = new Map<number, ChunkWatch>();
  #nextId = 1;
  #replaced = 0;
  #slices = 0;
  readonly #restarts: Restarts;
  #lastFault: Error | null = null;
  #closed = false;

  constructor({ size, kernels, caches, threadBytes, batches = true, restarts }: PoolOptions) {
    this.size = size;
    this.#restarts = new Restarts(restarts ?? {});
    this.#settings = { limitBytes: threadBytes ?? DEFAULT_THREAD_BYTES, batches };
    this.#cacheMemory = createPoolCacheMemory(caches ?? NO_CACHES);
    this.#caches = new PoolCaches(this.#cacheMemory, POOL_NO);
    this.reins = new Reins(size);
    this.kernels = kernels ?? chooseKernels("auto");
    for (let i = 0; i < this.size; i++) this.#threads.push(this.#startThread());
  }

  async ready(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.ready));
  }

  async runChunk(task: ChunkTask, options: RunChunkOptions = {}): Promise<ChunkResult> {
    const startedMs = performance.now();
    const watch = new ChunkWatch(task, options);
    const { signal } = options;
    const { rows, ...rest } = await this.#retrying(() => this.#attemptChunk(task, watch, signal));
    if (rows.data.length > 0) watch.offer(rows.data.slice(0, rows.stride));
    watch.report(rest.scored);
    return { ...rest, rows, elapsedMs: performance.now() - startedMs };
  }

  giveBack(result: ChunkResult): void {
    this.#columns.giveBack(result);
  }

  forget(key: string): void {
    for (const thread of this.#threads) thread.tell({ kind: "forget", key });
  }

  runSweep(task: WholeTask, signal: AbortSignal): Promise<WholeResult | null> {
    return this.#retrying(() => this.#attemptSweep(task, signal));
  }

  async score(
    task: Omit<ChunkTask, "from" | "to" | "shortlist">,
    variants: Float64Array,
    onSpent: (spent: PhaseTimes) => void = () => {},
  ): Promise<ScoredVariant[]> {
    if (variants.length === 0) return [];
    return this.#retrying(() => this.#attemptScore(task, variants, onSpent));
  }

  async report(task: ReportTask): Promise<VariantReport> {
    const ask = (id: number): ToWorker => ({ kind: "report", order: { ...task, id } });
    return (await this.#askOne<AnswerOf<"reported">>(ask)).report;
  }

  async check(task: CheckTask): Promise<StrategyCheck> {
    const ask = (id: number): ToWorker => ({ kind: "check", order: { ...task, id } });
    return (await this.#askOne<AnswerOf<"checked">>(ask)).check;
  }

  stats(): PoolStats {
    const busy = this.#threads.filter((thread) => thread.orders.size > 0).length;
    const queuedChunks = this.#orders.size;
    const starts = { replacedWorkers: this.#replaced, failedStarts: this.#restarts.failed };
    const threads = { size: this.size, alive: this.#threads.length, allowed: this.reins.allowed };
    return { ...threads, busy, queuedChunks, ...starts, slices: this.#slices };
  }

  caches(): readonly PoolCacheStats[] {
    return this.#caches.stats();
  }

  /** Of each thread, without the code and what it shares with others. */
  threadMemory() {
    return this.#threads.map((thread) => thread.memory());
  }

  /** Ends one thread as a crash would: it is replaced and its work is done again. */
  async terminateWorker(position: number): Promise<void> {
    await this.#threads[position]?.terminate();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#restarts.close();
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  /** The answer of the thread that has least to do. */
  #askOne<A extends Answer>(message: (id: number) => ToWorker): Promise<A> {
    return this.#retrying(async () => {
      const order = this.#order<A>(this.#chosen(1), message);
      const [answer] = await order.answered;
      return answer;
    });
  }

  async #retrying<T>(attempt: () => Promise<T>): Promise<T> {
    for (let n = 1; ; ) {
      this.#refuseWithoutThreads();
      try {
        return await attempt();
      } catch (error) {
        this.#refuseWithoutThreads();
        if (!(error instanceof WorkerLost) || n >= MAX_ATTEMPTS) throw error;
        if (error.wasReady) n++;
      }
    }
  }

  #refuseWithoutThreads(): void {
    if (this.#closed) throw new Error("the pool is closed");
    if (this.#threads.length === 0) throw new PoolEmpty(this.#lastFault);
  }

  async #attemptChunk(
    task: ChunkTask,
    watch: ChunkWatch,
    signal: AbortSignal | undefined,
  ): Promise<Omit<ChunkResult, "elapsedMs">> {
    const threads = this.#chosen(task.workers);
    const { control, counters, columns } = shareChunk(task, threads.length, this.#columns);
    const keep = task.stage === "STAGE_A" ? task.sweep.preselect : task.sweep.topK;
    const given = { keep, shortlist: task.shortlist ?? null, ends: countedEnds(task) };
    const chunk = { ...task, ...given, control, counters, columns };
    // Threads that are busy with something else will find this chunk aborted, or without slices
    // left: nobody has to wait for them.
    const excuseIdle = () => {
      for (const [seat, thread] of threads.entries()) {
        if (Atomics.load(control, CONTROL.begun + seat) === 0) order.excuse(thread);
      }
    };
    const abort = () => {
      Atomics.store(control, CONTROL.abort, 1);
      excuseIdle();
    };
    const order = this.#order<AnswerOf<"chunkDone">>(
      threads,
      (id, seat) => ({ kind: "chunk", chunk: { ...chunk, id, seat } }),
      { onFault: abort, onAnswer: excuseIdle },
    );
    if (signal?.aborted === true) abort();
    signal?.addEventListener("abort", abort, { once: true });
    this.#watches.set(order.id, watch);
    const scored = () => Number(Atomics.load(counters, COUNTER.scored));
    watch.begin(scored);
    try {
      const answers = await order.answered;
      const lists = answers.map((answer) => answer.rows);
      const spent = answers.map((answer) => answer.spent).reduce(addTimes, noTimes());
      const status = signal?.aborted === true ? "aborted" : "done";
      const counts = answers.find((answer) => answer.counts !== null)?.counts ?? null;
      const rows = mergeRows(task.sweep, lists, keep);
      return { status, scored: scored(), counts, rows, columns, spent };
    } finally {
      watch.end();
      this.#slices += Number(Atomics.load(counters, COUNTER.slices));
      signal?.removeEventListener("abort", abort);
      this.#watches.delete(order.id);
    }
  }

  async #attemptSweep(task: WholeTask, signal: AbortSignal): Promise<WholeResult | null> {
    const threads = this.#chosen(1);
    const control = new Int32Array(new SharedArrayBuffer((CONTROL.begun + 1) * 4));
    const order = this.#order<AnswerOf<"sweepDone">>(threads, (id) => ({
      kind: "sweep",
      order: { ...task, id, control },
    }));
    const abort = () => {
      Atomics.store(control, CONTROL.abort, 1);
      if (Atomics.load(control, CONTROL.begun) === 0) order.excuse(threads[0]);
    };
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    try {
      return (await order.answered)[0]?.scored ?? null;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /**
   * Variants are dealt out in index order, so that cells of one base variant share its first-hit
   * table.
   */
  async #attemptScore(
    task: Omit<ChunkTask, "from" | "to" | "shortlist">,
    variants: Float64Array,
    onSpent: (spent: PhaseTimes) => void,
  ): Promise<ScoredVariant[]> {
    const ordered = variants.toSorted();
    const threads = this.#chosen(task.workers);
    const share = Math.ceil(ordered.length / threads.length);
    const scored = new Map<number, Float64Array>();
    const parts = threads.map((thread, i) => ({
      thread,
      variants: ordered.slice(i * share, (i + 1) * share),
    }));
    const orders = parts
      .filter((part) => part.variants.length > 0)
      .map(async (part) => {
        const order = this.#order<AnswerOf<"scored">>([part.thread], (id) => ({
          kind: "score",
          order: { ...task, id, variants: part.variants },
        }));
        const [answer] = await order.answered;
        onSpent(answer.spent);
        const count = RANKING_METRICS.length;
        part.variants.forEach((variant, v) => {
          scored.set(variant, answer.metrics.subarray(v * count, (v + 1) * count));
        });
      });
    await Promise.all(orders);
    return Array.from(variants, (variantIndex) => ({
      variantIndex,
      metrics: scored.get(variantIndex)!,
    }));
  }

  #order<A extends Answer>(
    threads: readonly Thread[],
    message: (id: number, seat: number) => ToWorker,
    { onFault = () => {}, onAnswer = () => {} } = {},
  ): Order<A, Thread> {
    const order = new Order<A, Thread>(this.#nextId++, threads, onFault, onAnswer);
    for (const [seat, thread] of threads.entries()) {
      thread.send(order.id, message(order.id, seat));
    }
    this.#orders.set(order.id, order as unknown as Order<Answer, Thread>);
    const forget = () => void this.#orders.delete(order.id);
    order.answered.then(forget, forget);
    return order;
  }

  /** The threads with the least to do. */
  #chosen(workers: number | undefined): Thread[] {
    const wanted = Math.max(1, workers ?? this.size);
    return this.#threads.toSorted((a, b) => a.orders.size - b.orders.size).slice(0, wanted);
  }

  #startThread(): Thread {
    const shared = { caches: this.#cacheMemory, reins: this.reins.words };
    const thread = new Thread(
      { kernels: this.kernels, ...this.#settings, no: ++this.#lastThreadNo, ...shared },
      {
        onMessage: (from, message) => this.#receive(from, message),
        onExit: (from, reason) => this.#lost(from, reason),
      },
    );
    const ready = () => this.#restarts.ready();
    thread.ready.then(ready, () => {});
    return thread;
  }

  #receive(thread: Thread, message: FromWorker): void {
    if (message.kind === "ready") return;
    if (message.kind === "best") {
      this.#watches.get(message.id)?.offer(message.row);
      return;
    }
    thread.orders.delete(message.id);
    const order = this.#orders.get(message.id);
    if (message.kind === "failed") {
      order?.fail(thread, failureOf(message, this.#settings.limitBytes));
      // What it holds goes with it.
      if (message.outOfMemory) void thread.terminate();
    } else {
      order?.answer(thread, message);
    }
  }

  #lost(thread: Thread, reason: Error | null): void {
    this.#lastFault = reason;
    this.#caches.recoverFrom(thread.no);
    this.reins.takeBack(thread.no);
    const position = this.#threads.indexOf(thread);
    if (!this.#closed && position >= 0) {
      this.#replace(position, this.#restarts.waitAfter(thread.isReady, reason));
    }
    const loss = lossOf(reason, this.#settings.limitBytes, thread.isReady);
    for (const id of thread.orders) this.#orders.get(id)?.fail(thread, loss);
    thread.orders.clear();
  }

  #replace(position: number, waitMs: number): void {
    if (waitMs === 0) {
      this.#replaced++;
      this.#threads[position] = this.#startThread();
      return;
    }
    this.#threads.splice(position, 1);
    this.#restarts.later(waitMs, () => {
      this.#replaced++;
      this.#threads.push(this.#startThread());
    });
  }
}
