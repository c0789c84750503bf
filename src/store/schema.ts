import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  bytea,
  doublePrecision,
  index,
  integer,
  json,
  pgSequence,
  primaryKey,
  snakeCase,
  text,
  timestamp,
  unique,
} from "drizzle-orm/pg-core";
import type { ParameterValues } from "../core/parameter.ts";
import type { RunSpent } from "../core/stages/run-profile.ts";
import type { StageName } from "../core/stages/sweep.ts";
import type { RunPlan } from "../plan/run-plan.ts";
import { LOCAL_OWNER, type Scope } from "./access-records.ts";
import type { FacetKind, SavedStrategySpec } from "./library-records.ts";
import { DEFAULT_PRIORITY } from "./priorities.ts";
import type {
  BestSoFar,
  ChunkState,
  EventKind,
  GapReport,
  ResultRow,
  RunError,
  RunStage,
  RunState,
  StopState,
} from "./records.ts";
import type { HeldChunk } from "./worker-records.ts";

export * from "./import-schema.ts";

/**
 * The tables. Variant indices need 53 bits, so they are bigint read as numbers; packed numbers are
 * float64 little-endian, deflated, in bytea. `no` columns give lists an order that a keyset can
 * follow. JSON is kept as text (json, not jsonb): a plan comes back with its keys in the order it
 * was made with.
 */

const count = () => bigint({ mode: "number" });
const at = () => timestamp({ withTimezone: true, mode: "date" });
/** Whose it is; everything from before there were tokens is LOCAL_OWNER's. */
const owner = () => text().notNull().default(LOCAL_OWNER);
/** Half-open range of variant numbers of a chunk. */
const range = () => ({
  from: bigint("start_index", { mode: "number" }).notNull(),
  to: bigint("end_index", { mode: "number" }).notNull(),
});

export const datasets = snakeCase.table(
  "datasets",
  {
    hash: text().primaryKey(),
    no: count().generatedAlwaysAsIdentity().notNull().unique(),
    name: text().notNull(),
    instrument: text().notNull(),
    timeframe: text().notNull(),
    bars: integer().notNull(),
    startMs: doublePrecision().notNull(),
    endMs: doublePrecision().notNull(),
    gaps: json().$type<GapReport>().notNull(),
    source: text().notNull(),
    createdAt: at().notNull().defaultNow(),
  },
  (t) => [index("datasets_name").on(t.name, t.no)],
);

export const datasetBlocks = snakeCase.table(
  "dataset_blocks",
  {
    hash: text()
      .notNull()
      .references(() => datasets.hash, { onDelete: "cascade" }),
    column: text().notNull(),
    no: integer().notNull(),
    bytes: bytea().notNull(),
  },
  (t) => [primaryKey({ columns: [t.hash, t.column, t.no] })],
);

/** Places in the queue: whoever comes later gets a higher one. */
export const queuePlaces = pgSequence("queue_places");

