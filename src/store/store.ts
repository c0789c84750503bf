import type { RankingMetric } from "../core/metrics/ranking-metric.ts";
import type { RunSpent } from "../core/stages/run-profile.ts";
import type { StageName } from "../core/stages/sweep.ts";
import type { RunPlan } from "../plan/run-plan.ts";
import type { AccessStore } from "./access-store.ts";
import type { ImportStore } from "./imports.ts";
import type { BestBounds } from "./library-records.ts";
import type { LibraryStore } from "./library-store.ts";
import type { ColumnPlace } from "./packing.ts";
import type { Priority } from "./priorities.ts";
import type { QueueLimits } from "./queue-limits.ts";
import type { QueueClass, QueuePosition } from "./queue-view.ts";
import type {
  BestSoFar,
  Checkpoint,
  ChunkRecord,
  ChunkState,
  DatasetRecord,
  ResultRow,
  RunError,
  RunEvent,
  RunRecord,
  RunState,
  StopState,
  TerminalState,
} from "./records.ts";
import type { Removed, Retention } from "./retention.ts";
import type { WorkerStore } from "./worker-records.ts";

/** Compressed columns of a dataset, as stored: one block a column and block number. */
export interface DatasetBlock {
  readonly column: string;
  readonly no: number;
  readonly bytes: Uint8Array;
}

/**
 * Rows of a stored chunk: float64, best first, `[variantIndex, ...metrics]`, `stride` numbers a
 * row.
 */
export interface StoredRows {
  readonly stage: StageName;
  readonly no: number;
  readonly from: number;
  readonly to: number;
  readonly scored: number;
  readonly stride: number;
  readonly rows: Float64Array;
  /** What the chunk's process has spent on the run since it last told; not read back. */
  readonly spent?: RunSpent;
}

/** A whole checkpoint: the rows and one column a ranking metric, as long as the chunk. */
export interface StoredChunk extends StoredRows {
  readonly columns: readonly Float64Array[];
}

/** Where the metric columns of a chunk are. */
export interface ColumnChunk {
  readonly no: number;
  readonly from: number;
  readonly to: number;
  /** Bytes of all its columns, as stored. */
  readonly packedBytes: number;
  /** Where each of them stands; null where all are one stream, as older versions stored them. */
  readonly places: readonly ColumnPlace[] | null;
}

/** A stretch of a chunk's packed columns, in bytes. */
export interface ColumnPart {
  readonly no: number;
  readonly at: number;
  readonly bytes: number;
}

/** What a repeated request for a run is known by. */
export interface RunKey {
  /** LOCAL_OWNER when left out. */
  readonly owner?: string;
  readonly idempotencyKey: string | null;
  /** Hash of the whole request, schedule included; compared on a repeated key. */
  readonly requestHash: string;
}

export interface NewRun extends RunKey {
  readonly plan: RunPlan;
  /** The saved strategy it is started from. */
  readonly strategyId?: string;
  readonly kernels: "reference" | "wasm";
  readonly limits?: QueueLimits;
}

export interface Page {
  readonly first: number;
  /** Opaque position handed out by the store, null from the start. */
  readonly after: string | null;
}

export interface PageOf<T> {
  readonly items: readonly { readonly cursor: string; readonly item: T }[];
  readonly hasNextPage: boolean;
  readonly totalCount: number;
}

export interface RunFilter {
  /** Of everybody when left out. */
  readonly owner?: string;
  readonly states?: readonly RunState[];
  readonly datasetHash?: string;
  readonly datasetName?: string;
  /** All of these. */
  readonly tags?: readonly string[];
  /** Ids of indicators, any of these. */
  readonly indicators?: readonly string[];
  /** Started from this saved strategy. */
  readonly strategyId?: string;
  readonly createdFrom?: Date;
  /** Exclusive. */
  readonly createdTo?: Date;
  /** Of the best row; a run without one is within no bounds. */
  readonly best?: readonly BestBounds[];
}

export interface RunOrder {
  /** A metric is that of the run's best row. */
  readonly by: "createdAt" | "finishedAt" | RankingMetric;
  readonly direction: "ASC" | "DESC";
}

