import type { StrategyCheck } from "../core/canary/check-strategy.ts";
import type { VariantReport } from "../core/report/variant-report.ts";
import type { Candles } from "../core/series/candles.ts";
import type { PhaseTimes } from "../core/stages/phase-clock.ts";
import type { RankedRows } from "../core/stages/ranked-rows.ts";
import type { StageName, Sweep } from "../core/stages/sweep.ts";
import type { KernelName } from "../kernels/choose-kernels.ts";
import type { PoolCacheMemory } from "./cache/pool-caches.ts";
import type { ReinWords } from "./reins.ts";
import type { CheckTask, ReportTask, WholeResult } from "./task.ts";

/** What a thread is started with. */
export interface WorkerSettings {
  readonly kernels: KernelName;
  readonly caches: PoolCacheMemory;
  /** Whether engines score variants together where they can. */
  readonly batches: boolean;
  /** The thread's number: no other thread of the pool has had it. */
  readonly no: number;
  readonly reins: ReinWords;
  /** Most bytes that the thread may hold, and, shared, what it holds: see thread-memory.ts. */
  readonly limitBytes: number;
  readonly held: Float64Array;
}

/**
 * Every message between the pool and its threads. Candles, columns and control words are shared
 * memory.
 */
/** What a thread answers. */
export type OrderMessage =
  | { readonly kind: "chunk"; readonly chunk: ChunkOrder }
  | { readonly kind: "sweep"; readonly order: SweepOrder }
  | { readonly kind: "score"; readonly order: ScoreOrder }
  | { readonly kind: "report"; readonly order: ReportOrder }
  | { readonly kind: "check"; readonly order: CheckOrder };

export type ToWorker = OrderMessage | { readonly kind: "forget"; readonly key: string };

export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "best"; readonly id: number; readonly row: Float64Array }
  | {
      readonly kind: "chunkDone";
      readonly id: number;
      readonly counts: readonly number[] | null;
      readonly rows: RankedRows;
      readonly spent: PhaseTimes;
    }
  | {
      readonly kind: "scored";
      readonly id: number;
      readonly metrics: Float64Array;
      readonly spent: PhaseTimes;
    }
  | { readonly kind: "sweepDone"; readonly id: number; readonly scored: WholeResult | null }
  | { readonly kind: "reported"; readonly id: number; readonly report: VariantReport }
  | { readonly kind: "checked"; readonly id: number; readonly check: StrategyCheck }
  | {
      readonly kind: "failed";
      readonly id: number;
      readonly message: string;
      readonly stack: string;
      /** The thread holds more than it may, and has to go. */
      readonly outOfMemory: boolean;
    };

/** What a thread needs to make a scorer; kept under `key`. */
export interface ScorerOrder {
  readonly urgency?: number;
  readonly key: string;
  readonly sweep: Sweep;
  readonly candles: Candles;
  readonly candlesKey?: string;
}

export interface ChunkOrder extends ScorerOrder {
  readonly id: number;
  /** Which of the chunk's threads this is, from 0. */
  readonly seat: number;
  readonly stage: StageName;
  readonly from: number;
  readonly to: number;
  readonly shortlist: Float64Array | null;
  /** Parts whose variants are to be counted, where that is not arithmetic. */
  readonly ends: readonly number[] | null;
  /** Shared; one column a metric. */
  readonly columns: readonly Float64Array[];
  readonly keep: number;
  readonly control: Int32Array;
  readonly counters: BigInt64Array;
}

/** A whole sweep for one thread. */
export interface SweepOrder extends ScorerOrder {
  readonly id: number;
  readonly control: Int32Array;
}

export interface ReportOrder extends ReportTask {
  readonly id: number;
}

export interface CheckOrder extends CheckTask {
  readonly id: number;
}

export interface ScoreOrder extends ScorerOrder {
  readonly id: number;
  readonly stage: StageName;
  readonly variants: Float64Array;
}

/**
 * Control words of a chunk (Int32Array in shared memory). A thread sets its own `begun + seat`
 * before it looks at `abort` for the first time: a thread that has not begun when the chunk is
 * aborted will do nothing.
 */
export const CONTROL = { abort: 0, begun: 1 } as const;

/**
 * Counters of a chunk (BigInt64Array in shared memory): variants and slices scored, then a word for
 * each thread's share of the pieces, see shares.ts.
 */
export const COUNTER = { scored: 0, slices: 1, shares: 2 } as const;
