import type { RankingMetric } from "../core/metrics/ranking-metric.ts";
import type { ParameterValues } from "../core/parameter.ts";
import type { GapReport } from "../core/series/gap-report.ts";
import type { Timeframe } from "../core/series/timeframe.ts";
import type { RunProfile } from "../core/stages/run-profile.ts";
import type { StageName } from "../core/stages/sweep.ts";
import type { RunPlan } from "../plan/run-plan.ts";
import type { Priority } from "./priorities.ts";

export const RUN_STATES = [
  "QUEUED",
  "RUNNING",
  "PAUSED",
  "SUCCEEDED",
  "FAILED",
  "CANCELLED",
  "TIMED_OUT",
] as const;
export type RunState = (typeof RUN_STATES)[number];

export const TERMINAL_STATES = ["SUCCEEDED", "FAILED", "CANCELLED", "TIMED_OUT"] as const;
export type TerminalState = (typeof TERMINAL_STATES)[number];
/**
 * The end a run has been asked to come to; it gets there when no chunk of it is being worked on.
 */
export type StopState = Exclude<TerminalState, "SUCCEEDED">;

export function isTerminal(state: RunState): state is TerminalState {
  return (TERMINAL_STATES as readonly RunState[]).includes(state);
}

export const RUN_STAGES = ["STAGE_A", "STAGE_B", "FINALIZING"] as const;
export type RunStage = (typeof RUN_STAGES)[number];

export type { GapReport };

/** A dataset without its columns. `hash` is its identity. */
export interface DatasetRecord {
  readonly hash: string;
  readonly name: string;
  readonly instrument: string;
  readonly timeframe: Timeframe;
  readonly bars: number;
  /** Open time of the first bar and close time of the last one, UTC epoch milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  readonly gaps: GapReport;
  /** Where it came from, e.g. `csv` or `synthetic`. */
  readonly source: string;
  readonly createdAt: Date;
}

/**
 * One row of a result list. `variantIndex` is base * cells + cell in Stage B, the base index in
 * Stage A (a run that was stopped there).
 */
export interface ResultRow {
  readonly rank: number;
  readonly variantIndex: number;
  readonly variantKey: string;
  /** Axis name to value, e.g. `fast.window`. */
  readonly params: ParameterValues;
  readonly stopLossPct: number | null;
  readonly trailingStopPct: number | null;
  readonly takeProfitPct: number | null;
  readonly metrics: Readonly<Record<RankingMetric, number | null>>;
}

/** The best variant seen so far, as shown in progress. */
export interface BestSoFar {
  readonly variantIndex: number;
  readonly params: ParameterValues;
  readonly stopLossPct: number | null;
  readonly trailingStopPct: number | null;
  readonly takeProfitPct: number | null;
  /** The ranking metrics of the run only. */
  readonly metrics: Readonly<Partial<Record<RankingMetric, number | null>>>;
}

export const EVENT_KINDS = [
  "QUEUED",
  "STARTED",
  "PROGRESS",
  "STAGE",
  "PAUSED",
  "RESUMED",
  "SUCCEEDED",
  "FAILED",
  "CANCELLED",
  "TIMED_OUT",
  "RETRIED",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/**
 * One event of a run. Each carries the whole progress state, so dropping older ones loses nothing.
 */
export interface RunEvent {
  readonly runId: string;
  /** Strictly increasing in a run, from 1, without holes. */
  readonly seq: number;
  readonly at: Date;
  readonly kind: EventKind;
  readonly state: RunState;
  readonly stage: RunStage;
  /** Variants of the current stage. */
  readonly done: number;
  readonly total: number;
  readonly variantsPerSecond: number | null;
  readonly etaSeconds: number | null;
  readonly best: BestSoFar | null;
  readonly message: string | null;
}

export interface RunError {
  readonly code: string;
  readonly message: string;
}

export interface RunRecord {
  readonly id: string;
  readonly owner: string;
  readonly state: RunState;
  readonly stage: RunStage;
  readonly plan: RunPlan;
  readonly planHash: string;
  readonly datasetHash: string;
  readonly engineVersion: string;
  readonly kernels: "reference" | "wasm";
  readonly label: string | null;
  readonly priority: Priority;
  /** It ends as TIMED_OUT then, wherever it is. */
  readonly deadline: Date | null;
  /** When its time limit is reached, if nobody pauses it; null before it has started. */
  readonly timeUpAt: Date | null;
  /** Since when it has waited for its (latest) start. */
  readonly queuedAt: Date;
  readonly workers: number | null;
  readonly done: number;
  readonly total: number;
  /** Smoothed over all processes that work on the run; null before there is a rate. */
  readonly variantsPerSecond: number | null;
  readonly etaSeconds: number | null;
  readonly best: BestSoFar | null;
  readonly lastSeq: number;
  readonly digest: string | null;
  readonly error: RunError | null;
  readonly cancelRequested: boolean;
  /**
   * Set from the moment the run was asked to stop; `cancelRequested` is `stopState ===
   * "CANCELLED"`.
   */
  readonly stopState: StopState | null;
  readonly cancelReason: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Where its time went, up to its end or to now; null before it has started. */
  readonly profile: RunProfile | null;
}

export const CHUNK_STATES = ["PENDING", "RUNNING", "DONE", "PARTIAL"] as const;
export type ChunkState = (typeof CHUNK_STATES)[number];

export interface ChunkRecord {
  readonly runId: string;
  readonly stage: StageName;
  readonly no: number;
  readonly from: number;
  readonly to: number;
  readonly state: ChunkState;
  /** How often it was begun, without those that were given back in good order. */
  readonly attempts: number;
  /** Variants reported or stored of it. */
  readonly scored: number;
  readonly worker: string | null;
  readonly leaseUntil: Date | null;
  /** After a failed attempt: when the next may begin. */
  readonly retryAt: Date | null;
  /** Why the last failed attempt failed. */
  readonly error: RunError | null;
}

/** What came of storing chunks. */
export interface Checkpoint {
  /** Chunks that were not stored before. */
  readonly stored: number;
  readonly stageComplete: boolean;
  /** Taken as wished: neighbours of one another, in any order. */
  readonly next: readonly ChunkRecord[];
}