export interface ResultOrder {
  readonly metric: string;
  readonly direction: "ASC" | "DESC";
}

export interface RunStatus {
  readonly priority: number;
  readonly state: RunState;
  readonly stopState: StopState | null;
}

export interface ChunkId {
  readonly runId: string;
  readonly stage: StageName;
  readonly no: number;
}

/** Who would take a chunk of a run. */
export interface ChunkWish {
  /** Name of the process, unique among all that share the database. */
  readonly worker: string;
  readonly leaseMs: number;
  /** Chunks of the next stretch: 1 when left out. */
  readonly fewest?: number;
  readonly most?: number;
}

export interface ChunkClaim extends ChunkWish {
  readonly runId: string;
  readonly stage: StageName;
  /** That chunk; the first one to be had when left out. */
  readonly no?: number;
}

/** Why an attempt at a chunk or an end failed: a user's mistake, or a fault of operation. */
export interface AttemptFault {
  readonly kind: "USER" | "OPERATION";
  readonly error: RunError;
}

export interface EndClaim {
  readonly runId: string;
  readonly worker: string;
  readonly leaseMs: number;
}

/**
 * What is due: merge Stage A into the shortlist, make the results, or end a run that was stopped,
 * without results where it is of another engine version and none of its processes is there.
 */
export interface ClaimedEnd {
  readonly run: RunRecord;
  readonly work: "BEGIN_STAGE_B" | "FINALIZE" | "STOP" | "ABANDON";
  /** From 1: how often the end of this stage has been begun. */
  readonly attempt: number;
}

export interface WorkerProgress {
  readonly runId: string;
  readonly stage: StageName;
  readonly worker: string;
  /** Variants scored so far of chunks this worker has in flight. */
  readonly chunks: readonly { readonly no: number; readonly scored: number }[];
  readonly best: BestSoFar | null;
}

export interface RunEnd {
  readonly state: TerminalState;
  readonly rows: readonly ResultRow[];
  readonly digest: string | null;
  readonly error: RunError | null;
  readonly best?: BestSoFar;
  readonly spent?: RunSpent;
}

/** How Stage B is cut into chunks. */
export interface StageBPlan {
  readonly chunkVariants: number;
  readonly variantsPerBase: number;
  readonly spent?: RunSpent;
}

/**
 * Everything the service remembers. The database is the truth: every method is one transaction,
 * idempotent where a repeat can happen, and notifies subscribers of run events after commit.
 */
export interface Store extends ImportStore, LibraryStore, WorkerStore {
  readonly backend: "pglite" | "postgres";
  /** Of the runs that this process works on; null works on any. */
  readonly engineVersion: string | null;
  readonly access: AccessStore;

  // datasets
  /** The same hash twice keeps the first record. */
  saveDataset(
    record: Omit<DatasetRecord, "createdAt">,
    blocks: readonly DatasetBlock[],
  ): Promise<DatasetRecord>;
  datasetByHash(hash: string): Promise<DatasetRecord | null>;
  /** Those that exist, in no particular order, in one statement. */
  datasetsByHash(hashes: readonly string[]): Promise<DatasetRecord[]>;
  /** By hash, or by name (the newest of that name). */
  findDataset(hashOrName: string): Promise<DatasetRecord | null>;
  /** Newest first. */
  listDatasets(page: Page): Promise<PageOf<DatasetRecord>>;
  datasetBlocks(hash: string): Promise<DatasetBlock[]>;

