import type { Principal } from "../access/principal.ts";
import type { AdmissionControl } from "../admission/admission-control.ts";
import type { Vitals } from "../admission/vitals.ts";
import type { StrategyCheck } from "../core/canary/check-strategy.ts";
import type { Trials } from "../core/metrics/sharpe-certainty.ts";
import type { VariantReport } from "../core/report/variant-report.ts";
import type { Timeframe } from "../core/series/timeframe.ts";
import type { RunProfile } from "../core/stages/run-profile.ts";
import type { Distribution } from "../core/surfaces/distribution.ts";
import type { Marginal } from "../core/surfaces/marginals.ts";
import type { Neighbourhood } from "../core/surfaces/neighbours.ts";
import type { Surface } from "../core/surfaces/surface.ts";
import type {
  ColumnVariant,
  DistributionRequest,
  MarginalsRequest,
  NeighboursRequest,
  RankRequest,
  SurfaceRequest,
  SurfaceScope,
} from "../core/surfaces/surface-request.ts";
import type { DefaultAxes } from "../plan/default-axes.ts";
import type { RunPlan } from "../plan/run-plan.ts";
import type { AuditEntry } from "../store/access-records.ts";
import type { ImportOrigin, ImportRecord } from "../store/import-records.ts";
import type { Priority } from "../store/priorities.ts";
import type { QueueClass } from "../store/queue-view.ts";
import type { DatasetRecord, ResultRow, RunRecord } from "../store/records.ts";
import type { Page, PageOf, Store } from "../store/store.ts";
import type { ProgressHub } from "./progress/progress-hub.ts";

/** What the API works with, as structure: the composition root passes the real services. */
export interface Services {
  readonly store: ApiStore;
  readonly datasets: DatasetLibrary;
  readonly imports: ImportService;
  readonly runs: RunService;
  readonly surfaces: RunSurfaces;
  readonly exports: RunExports;
  readonly admission: Admission;
  readonly pool: { stats(): PoolStats; caches(): readonly CacheStats[] };
  /** Same plan hash, dataset hash and engine version: same digest. */
  readonly engineVersion: string;
  readonly defaultAxes: DefaultAxes;
}

/**
 * The part of the store that resolvers read. What is added here has to say in viewerServices whose
 * it is.
 */
export type ApiStore = Pick<
  Store,
  | "backend"
  | "access"
  | "datasetsByHash"
  | "findDataset"
  | "listDatasets"
  | "run"
  | "runsById"
  | "listRuns"
  | "results"
  | "events"
  | "listChunks"
  | "queuePositions"
  | "markRun"
  | "runMarks"
  | "bestRows"
  | "saveStrategy"
  | "strategiesById"
  | "listStrategies"
  | "strategyVersions"
  | "strategyVersion"
  | "pinVariant"
  | "pinsById"
  | "listPins"
  | "unpin"
  | "importById"
  | "importsById"
  | "listImports"
  | "onImportChanged"
  | "workers"
>;

/**
 * The part of the runner that answers requests. Every method throws UserError for a user's mistake.
 */
export interface RunService {
  /**
   * Validates and estimates; NOT_FOUND for the dataset, the guards' codes for a run over budget.
   */
  estimate(request: unknown): Promise<RunPlan>;
  /** It belongs to the owner, to whoever is here without a token when left out. */
  startRun(
    request: unknown,
    idempotencyKey: string | null,
    owner?: string,
    strategyId?: string,
  ): Promise<StartedRun>;
  /** DEADLINE_EXCEEDED when it takes too long; stops when the signal fires. */
  backtest(
    request: unknown,
    options: { readonly signal: AbortSignal; readonly deadlineMs?: number },
  ): Promise<BacktestResult>;
  /** As `estimate`; QUEUE_FULL where too many synchronous runs and checks are done already. */
  check(request: unknown, options: { readonly seed?: number }): Promise<CheckedPlan>;
  /** Idempotent from any state. NOT_FOUND. */
  cancelRun(id: string, reason: string | null): Promise<RunRecord>;
  /** What waits and what is at work. */
  queue(): Promise<QueueSummary>;
  /** NOT_FOUND; CONFLICT from a run that has ended; QUEUE_FULL. A repeat changes nothing. */
  setRunPriority(id: string, priority: Priority): Promise<RunRecord>;
  /** NOT_FOUND; CONFLICT from a state that has nothing to retry; QUEUE_FULL, QUOTA_EXCEEDED. */
  retryRun(id: string): Promise<RunRecord>;
  /** NOT_FOUND; CONFLICT from a run that stops or has ended. A repeat changes nothing. */
  pauseRun(id: string): Promise<RunRecord>;
  /** NOT_FOUND; CONFLICT from a run that has ended. A repeat changes nothing. */
  resumeRun(id: string): Promise<RunRecord>;
  /** NOT_FOUND; CONFLICT from a run that has not ended. */
  deleteRun(id: string): Promise<void>;
  /**
   * VALIDATION; NOT_FOUND for the rank; CONFLICT where another engine version made the row.
   */
  report(
    runId: string,
    place: { readonly rank: number } | { readonly variantIndex: number },
    options: { readonly points?: number },
  ): Promise<RunReport>;
}

/**
 * Answers from a run's metric columns. Every method throws UserError VALIDATION for an axis, value,
 * metric or variant that the run does not have.
 */
