import type { StageName } from "../core/stages/sweep.ts";
import { scoringCosts } from "../plan/cost-model.ts";
import type { ChunkResult, ComputePool } from "../pool/task.ts";
import { PRIORITIES } from "../store/priorities.ts";
import { type ChunkRecord, isTerminal, type RunRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "./clock.ts";
import type { DatasetSource } from "./dataset-source.ts";
import type { RunClock, RunClocks } from "./run-clock.ts";
import { bestSoFar } from "./stage-ends.ts";
import { chunkVariants, Pace, type Stretch, scoredInOrder } from "./stretch.ts";
import { type SweepTask, sweepTask } from "./sweep-task.ts";

export interface ActiveRunOptions {
  readonly store: Store;
  readonly datasets: DatasetSource;
  readonly pool: ComputePool;
  readonly worker: string;
  readonly clock: Clock;
  /** Counts what this process spends on its runs. */
  readonly runClocks: RunClocks;
  readonly onFault: (error: unknown) => void;
}

/**
 * How often a process reports what it has in flight of a run, if no chunk has told of it: quickly
 * at first, then once in a twentieth of the time it has taken so far.
 */
const REPORT_MS = 250;
const SLOWEST_REPORT_MS = 2_000;
const REPORTS_A_TIME = 20;
/** The database has a clock of its own, and says what is over. */
const CLOCKS_APART_MS = 10;
/** Longest delay of a timer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * A run that this process works on: its candles, its chunks in flight, and the signal that stops
 * them. It lives from the first chunk in flight to the last.
 */
export class ActiveRun {
  readonly run: RunRecord;
  readonly task: Promise<SweepTask>;
  readonly runClock: RunClock;
  readonly #options: ActiveRunOptions;
  readonly #stop = new AbortController();
  #undo: (() => void)[] = [];
  readonly #inFlight = new Map<number, { stage: StageName; scored: number }>();
  #best: { stage: StageName; row: Float64Array } | null = null;
  #shortlist: Promise<Float64Array | null> | null = null;
  readonly #paces: Readonly<Record<StageName, Pace>>;
  #urgency: number;
  #dirty = false;
  readonly #sinceMs: number;
  #quietUntilMs = Number.NEGATIVE_INFINITY;
  #reporting = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(run: RunRecord, options: ActiveRunOptions) {
    this.run = run;
    this.#options = options;
    this.runClock = options.runClocks.of(run.id);
    this.#sinceMs = options.clock.now();
    this.#paces = pacesOf(run, options.pool.size);
    this.#urgency = PRIORITIES[run.priority];
    this.task = sweepTask(options.datasets, run.plan, this.#urgency);
    // Whoever awaits it sees the fault; it must not end the process before that.
    this.task.catch(() => {});
    this.#undo.push(options.clock.every(REPORT_MS, () => void this.#report()));
    this.#limitTime();
  }

  /** Of the chunks that are begun from now on. */
  get urgency(): number {
    return this.#urgency;
  }

  /** Fires when the run has been asked to stop, or has ended elsewhere. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  begin(stretch: Stretch): void {
    for (const { stage, no } of stretch) this.#inFlight.set(no, { stage, scored: 0 });
  }

  progress(stretch: Stretch, scored: number, best: Float64Array | null): void {
    const parts = scoredInOrder(this.run.plan.sweep, stretch, scored);
    for (const [i, { no }] of stretch.entries()) {
      const chunk = this.#inFlight.get(no);
      if (chunk !== undefined) chunk.scored = parts[i]!;
    }
    if (best !== null) this.#best = { stage: stretch[0].stage, row: best };
    this.#dirty = true;
  }

  end(stretch: Stretch): void {
    for (const { no } of stretch) this.#inFlight.delete(no);
  }

  /** What the threads spent on a stretch says how long the next one may be. */
  took([{ stage }]: Stretch, { scored, spent }: ChunkResult): void {
    const threadMs = Object.values(spent).reduce((sum, ms) => sum + ms, 0);
    this.#paces[stage].took(scored, threadMs / this.#options.pool.size);
  }

  /** How many chunks like this one the next stretch may have. */
  wishAfter(chunk: ChunkRecord) {
    return this.#paces[chunk.stage].wish(chunkVariants(this.run.plan.sweep, chunk));
  }

  /** Stage B's shortlist, fetched once. */
  shortlist(): Promise<Float64Array | null> {
    this.#shortlist ??= this.#options.store.shortlist(this.run.id);
    return this.#shortlist;
  }

  /**
   * Runs `work` when it may have the pool. A run that asks for fewer threads than there are gets
   * one chunk at a time: two would be given different threads.
   */
  async scoring<T>(work: () => Promise<T>): Promise<T> {
    const { workers } = this.run.plan.request.schedule;
    if (workers === undefined || workers >= this.#options.pool.size) return work();
    const former = this.#turn;
    const turn = Promise.withResolvers<void>();
    this.#turn = turn.promise;
    await former;
    try {
      return await work();
    } finally {
      turn.resolve();
    }
  }

  /** Progress has been told, with a chunk or by itself. */
  told(): void {
    const nowMs = this.#options.clock.now();
    const share = (nowMs - this.#sinceMs) / REPORTS_A_TIME;
    this.#quietUntilMs = nowMs + Math.min(Math.max(share, REPORT_MS), SLOWEST_REPORT_MS);
  }

  abort(): void {
    this.#stop.abort();
  }

  /** Asks the store whether the run is to go on, and how urgent it is. */
  async check(): Promise<void> {
    const status = await this.#options.store.runStatus(this.run.id);
    if (status !== null) this.#urgency = status.priority;
    if (status === null || status.stopState !== null || isTerminal(status.state)) this.abort();
  }

  dispose(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }

  /** To the moment; what a pause or another clock moves, recovery sees. */
  #limitTime(): void {
    const { deadline, timeUpAt } = this.run;
    const { clock, store, onFault } = this.#options;
    const ends = [deadline, timeUpAt].filter((end) => end !== null).map(Number);
    if (ends.length === 0) return;
    const leftMs = Math.max(0, Math.min(...ends) - clock.now()) + CLOCKS_APART_MS;
    if (leftMs > MAX_TIMER_MS) return;
    this.#undo.push(clock.after(leftMs, () => void store.stopOverdue(this.run.id).catch(onFault)));
  }

  async #report(): Promise<void> {
    const chunks = [...this.#inFlight].map(([no, { stage, scored }]) => ({ no, stage, scored }));
    const stage = chunks[0]?.stage;
    if (stage === undefined || !this.#dirty || this.#reporting) return;
    // A timer may come a little early.
    if (this.#options.clock.now() + REPORT_MS / 10 < this.#quietUntilMs) return;
    this.told();
    this.#reporting = true;
    this.#dirty = false;
    const { store, worker, onFault } = this.#options;
    const best = this.#best?.stage === stage ? this.#best.row : null;
    try {
      await store.reportProgress({
        runId: this.run.id,
        stage,
        worker,
        chunks: chunks.filter((chunk) => chunk.stage === stage && chunk.scored > 0),
        best: best === null ? null : bestSoFar(this.run.plan.sweep, stage, best),
      });
    } catch (error) {
      onFault(error);
    } finally {
      this.#reporting = false;
    }
  }
}

/** As the plan expects them of so many threads. */
function pacesOf({ plan }: RunRecord, threads: number): Readonly<Record<StageName, Pace>> {
  const { baseVariant, riskCell } = scoringCosts(plan.sweep, plan.estimate.bars);
  const pace = (seconds: number) => new Pace((1_000 * seconds) / threads);
  return { STAGE_A: pace(baseVariant), STAGE_B: pace(riskCell) };
}