  // runs
  /** The run that has this key; UserError IDEMPOTENCY_CONFLICT where it is another request's. */
  formerRun(key: RunKey): Promise<RunRecord | null>;
  /**
   * Run row, Stage A chunks, jobs and first event in one transaction; same key and request gives
   * the same run. An owner's keys are his own. UserError IDEMPOTENCY_CONFLICT for another request,
   * QUEUE_FULL and QUOTA_EXCEEDED over the limits, VALIDATION for a deadline that has passed.
   */
  createRun(run: NewRun): Promise<{ readonly run: RunRecord; readonly created: boolean }>;
  run(id: string): Promise<RunRecord | null>;
  /** Those that exist, in no particular order, in one statement. */
  runsById(ids: readonly string[]): Promise<RunRecord[]>;
  /** What a worker has to know while it works: cheap, without the plan. */
  runStatus(id: string): Promise<RunStatus | null>;
  /** Newest first unless said otherwise; undefined values last, then the newest first. */
  listRuns(page: Page, filter?: RunFilter, orderBy?: RunOrder): Promise<PageOf<RunRecord>>;
  /** By rank, or by a ranking metric with undefined values last. */
  results(runId: string, page: Page, orderBy?: ResultOrder): Promise<PageOf<ResultRow>>;

  // control
  /** Idempotent from any state; answers with the run as it is then, null when there is none. */
  requestCancel(runId: string, reason: string | null): Promise<RunRecord | null>;
  /**
   * Asks a run to end as `state`. One that has scored nothing and that nobody works on ends at
   * once.
   */
  requestStop(
    runId: string,
    stop: { readonly state: StopState; readonly reason: string | null; readonly error?: RunError },
  ): Promise<RunRecord | null>;
  /** No further chunk is begun; those in flight are stored. UserError CONFLICT from an end. */
  pauseRun(runId: string): Promise<RunRecord>;
  resumeRun(runId: string): Promise<RunRecord>;
  /**
   * Back to QUEUED from FAILED, CANCELLED or TIMED_OUT, behind those that wait already; only
   * missing chunks are done again. A deadline that has passed is dropped. UserError QUEUE_FULL and
   * QUOTA_EXCEEDED over the limits.
   */
  retryRun(runId: string, limits?: QueueLimits): Promise<RunRecord>;
  /**
   * Of a run that has not ended; it keeps its place among those that came before and after. A
   * repeat changes nothing. UserError QUEUE_FULL where as many of that priority wait as may.
   */
  setRunPriority(runId: string, priority: Priority, limits?: QueueLimits): Promise<RunRecord>;
  /**
   * Removes an ended run with its chunks, events, results and idempotency key. UserError CONFLICT
   * for one that has not ended.
   */
  deleteRun(runId: string): Promise<void>;

  // chunks
  /** Takes a PENDING chunk; null when none is to be had, or not yet. QUEUED -> RUNNING. */
  claimChunk(claim: ChunkClaim): Promise<ChunkRecord | null>;
  /** As `claimChunk`, so many at most; none of a run of another engine version. */
  claimChunks(claim: ChunkClaim, most: number): Promise<ChunkRecord[]>;
  /** Gives chunks of one stage back untouched, all or none; the attempt does not count. */
  releaseChunks(chunks: readonly [ChunkId, ...ChunkId[]], worker: string): Promise<void>;
  /**
   * Gives a chunk back after a fault, for another attempt after a wait; the run is stopped as
   * FAILED when its attempts are used up.
   */
  failChunk(chunk: ChunkId, worker: string, fault: AttemptFault): Promise<void>;
  /**
   * The checkpoint, of chunks of one stage; none where the run has ended. With a wish the next ones
   * are taken as well, unless a more urgent run has some: neighbours that nobody has begun, or one
   * that was given back. Whoever completes a stage sees to its end; recovery where he has died.
   */
  storeChunks(
    runId: string,
    chunks: readonly StoredChunk[],
    told: { readonly best: BestSoFar | null; readonly spent: RunSpent | null },
    wish?: ChunkWish | null,
  ): Promise<Checkpoint>;
  storeChunk(
    runId: string,
    chunk: StoredChunk,
    best: BestSoFar | null,
    wish?: ChunkWish | null,
  ): Promise<{
    readonly stored: boolean;
    readonly stageComplete: boolean;
    readonly next: ChunkRecord | null;
  }>;
  /**
   * What was scored of a chunk when its run was stopped; false when the run is not being stopped.
   */
  storePartialChunk(runId: string, rows: StoredRows, worker: string): Promise<boolean>;
  chunks(runId: string, stage?: StageName): Promise<ChunkRecord[]>;
  /** Stage A first, by number; those in one of the states when these are given. */
  listChunks(
    runId: string,
    page: Page,
    states?: readonly ChunkState[],
  ): Promise<PageOf<ChunkRecord>>;
  /** Rows of a stage's finished and partial chunks, one at a time in index order. */
  storedRows(runId: string, stage: StageName): AsyncIterable<StoredRows>;
  /** Rows and columns of a stage's finished chunks, one at a time in index order. */
  storedChunks(runId: string, stage: StageName): AsyncIterable<StoredChunk>;
  /** Finished chunks of a stage in index order, without rows and columns, in one statement. */
  columnChunks(runId: string, stage: StageName): Promise<ColumnChunk[]>;
  /** Stretches of packed columns, in the order asked for, in one statement. */
  columnParts(runId: string, stage: StageName, parts: readonly ColumnPart[]): Promise<Uint8Array[]>;

