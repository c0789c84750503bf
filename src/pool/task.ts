import type { StrategyCheck } from "../core/canary/check-strategy.ts";
import type { VariantChoice, VariantReport } from "../core/report/variant-report.ts";
import type { Candles } from "../core/series/candles.ts";
import type { PhaseTimes } from "../core/stages/phase-clock.ts";
import type { RankedRows } from "../core/stages/ranked-rows.ts";
import type { ScoredSweep } from "../core/stages/score-sweep.ts";
import type { StageName, Sweep } from "../core/stages/sweep.ts";
import type { PoolCacheStats } from "./cache/pool-caches.ts";

export type { RankedRows } from "../core/stages/ranked-rows.ts";

/** A contiguous range of one stage's work, scored by all threads of the pool together. */
export interface ChunkTask {
  /**
   * Identifies sweep and candles to the threads, which keep caches per key. Same key, same sweep
   * and candles.
   */
  readonly key: string;
  readonly sweep: Sweep;
  /** Columns in shared memory, already cut to the bars the sweep sees. */
  readonly candles: Candles;
  /**
   * Says by content which candles these are: rows and planes of the same candles are shared between
   * threads and runs. Without it, everything is computed for this key alone.
   */
  readonly candlesKey?: string;
  readonly stage: StageName;
  /** Stage A: variant indices `[from, to)`. Stage B: positions in the shortlist. */
  readonly from: number;
  readonly to: number;
  /** Where parts of it end, the last one at `to`: what each holds is then counted. */
  readonly ends?: readonly number[];
  /** Stage B: base variant index of each shortlist position. */
  readonly shortlist?: Float64Array;
  /** Threads to use at most; all by default. */
  readonly workers?: number;
  /**
   * Threads leave less urgent work for more urgent work, at the next end of a slice or within a
   * batch, and go on with it afterwards. 0 by default; of the same urgency the oldest goes first.
   */
  readonly urgency?: number;
}

export interface ChunkProgress {
  /** Variants scored so far in this chunk (Stage B counts risk cells). */
  readonly scored: number;
  /** The best row so far, or null before the first slice. */
  readonly best: Float64Array | null;
}

export interface ChunkResult {
  /**
   * `aborted`: the signal fired; the rows hold what was scored until then, columns are incomplete.
   */
  readonly status: "done" | "aborted";
  readonly scored: number;
  /** Variants of each part, where parts were asked for and a constraint forbids some. */
  readonly counts: readonly number[] | null;
  readonly rows: RankedRows;
  /**
   * One column a metric of the sweep, one value a number of the chunk's range; NaN where skipped or
   * undefined.
   */
  readonly columns: readonly Float64Array[];
  readonly elapsedMs: number;
  /** What its threads spent, added up. */
  readonly spent: PhaseTimes;
}

export interface RunChunkOptions {
  readonly signal?: AbortSignal;
  /**
   * Called at most every `progressMs` (default 250), and at the end with the final numbers. Never
   * goes back.
   */
  readonly onProgress?: (progress: ChunkProgress) => void;
  readonly progressMs?: number;
}

/** A fully scored variant: every ranking metric, in the order of RANKING_METRICS. */
export interface ScoredVariant {
  readonly variantIndex: number;
  readonly metrics: Float64Array;
}

/** One variant to be reported in full. */
export interface ReportTask {
  readonly sweep: Sweep;
  /** As of a chunk. */
  readonly candles: Candles;
  readonly choice: VariantChoice;
}

/** One strategy to be checked before it is swept. */
export interface CheckTask {
  readonly sweep: Sweep;
  /** As of a chunk. */
  readonly candles: Candles;
  readonly seed: number;
  /** As of a chunk. */
  readonly urgency?: number;
}

/** A sweep without a part of it. */
export type WholeTask = Omit<ChunkTask, "stage" | "from" | "to" | "shortlist" | "workers">;

/** All of it, and what its thread spent. */
export interface WholeResult extends ScoredSweep {
  readonly spent: PhaseTimes;
}

export interface ComputePool {
  readonly size: number;
  /** Both stages on one thread, for runs too small to share; null where the signal fired. */
  runSweep(task: WholeTask, signal: AbortSignal): Promise<WholeResult | null>;
  runChunk(task: ChunkTask, options?: RunChunkOptions): Promise<ChunkResult>;
  /** The columns of a chunk are not used any longer: other chunks may have their memory. */
  giveBack(result: ChunkResult): void;
  /** Nothing more is to be scored under this key: threads let go of what they keep for it. */
  forget(key: string): void;
  /**
   * All ranking metrics of chosen variants (final rows of a run). Stage B indices are base * cells
   * + cell.
   */
  score(
    task: Omit<ChunkTask, "from" | "to" | "shortlist">,
    variants: Float64Array,
    onSpent?: (spent: PhaseTimes) => void,
  ): Promise<ScoredVariant[]>;
  /** Does not wait for the chunks under way: a thread answers between two of its slices. */
  report(task: ReportTask): Promise<VariantReport>;
  /** Takes a second of one thread, after what that thread has to do already. */
  check(task: CheckTask): Promise<StrategyCheck>;
  stats(): PoolStats;
  /** What the threads have kept for one another and for later runs. */
  caches(): readonly PoolCacheStats[];
  close(): Promise<void>;
}

export interface PoolStats {
  readonly size: number;
  /** Threads that are there or just starting: fewer than `size` while some cannot be started. */
  readonly alive: number;
  /** Threads that may score at a time. */
  readonly allowed: number;
  readonly busy: number;
  readonly queuedChunks: number;
  readonly replacedWorkers: number;
  /** Threads that died before they were ready, so far. */
  readonly failedStarts: number;
  /** Scored by the threads since the pool began, in chunks that have ended. */
  readonly slices: number;
}
