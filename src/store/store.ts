import type { StageName } from "../core/stages/sweep.ts";
import type { RunPlan } from "../plan/run-plan.ts";
import type {
  BestSoFar,
  ChunkRecord,
  DatasetRecord,
  EventKind,
  ResultRow,
  RunError,
  RunEvent,
  RunRecord,
  RunState,
} from "./records.ts";

/** Compressed columns of a dataset, as stored: one block a column and block number. */
export interface DatasetBlock {
  readonly column: string;
  readonly no: number;
  readonly bytes: Uint8Array;
}

/** A packed chunk result as stored: float64 little-endian, rows best first, one column a ranking metric. */
export interface StoredChunk {
  readonly stage: StageName;
  readonly no: number;
  readonly from: number;
  readonly to: number;
  readonly scored: number;
  readonly stride: number;
  readonly rows: Float64Array;
  readonly columns: readonly Float64Array[];
}

export interface NewRun {
  readonly plan: RunPlan;
  readonly kernels: "reference" | "wasm";
  readonly idempotencyKey: string | null;
  /** Hash of the whole request, schedule included; compared on a repeated key. */
  readonly requestHash: string;
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
  readonly states?: readonly RunState[];
  readonly datasetHash?: string;
}

export interface ProgressUpdate {
  readonly kind: EventKind;
  readonly done: number;
  readonly variantsPerSecond: number | null;
  readonly etaSeconds: number | null;
  readonly best: BestSoFar | null;
  readonly message?: string;
}

/**
 * Everything the service remembers. The database is the truth: every method is one transaction, idempotent where a
 * repeat can happen, and notifies subscribers of run events after commit.
 */
export interface Store {
  readonly backend: "pglite" | "postgres";

  // datasets
  saveDataset(record: Omit<DatasetRecord, "createdAt">, blocks: readonly DatasetBlock[]): Promise<DatasetRecord>;
  datasetByHash(hash: string): Promise<DatasetRecord | null>;
  /** By hash, or by name (the newest of that name). */
  findDataset(hashOrName: string): Promise<DatasetRecord | null>;
  listDatasets(page: Page): Promise<PageOf<DatasetRecord>>;
  datasetBlocks(hash: string): Promise<DatasetBlock[]>;

  // runs
  /** Run row, Stage A chunks, jobs and first event in one transaction; same key and request gives the same run. */
  createRun(run: NewRun): Promise<{ readonly run: RunRecord; readonly created: boolean }>;
  run(id: string): Promise<RunRecord | null>;
  listRuns(page: Page, filter?: RunFilter): Promise<PageOf<RunRecord>>;
  results(runId: string, page: Page, orderBy?: { metric: string; direction: "ASC" | "DESC" }): Promise<PageOf<ResultRow>>;

  // chunks
  /** Takes a PENDING chunk, or one whose lease ran out; null when it is not to be had. Moves QUEUED to RUNNING. */
  claimChunk(runId: string, stage: StageName, no: number, worker: string, leaseMs: number): Promise<ChunkRecord | null>;
  extendLease(runId: string, stage: StageName, no: number, worker: string, leaseMs: number): Promise<boolean>;
  releaseChunk(runId: string, stage: StageName, no: number, worker: string): Promise<void>;
  /** The checkpoint. False when the run has ended or the chunk was stored already. */
  storeChunk(runId: string, chunk: StoredChunk, worker: string, update: ProgressUpdate): Promise<{ stored: boolean; stageComplete: boolean }>;
  storePartialChunk(runId: string, chunk: StoredChunk, worker: string): Promise<void>;
  chunks(runId: string, stage?: StageName): Promise<ChunkRecord[]>;
  /** Stored rows and columns of a stage's finished (and partial) chunks, one at a time in index order. */
  storedChunks(runId: string, stage: StageName): AsyncIterable<StoredChunk>;

  // progress and ends
  appendProgress(runId: string, update: ProgressUpdate): Promise<void>;
  /** Writes the shortlist and the Stage B chunks with their jobs; does nothing when that has been done. */
  beginStageB(runId: string, shortlist: Float64Array, chunkVariants: number, total: number): Promise<void>;
  shortlist(runId: string): Promise<Float64Array | null>;
  finishRun(runId: string, state: "SUCCEEDED" | "FAILED" | "CANCELLED" | "TIMED_OUT", end: { rows: readonly ResultRow[]; digest: string | null; error: RunError | null }): Promise<void>;
  /** Idempotent from any state; answers with the run as it is then. A run nobody works on ends at once. */
  requestCancel(runId: string, reason: string | null): Promise<RunRecord | null>;
  /** Back to QUEUED from FAILED, CANCELLED or TIMED_OUT; only missing chunks are done again. */
  retryRun(runId: string): Promise<RunRecord>;

  // events
  events(runId: string, afterSeq: number, limit: number): Promise<RunEvent[]>;
  /** Calls back after a commit that touched the run (also from other processes); returns the unsubscribe. */
  onRunChanged(listener: (runId: string) => void): () => void;

  close(): Promise<void>;
}