  // progress and ends
  /** Adds up what all workers report and appends an event, at most four a second and run. */
  reportProgress(progress: WorkerProgress): Promise<void>;
  /**
   * Writes the shortlist and the Stage B chunks (of `chunkVariants` shortlist positions) with their
   * jobs; a repeat does nothing. False when the run is not to go on.
   */
  beginStageB(runId: string, shortlist: Float64Array, plan: StageBPlan): Promise<boolean>;
  shortlist(runId: string): Promise<Float64Array | null>;
  /** Results and end in one transaction; false when the run is not to end so, or had ended. */
  finishRun(runId: string, end: RunEnd): Promise<boolean>;
  /** Takes the end of a run's stage, where it is due and nobody else is at it; null otherwise. */
  claimEnd(claim: EndClaim): Promise<ClaimedEnd | null>;
  /** Lets go of it, done or not; whatever is due next is sent. */
  releaseEnd(runId: string, worker: string): Promise<void>;
  /**
   * Lets go of it after a fault, for another attempt after a wait; the run ends without results
   * when its attempts are used up.
   */
  failEnd(runId: string, worker: string, fault: AttemptFault): Promise<void>;

  // recovery
  /**
   * Gives chunks whose lease ran out back, which is a failed attempt, stops runs whose deadline or
   * time limit has passed, and sends jobs again for whatever is due and has none: of these runs, or
   * of all. Safe to call at any time from any process.
   */
  recover(runIds?: readonly string[]): Promise<void>;
  /** Stops a run whose deadline or time limit has passed, by the database's clock. */
  stopOverdue(runId: string): Promise<void>;

  /** Removes what is older than it may be; safe at any time from any process. */
  removeOld(retention: Retention): Promise<Removed>;

  // events
  /** Events after a sequence number, in order. */
  events(runId: string, afterSeq: number, limit: number): Promise<RunEvent[]>;
  /**
   * Calls back after a commit that touched the run (also from other processes); returns the
   * unsubscribe.
   */
  onRunChanged(listener: (runId: string) => void): () => void;
  /** As `onRunChanged`, when a run is to stop or has ended. */
  onRunStopping(listener: (runId: string) => void): () => void;
  /** As `onRunChanged`, for imports. */
  onImportChanged(listener: (importId: string) => void): () => void;
  /** Calls back when there may be new jobs. */
  onJobs(listener: () => void): () => void;

  /** What waits and what is at work, by priority, the most urgent first. */
  queueClasses(): Promise<readonly QueueClass[]>;
  /** Where those of the runs stand that are QUEUED, in one statement or two. */
  queuePositions(ids: readonly string[]): Promise<ReadonlyMap<string, QueuePosition>>;
  /** Number of runs in each state. */
  countRuns(): Promise<Readonly<Record<RunState, number>>>;
  /** Of runs that go on: chunks that wait, and chunks at work. */
  countOpenChunks(): Promise<Readonly<Record<"PENDING" | "RUNNING", number>>>;
  /** Migrations of this version that the database lacks. */
  missingMigrations(): Promise<readonly string[]>;
  close(): Promise<void>;
}