export const runs = snakeCase.table(
  "runs",
  {
    id: text().primaryKey(),
    no: count().generatedAlwaysAsIdentity().notNull().unique(),
    owner: owner(),
    state: text().$type<RunState>().notNull(),
    stage: text().$type<RunStage>().notNull(),
    plan: json().$type<RunPlan>().notNull(),
    planHash: text().notNull(),
    datasetHash: text().notNull(),
    kernels: text().$type<"reference" | "wasm">().notNull(),
    /** The higher the sooner; see priorities.ts. */
    priority: integer().notNull().default(DEFAULT_PRIORITY),
    /** That of the plan; null in rows of a version that did not write it. */
    engineVersion: text(),
    /** Among runs of one priority: a new one when it is started or retried. */
    place: count().notNull().default(sql`nextval('queue_places')`),
    /** Since when it has that place. */
    queuedAt: at().notNull().defaultNow(),
    /** Its class has waited so long that its next chunk goes before everything else. */
    lifted: boolean().notNull().default(false),
    /** It ends as TIMED_OUT then, wherever it is. */
    deadline: at(),
    /** When its time limit will be reached; pauses move it. Null before it has started. */
    timeUpAt: at(),
    /**
     * Variants of the current stage: all, in stored chunks, and shown as done (never goes back).
     */
    total: count().notNull(),
    stored: count().notNull().default(0),
    done: count().notNull().default(0),
    /** Smoothed over all processes of the run. */
    variantsPerSecond: doublePrecision(),
    progressAt: at(),
    stageAt: at(),
    /** When the last progress event was written. */
    progressEventAt: at(),
    best: json().$type<BestSoFar>(),
    bestStage: text().$type<StageName>(),
    lastSeq: integer().notNull().default(0),
    /**
     * How the run is to end once nobody works on it: set by a cancel, a time limit or a failed
     * chunk.
     */
    stopState: text().$type<StopState>(),
    stopReason: text(),
    /** Who merges or finishes, until when it is taken for alive, and how often that was begun. */
    endWorker: text(),
    endLeaseUntil: at(),
    endAttempts: integer().notNull().default(0),
    error: json().$type<RunError>(),
    digest: text(),
    /** By phase; see core/stages/run-profile.ts. */
    spent: json().$type<RunSpent>(),
    createdAt: at().notNull().defaultNow(),
    startedAt: at(),
    finishedAt: at(),
  },
  (t) => [
    index("runs_state").on(t.state, t.no),
    index("runs_dataset").on(t.datasetHash, t.no),
    index("runs_owner").on(t.owner, t.no),
  ],
);

const runId = () =>
  text()
    .notNull()
    .references(() => runs.id, { onDelete: "cascade" });

export const chunks = snakeCase.table(
  "chunks",
  {
    runId: runId(),
    stage: text().$type<StageName>().notNull(),
    no: integer().notNull(),
    ...range(),
    state: text().$type<ChunkState>().notNull(),
    attempts: integer().notNull().default(0),
    /** Variants its worker has reported while RUNNING; several processes add up in it. */
    scored: count().notNull().default(0),
    worker: text(),
    leaseUntil: at(),
    /** PENDING after a failed attempt: not to be claimed before. */
    retryAt: at(),
    /** Of the last attempt that failed. */
    error: json().$type<RunError>(),
  },
  (t) => [
    primaryKey({ columns: [t.runId, t.stage, t.no] }),
    index("chunks_state").on(t.runId, t.stage, t.state, t.no),
  ],
);

/** Processes that work on runs; one that is gone without a word is lost when its lease is over. */
export const workers = snakeCase.table("workers", {
  name: text().primaryKey(),
  ...{ host: text().notNull(), pid: integer().notNull() },
  ...{ engineVersion: text().notNull(), packageVersion: text().notNull() },
  ...{ cores: integer().notNull(), threads: integer().notNull() },
  startedAt: at().notNull(),
  heartbeatAt: at().notNull(),
  leaseUntil: at().notNull(),
  /** What it said it had in hand at its last heartbeat. */
  chunks: json().$type<readonly HeldChunk[]>().notNull(),
});

export const chunkResults = snakeCase.table(
  "chunk_results",
  {
    runId: runId(),
    stage: text().$type<StageName>().notNull(),
    no: integer().notNull(),
    ...range(),
    scored: count().notNull(),
    stride: integer().notNull(),
    rows: bytea().notNull(),
    /** Metric columns one after the other, each as long as the chunk; null in a partial chunk. */
    columns: bytea(),
  },
  (t) => [primaryKey({ columns: [t.runId, t.stage, t.no] })],
);

export const shortlists = snakeCase.table("shortlists", {
  runId: runId().primaryKey(),
  bases: bytea().notNull(),
});

export const events = snakeCase.table(
  "events",
  {
    runId: runId(),
    seq: integer().notNull(),
    at: at().notNull(),
    kind: text().$type<EventKind>().notNull(),
    state: text().$type<RunState>().notNull(),
    stage: text().$type<RunStage>().notNull(),
    done: count().notNull(),
    total: count().notNull(),
    variantsPerSecond: doublePrecision(),
    etaSeconds: doublePrecision(),
    best: json().$type<BestSoFar>(),
    message: text(),
  },
  (t) => [primaryKey({ columns: [t.runId, t.seq] })],
);