export interface RunSurfaces {
  surface(run: RunRecord, request: SurfaceRequest): Promise<Surface & SurfaceScope>;
  marginals(run: RunRecord, request: MarginalsRequest): Promise<Marginals>;
  distribution(run: RunRecord, request: DistributionRequest): Promise<Distribution & SurfaceScope>;
  neighbours(run: RunRecord, request: NeighboursRequest): Promise<Neighbourhood & SurfaceScope>;
  rank(run: RunRecord, request: RankRequest, page: Page): Promise<RankedVariants>;
}

export interface Marginals extends SurfaceScope {
  readonly axes: readonly Marginal[];
}

export interface RankedVariants extends PageOf<ColumnVariant> {
  readonly scope: SurfaceScope;
}

/** UserError VALIDATION for the parameters, CONFLICT for a run that has not ended, NOT_FOUND. */
export interface RunExports {
  open(run: RunRecord, parameters: Readonly<Record<string, string>>): Promise<RunExport>;
}

/** One export; its bytes are the same every time they are asked for. */
export interface RunExport {
  readonly fileName: string;
  readonly contentType: string;
  /** Equal tags are equal bytes. */
  readonly tag: string;
  bytes(): AsyncIterable<Uint8Array>;
}

/** Admission control of this process; see the admission room. */
export interface Admission {
  readonly control: AdmissionControl;
  vitals(): Vitals;
}

export interface CheckedPlan extends StrategyCheck {
  readonly plan: RunPlan;
}

export interface RunReport extends VariantReport {
  readonly variantKey: string;
  /** Null where the variant was asked for by its number. */
  readonly rank: number | null;
  readonly trials: Trials;
}

/** Runs that wait and run; null is no bound. */
export interface QueueSummary {
  readonly waiting: number;
  readonly allowed: number | null;
  readonly classes: readonly (QueueClass & { readonly allowed: number | null })[];
}

export interface StartedRun {
  readonly run: RunRecord;
  readonly created: boolean;
}

export interface BacktestResult {
  readonly plan: RunPlan;
  readonly rows: readonly ResultRow[];
  readonly digest: string;
  readonly elapsedMs: number;
  /** Where these milliseconds went. */
  readonly profile: RunProfile;
  readonly kernels: RunRecord["kernels"];
}

export interface DatasetLibrary {
  importCandles(input: CandlesImport): Promise<ImportReport>;
  importSynthetic(input: SyntheticImport): Promise<ImportReport>;
  stats(): readonly CacheStats[];
}

/** Imports that are followed; see the runner's service of the same name. */
export interface ImportService {
  /** VALIDATION, QUEUE_FULL. It belongs to the owner. */
  start(wish: ImportWish, owner?: string): Promise<ImportRecord>;
  /** The bytes of an upload. NOT_FOUND, CONFLICT, VALIDATION. */
  receive(
    id: string,
    upload: { readonly stream: AsyncIterable<Uint8Array>; readonly total: number | null },
  ): Promise<ImportRecord>;
  /** NOT_FOUND. A repeat changes nothing. */
  cancel(id: string): Promise<ImportRecord>;
  /** NOT_FOUND, CONFLICT. */
  retry(id: string): Promise<ImportRecord>;
  /** VALIDATION where no folder is allowed. */
  files(): Promise<readonly ImportableFile[]>;
}

export interface ImportWish {
  readonly name: string;
  readonly instrument?: string;
  readonly timeframe?: Timeframe;
  readonly onReject?: "refuse" | "skip";
  readonly origin: ImportOrigin;
}

export interface ImportableFile {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

export interface CandlesImport {
  readonly name: string;
  readonly instrument?: string;
  readonly input: Uint8Array;
  readonly timeframe?: Timeframe;
  readonly onReject?: "refuse" | "skip";
}

export interface SyntheticImport {
  readonly name?: string;
  readonly instrument?: string;
  readonly seed: number;
  readonly bars: number;
  readonly timeframe?: Timeframe;
  readonly startMs?: number;
  readonly startPrice?: number;
  readonly tickSize?: number;
  readonly volatilityPct?: number;
  readonly regimeBars?: number;
  readonly meanVolume?: number;
}

export interface ImportReport {
  readonly dataset: DatasetRecord;
  /** False when the same candles were stored already. */
  readonly created: boolean;
  readonly rejected: { readonly count: number; readonly first: readonly RejectedRow[] };
}

export interface RejectedRow {
  /** Row of the input, from 1; the header is row 1. */
  readonly row: number;
  readonly code: string;
  readonly reason: string;
}

export interface PoolStats {
  readonly size: number;
  readonly busy: number;
  readonly queuedChunks: number;
  readonly alive: number;
  readonly replacedWorkers: number;
}

export interface CacheStats {
  readonly name: string;
  readonly entries: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
}

/** What every resolver gets; the same over HTTP and websocket. */
export interface GraphqlContext {
  /** As the viewer may see them. */
  readonly services: Services;
  readonly viewer: Principal;
  /** Null where a request has none of its own. */
  readonly requestId: string | null;
  /** Hears of a mutation that the audit log could not be told of. */
  readonly onUnaudited: (entry: AuditEntry, error: unknown) => void;
  readonly progress: ProgressHub;
  /** Fires when the client has gone. */
  readonly signal: AbortSignal;
}
