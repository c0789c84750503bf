import type { StrategyCheck } from "../core/canary/check-strategy.ts";
import type { Timeframe } from "../core/series/timeframe.ts";
import type { KeptBounds } from "../core/stages/memory-budget.ts";
import { complaint, UserError } from "../core/user-error.ts";
import { canonicalJson } from "../plan/canonical-json.ts";
import { type ColumnDefaults, withColumns, withoutColumns } from "../plan/column-defaults.ts";
import type { Guards } from "../plan/guards.ts";
import { makePlan } from "../plan/make-plan.ts";
import { parseRunRequest } from "../plan/parse-request.ts";
import type { RunRequest } from "../plan/request.ts";
import type { RunPlan } from "../plan/run-plan.ts";
import { sha256Hex } from "../plan/variant-key.ts";
import type { ComputePool } from "../pool/task.ts";
import { LOCAL_OWNER } from "../store/access-records.ts";
import { PRIORITIES, type Priority } from "../store/priorities.ts";
import type { QueueLimits } from "../store/queue-limits.ts";
import { isTerminal, type RunRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { type DatasetSource, marketCandles, planCandles } from "./dataset-source.ts";
import { type EndDuty, endStage } from "./end-stage.ts";
import { HeldLeases } from "./held-leases.ts";
import type { RunFault } from "./run-fault.ts";
import { OPEN_GATE, queueThroughGate, type RunGate, throughGate } from "./run-gate.ts";
import type { RunStep } from "./run-step.ts";
import { runSynchronously, type SynchronousRun } from "./synchronous-run.ts";
import {
  type ReportOptions,
  type RunReport,
  type VariantPlace,
  VariantReports,
} from "./variant-reports.ts";

export interface RunServiceOptions {
  readonly store: Store;
  readonly pool: ComputePool;
  readonly datasets: DatasetSource;
  /** Name of this process, unique among all that share the database. */
  readonly worker: string;
  readonly guards: Guards;
  /** What the pool keeps for other runs at most. */
  readonly caches?: KeptBounds;
  /** About metric columns where a request is silent; without them they are kept. */
  readonly columns?: ColumnDefaults;
  readonly engineVersion: string;
  readonly kernels: "reference" | "wasm";
  /** Most and default of a synchronous run's deadline. */
  readonly syncDeadlineMs: number;
  /** Synchronous runs at a time; another one is refused with QUEUE_FULL. */
  readonly maxSynchronousRuns?: number;
  /** What may wait at most; wherever a run is queued it is refused beyond. */
  readonly limits?: QueueLimits;
  /** Shared with the runner of the same process. */
  readonly leases?: HeldLeases;
  /** Whether runs may begin; always, when absent. */
  readonly gate?: RunGate;
  readonly onFault?: (fault: RunFault) => void;
  readonly onStep?: (step: RunStep) => void;
}

const DEFAULT_SYNCHRONOUS_RUNS = 4;
/** What the newest synchronous run counts for in the mean of their durations. */
const NEWEST_SHARE = 0.2;
const LEAST_RETRY_MS = 50;
/** Threads are started again after a second at first, then less and less often. */
const NO_THREADS_RETRY_MS = 2_000;

/** Answers requests about runs. Every method throws UserError for a user's mistake. */
export class RunService {
  readonly #options: RunServiceOptions;
  readonly #duty: EndDuty;
  readonly #reports: VariantReports;
  #synchronousRuns = 0;
  /** How long synchronous runs take of late. */
  #meanMs = 1_000;

  constructor(options: RunServiceOptions) {
    this.#options = options;
    this.#duty = {
      onFault: () => {},
      onStep: () => {},
      leases: new HeldLeases(),
      clock: SYSTEM_CLOCK,
      // Somebody waits for the answer: an outage is told at once, and a runner ends the run.
      whenThere: (work) => work(),
      ...options,
    };
    const { pool } = options;
    this.#reports = new VariantReports({ ...options, compute: (task) => pool.report(task) });
  }

  /** Validates and estimates; nothing is stored. */
  async estimate(input: unknown): Promise<RunPlan> {
    return this.#plan(parseRunRequest(input), false);
  }

  /** Queues a run. The same idempotency key with the same request gives the same run. */
  async startRun(
    input: unknown,
    idempotencyKey: string | null,
    owner: string = LOCAL_OWNER,
    strategyId?: string,
  ): Promise<{ readonly run: RunRecord; readonly created: boolean }> {
    const request = parseRunRequest(input);
    const { kernels, limits = {}, store, gate } = this.#options;
    const key = { owner, idempotencyKey, requestHash: sha256Hex(canonicalJson(request)) };
    // Who repeats a request that was taken is not told that there is no room for it.
    const former = await store.formerRun(key);
    if (former !== null) return { run: former, created: false };
    const create = async () =>
      store.createRun({
        ...key,
        plan: await this.#plan(request, false),
        kernels,
        ...(strategyId === undefined ? {} : { strategyId }),
        limits,
      });
    return queueThroughGate(gate ?? OPEN_GATE, store, create);
  }

  /**
   * Runs while the caller waits, with half the budgets; nothing is stored. UserError
   * DEADLINE_EXCEEDED after `deadlineMs` (the service's own is the most), the signal's reason when
   * that fires.
   */
  async backtest(
    input: unknown,
    options: { readonly signal?: AbortSignal; readonly deadlineMs?: number } = {},
  ): Promise<SynchronousRun & { readonly kernels: RunRecord["kernels"] }> {
    const { syncDeadlineMs, pool, datasets, kernels } = this.#options;
    const request = parseRunRequest(input);
    const ownMs = untilDeadline(request);
    const deadlineMs = Math.min(options.deadlineMs ?? syncDeadlineMs, syncDeadlineMs, ownMs);
    const signal = options.signal ?? new AbortController().signal;
    return this.#whileWaiting(signal, async () => {
      const plan = await this.#plan(request, true);
      return {
        ...(await runSynchronously(plan, { pool, datasets, signal, deadlineMs })),
        kernels,
      };
    });
  }

  /**
   * Whether the strategy of a request knows the future, and whether its warm-up is enough. Counts
   * as a synchronous run.
   */
  async check(
    input: unknown,
    options: { readonly seed?: number } = {},
  ): Promise<StrategyCheck & { readonly plan: RunPlan }> {
    const { pool, datasets } = this.#options;
    const seed = checkSeed(options.seed ?? 1);
    return this.#whileWaiting(null, async () => {
      const plan = await this.#plan(parseRunRequest(input), false);
      const candles = await planCandles(datasets, plan);
      const urgency = PRIORITIES.HIGH;
      return { plan, ...(await pool.check({ sweep: plan.sweep, candles, seed, urgency })) };
    });
  }

  /**
   * Idempotent from any state. A run that nobody works on has ended when this returns; any other
   * ends as soon as its workers have stored what they have.
   */
  async cancelRun(id: string, reason: string | null): Promise<RunRecord> {
    const { store } = this.#options;
    const run = await store.requestCancel(id, reason);
    if (run === null) throw notFound(id);
    if (isTerminal(run.state)) return run;
    await endStage(this.#duty, id);
    return (await store.run(id)) ?? run;
  }

  retryRun(id: string): Promise<RunRecord> {
    return this.#options.store.retryRun(id, this.#options.limits);
  }

  /** What waits and what is at work, with what may. */
  async queue() {
    const { store, limits = {} } = this.#options;
    const classes = await store.queueClasses();
    return {
      waiting: classes.reduce((sum, { waiting }) => sum + waiting, 0),
      allowed: limits.maxQueued ?? null,
      classes: classes.map((each) => ({
        ...each,
        allowed: limits.maxQueuedOf?.[each.priority] ?? null,
      })),
    };
  }

  setRunPriority(id: string, priority: Priority): Promise<RunRecord> {
    return this.#options.store.setRunPriority(id, priority, this.#options.limits);
  }

  pauseRun(id: string): Promise<RunRecord> {
    return this.#options.store.pauseRun(id);
  }

  resumeRun(id: string): Promise<RunRecord> {
    return this.#options.store.resumeRun(id);
  }

  /**
   * A variant of a run in full, computed now; see VariantReports for what is refused. The metrics
   * of a stored row are those of the row, to the bit.
   */
  report(runId: string, place: VariantPlace, options?: ReportOptions): Promise<RunReport> {
    return this.#reports.report(runId, place, options);
  }

  deleteRun(id: string): Promise<void> {
    return this.#options.store.deleteRun(id);
  }

  async #plan(request: RunRequest, synchronous: boolean): Promise<RunPlan> {
    const { store, datasets, guards, engineVersion, pool, caches, kernels } = this.#options;
    const dataset = await store.findDataset(request.dataset);
    if (dataset === null) {
      const message = "there is no such dataset";
      throw new UserError("NOT_FOUND", complaint("dataset", message, request.dataset));
    }
    const market = {
      datasetHash: dataset.hash,
      timeframe: (request.timeframe as Timeframe | undefined) ?? dataset.timeframe,
      candles: await marketCandles(datasets, dataset.hash, request.timeframe),
    };
    const { columns } = this.#options;
    const wanted = columns === undefined ? request : withColumns(request, columns);
    const planned = synchronous ? withoutColumns(request) : wanted;
    const workers = Math.min(request.schedule.workers ?? pool.size, pool.size);
    const kept = caches === undefined ? {} : { caches };
    const process = { guards, engineVersion, workers, kernels, ...kept };
    return makePlan(planned, market, { ...process, synchronous });
  }

  /**
   * Work that a caller waits for: UserError QUEUE_FULL where too much of it is done already,
   * SERVICE_OVERLOADED where nobody could do it.
   */
  async #whileWaiting<T>(signal: AbortSignal | null, work: () => Promise<T>): Promise<T> {
    this.#refuseCrowd();
    this.#synchronousRuns++;
    const startMs = performance.now();
    try {
      return await throughGate(this.#options.gate ?? OPEN_GATE, work, signal);
    } finally {
      this.#synchronousRuns--;
      this.#meanMs += (performance.now() - startMs - this.#meanMs) * NEWEST_SHARE;
    }
  }

  #refuseCrowd(): void {
    const { maxSynchronousRuns: allowed = DEFAULT_SYNCHRONOUS_RUNS, pool } = this.#options;
    if (pool.stats().alive === 0) {
      const fault = complaint("", "no thread can be started at the moment", 0, "one at least");
      throw new UserError("SERVICE_OVERLOADED", fault, { retryAfterMs: NO_THREADS_RETRY_MS });
    }
    if (this.#synchronousRuns < allowed) return;
    const message = "too many synchronous runs at a time: use startRun";
    const bound = `${allowed} at a time`;
    throw new UserError("QUEUE_FULL", complaint("", message, this.#synchronousRuns, bound), {
      retryAfterMs: Math.ceil(Math.max(LEAST_RETRY_MS, this.#meanMs / allowed)),
      allowed,
    });
  }
}

/** Milliseconds that the request leaves; UserError VALIDATION where none. */
function untilDeadline({ schedule: { deadline } }: RunRequest): number {
  if (deadline === undefined) return Number.POSITIVE_INFINITY;
  const nowMs = Date.now();
  const leftMs = Date.parse(deadline) - nowMs;
  if (leftMs > 0) return leftMs;
  const bound = `later than ${new Date(nowMs).toISOString()}`;
  const fault = complaint("schedule.deadline", "has passed", deadline, bound);
  throw new UserError("VALIDATION", fault);
}

function checkSeed(seed: number): number {
  if (Number.isInteger(seed) && seed >= 0 && seed <= Number.MAX_SAFE_INTEGER) return seed;
  const bound = "integer 0..2^53 - 1";
  throw new UserError("VALIDATION", complaint("seed", "must be a seed", seed, bound));
}

function notFound(id: string): UserError {
  return new UserError("NOT_FOUND", complaint("id", "there is no such run", id));
}