export const results = snakeCase.table(
  "results",
  {
    runId: runId(),
    rank: integer().notNull(),
    variantIndex: count().notNull(),
    variantKey: text().notNull(),
    params: json().$type<ParameterValues>().notNull(),
    stopLossPct: doublePrecision(),
    trailingStopPct: doublePrecision(),
    takeProfitPct: doublePrecision(),
    metrics: json().$type<ResultRow["metrics"]>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.runId, t.rank] })],
);

/** A key outlives nothing: it goes with its run. Two owners may use the same one. */
export const idempotencyKeys = snakeCase.table(
  "idempotency_keys",
  {
    owner: owner(),
    key: text().notNull(),
    requestHash: text().notNull(),
    runId: runId(),
    createdAt: at().notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.owner, t.key] })],
);

/** Rows stay when a token is revoked: whoever has had tokens is not open to everybody again. */
export const tokens = snakeCase.table("tokens", {
  id: text().primaryKey(),
  no: count().generatedAlwaysAsIdentity().notNull().unique(),
  name: text().notNull(),
  owner: text().notNull(),
  scope: text().$type<Scope>().notNull(),
  /** SHA-256 of the secret, hexadecimal; the secret itself is nowhere. */
  secretHash: text().notNull().unique(),
  createdAt: at().notNull().defaultNow(),
  expiresAt: at(),
  revokedAt: at(),
});

export const auditLog = snakeCase.table(
  "audit_log",
  {
    no: count().generatedAlwaysAsIdentity().primaryKey(),
    at: at().notNull().defaultNow(),
    owner: text().notNull(),
    tokenId: text(),
    action: text().notNull(),
    target: text(),
    outcome: text().notNull(),
    requestId: text(),
  },
  (t) => [index("audit_log_owner").on(t.owner, t.no)],
);

/** What runs are found by: tags that people give, and what their strategies are made of. */
export const runFacets = snakeCase.table(
  "run_facets",
  {
    runId: runId(),
    kind: text().$type<FacetKind>().notNull(),
    value: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.runId, t.kind, t.value] }),
    index("run_facets_value").on(t.kind, t.value, t.runId),
  ],
);

export const runNotes = snakeCase.table("run_notes", {
  runId: runId().primaryKey(),
  note: text().notNull(),
});

export const strategies = snakeCase.table(
  "strategies",
  {
    id: text().primaryKey(),
    no: count().generatedAlwaysAsIdentity().notNull().unique(),
    owner: owner(),
    name: text().notNull(),
    createdAt: at().notNull().defaultNow(),
  },
  (t) => [unique("strategies_name").on(t.owner, t.name)],
);

/** A version is never changed; a change is another version. */
export const strategyVersions = snakeCase.table(
  "strategy_versions",
  {
    strategyId: text()
      .notNull()
      .references(() => strategies.id, { onDelete: "cascade" }),
    version: integer().notNull(),
    hash: text().notNull(),
    strategy: json().$type<SavedStrategySpec>().notNull(),
    note: text(),
    createdAt: at().notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.strategyId, t.version] })],
);

/** Variants that are kept whatever becomes of their runs: the run's id is no reference. */
export const pins = snakeCase.table(
  "pins",
  {
    id: text().primaryKey(),
    no: count().generatedAlwaysAsIdentity().notNull().unique(),
    owner: owner(),
    label: text(),
    runId: text().notNull(),
    variantIndex: count().notNull(),
    variantKey: text().notNull(),
    params: json().$type<ParameterValues>().notNull(),
    stopLossPct: doublePrecision(),
    trailingStopPct: doublePrecision(),
    takeProfitPct: doublePrecision(),
    metrics: json().$type<ResultRow["metrics"]>().notNull(),
    datasetHash: text().notNull(),
    planHash: text().notNull(),
    engineVersion: text().notNull(),
    request: json().$type<RunPlan["request"]>().notNull(),
    createdAt: at().notNull().defaultNow(),
  },
  (t) => [index("pins_owner").on(t.owner, t.no), index("pins_variant").on(t.variantKey)],
);
