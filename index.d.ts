/**
 * The part of src/index.ts that notebooks use, in types that tslab's own compiler (TypeScript 5.0)
 * understands. Thin on purpose; a test holds the real facade to it.
 */

/** Settings of the service over those of configs/service.yaml; unknown keys are errors. */
export function loadConfig(sources?: {
  readonly flags?: { readonly [key: string]: unknown };
}): ServiceConfig;

export interface ServiceConfig {
  readonly workers: number;
  readonly dataDir: string;
}

/** Opens the whole service in this process: database, threads, runner. Close it when done. */
export function createApp(config: ServiceConfig): Promise<App>;

export interface App {
  readonly datasets: {
    importCandles(request: CandlesImport): Promise<ImportResult>;
    importSynthetic(request: SyntheticImport): Promise<ImportResult>;
  };
  readonly runs: {
    /** Validates and estimates; nothing is stored. */
    estimate(request: RunRequest): Promise<RunPlan>;
    /** Whether the strategy knows the future, and whether its warm-up is enough. */
    check(request: RunRequest, options?: { readonly seed?: number }): Promise<StrategyCheck>;
    /** Queues a run. The same key with the same request gives the same run. */
    startRun(request: RunRequest, idempotencyKey: string | null): Promise<{ readonly run: Run }>;
    /** Runs while the caller waits, within half the budgets; nothing is stored. */
    backtest(request: RunRequest): Promise<Backtest>;
    cancelRun(id: string, reason: string | null): Promise<Run>;
    /** A variant of a run in full, by its rank among the stored rows or by its number. */
    report(
      runId: string,
      place: { readonly rank: number } | { readonly variantIndex: number },
      options?: { readonly points?: number },
    ): Promise<VariantReport>;
  };
  readonly store: {
    run(id: string): Promise<Run | null>;
    results(runId: string, page: Page): Promise<PageOf<ResultRow>>;
    /** Rows and columns of a stage's finished chunks, one at a time in index order. */
    storedChunks(runId: string, stage: StageName): AsyncIterable<StoredChunk>;
  };
  /** Serves GraphQL; port 0 takes any free one. */
  serve(at?: { readonly port: number }): Promise<{ readonly url: string }>;
  close(): Promise<void>;
}

export type Timeframe =
  | "1m"
  | "3m"
  | "5m"
  | "15m"
  | "30m"
  | "1h"
  | "2h"
  | "4h"
  | "6h"
  | "8h"
  | "12h"
  | "1d";

export interface CandlesImport {
  readonly name: string;
  readonly instrument?: string;
  readonly path: string;
  readonly timeframe?: Timeframe;
  readonly onReject?: "refuse" | "skip";
}

export interface SyntheticImport {
  readonly name?: string;
  readonly seed: number;
  readonly bars: number;
  readonly timeframe?: Timeframe;
}

export interface ImportResult {
  readonly dataset: Dataset;
  /** False when the same content was there already. */
  readonly created: boolean;
}

export interface Dataset {
  readonly hash: string;
  readonly name: string;
  readonly instrument: string;
  readonly timeframe: Timeframe;
  readonly bars: number;
  /** Open time of the first bar and close time of the last, UTC epoch milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
}

type Value = number | string;
/** A single value, a list, or a range with inclusive stop. */
type AxisSpec = Value | Value[] | { start: number; stop: number; step: number };
type RiskSpec = number | "off" | (number | "off")[] | { start: number; stop: number; step: number };

/** Percents are human percents, times ISO dates or UTC epoch milliseconds. */
export interface RunRequest {
  /** Content hash or name of a dataset. */
  dataset: string;
  timeframe?: Timeframe;
  range?: { start?: number | string; end?: number | string };
  warmupBars?: number;
  /** Indicators with signals, or expressions with parameters. */
  strategy: {
    indicators?: Record<string, { id: string; params?: Record<string, AxisSpec> }>;
    signals?: {
      name?: string;
      rule: string;
      of: string;
      against?: string;
      params?: Record<string, AxisSpec>;
    }[];
    expressions?: { long?: string; exitLong?: string; short?: string; exitShort?: string };
    parameters?: Record<string, AxisSpec>;
    constraint?: string;
  };
  execution?: {
    direction?: "LONG_SHORT" | "LONG_ONLY" | "SHORT_ONLY";
    sizing?: "ALL_IN" | "FIXED_QUOTE" | "PROFIT_LOCK";
    fillMode?: "CLOSE" | "NEXT_OPEN" | "INTRABAR";
    entryDelayBars?: number;
    startCash?: number;
    fixedQuote?: number;
    safeProfitPct?: number;
    feePct?: number;
    fixedFee?: number;
    slippagePct?: number;
    spreadPct?: number;
    fundingLongPctPerBar?: number;
    fundingShortPctPerBar?: number;
    periodsPerYear?: number;
  };
  risk?: { stopLossPct?: RiskSpec; trailingStopPct?: RiskSpec; takeProfitPct?: RiskSpec };
  ranking?: { primary: RankingKey; secondary?: RankingKey };
  preselect?: number;
  topK?: number;
  /** How to run it; none of these changes a result. */
  schedule?: { workers?: number; chunkVariants?: number; timeLimitSeconds?: number };
}

export type Metric =
  | "totalReturnPct"
  | "maxDrawdownPct"
  | "returnOverMaxDrawdown"
  | "profitFactor"
  | "winRatePct"
  | "numTrades"
  | "expectancyPct"
  | "sharpe"
  | "sortino"
  | "calmar";
interface RankingKey {
  metric: Metric;
  direction?: "ASC" | "DESC";
}

export type StageName = "STAGE_A" | "STAGE_B";

/** A validated, estimated, hashed request. */
export interface RunPlan {
  readonly planHash: string;
  readonly datasetHash: string;
  readonly engineVersion: string;
  readonly sweep: {
    readonly axes: readonly { readonly name: string; readonly values: readonly Value[] }[];
    readonly stops: readonly (number | null)[];
    readonly targets: readonly (number | null)[];
  };
  readonly estimate: {
    readonly indexSpace: number;
    readonly stageAVariants: number;
    readonly stageBVariants: number;
    readonly bars: number;
    readonly bytes: number;
    readonly seconds: number;
  };
}

/** What can be known of a strategy before it is swept. */
export interface StrategyCheck {
  readonly lookahead: {
    readonly passed: boolean;
    /** Signals compared, and those of them that were long or short. */
    readonly comparedBars: number;
    readonly sidedBars: number;
    readonly findings: readonly {
      readonly what: "INDICATOR" | "SIGNAL" | "EQUITY";
      readonly output: string;
      readonly variantIndex: number;
      readonly lastKnownMs: number;
      readonly movedMs: number;
    }[];
  };
  readonly warmup: {
    readonly passed: boolean;
    readonly warmupBars: number;
    readonly needs: readonly {
      readonly indicator: string;
      readonly params: Readonly<Record<string, Value>>;
      readonly output: string;
      readonly undefinedBars: number;
      /** Null where it depends on the beginning of the candles to the end. */
      readonly settledBars: number | null;
    }[];
  };
}

export interface Run {
  readonly id: string;
  readonly state:
    | "QUEUED"
    | "RUNNING"
    | "PAUSED"
    | "SUCCEEDED"
    | "FAILED"
    | "CANCELLED"
    | "TIMED_OUT";
  readonly planHash: string;
  readonly datasetHash: string;
  readonly digest: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Where its time went; phases and `idleMs` add up to `wallMs`. Null before it has started. */
  readonly profile: {
    readonly wallMs: number;
    readonly threads: number;
    readonly phases: Readonly<Record<string, number>>;
    readonly idleMs: number;
  } | null;
}

export interface Backtest {
  readonly plan: RunPlan;
  readonly rows: readonly ResultRow[];
  readonly digest: string;
  readonly elapsedMs: number;
}

/** One row of a result list; an undefined metric is null. */
export interface ResultRow {
  readonly rank: number;
  readonly variantIndex: number;
  readonly variantKey: string;
  /** Axis name to value, e.g. `fast.window`. */
  readonly params: Readonly<Record<string, Value>>;
  readonly stopLossPct: number | null;
  readonly trailingStopPct: number | null;
  readonly takeProfitPct: number | null;
  readonly metrics: Readonly<Record<Metric, number | null>>;
}

/** A row in full; its ranking metrics are those of the row, to the bit. */
export interface VariantReport {
  readonly rank: number | null;
  readonly variantIndex: number;
  readonly variantKey: string;
  readonly params: Readonly<Record<string, Value>>;
  readonly stopLossPct: number | null;
  readonly trailingStopPct: number | null;
  readonly takeProfitPct: number | null;
  /** Every metric there is, the ranking metrics among them. */
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly table: readonly (readonly [label: string, text: string])[];
  readonly markdown: string;
  readonly trades: readonly Trade[];
  readonly equity: readonly CurvePoint[];
  readonly drawdownPct: readonly CurvePoint[];
}

export interface Trade {
  readonly direction: "LONG" | "SHORT";
  readonly entryTimeMs: number;
  readonly exitTimeMs: number;
  readonly entryFill: number;
  readonly exitFill: number;
  readonly stake: number;
  /** Paid while the trade was open; negative is received. */
  readonly funding: number;
  readonly netProfit: number;
  readonly returnPct: number;
  readonly exitReason: string;
}

export interface CurvePoint {
  readonly timeMs: number;
  readonly value: number;
}

/** One column a ranking metric, one value a number of `[from, to)`; NaN where no variant is. */
export interface StoredChunk {
  readonly stage: StageName;
  readonly no: number;
  readonly from: number;
  readonly to: number;
  readonly columns: readonly Float64Array[];
}

export interface Page {
  readonly first: number;
  readonly after: string | null;
}

export interface PageOf<T> {
  readonly items: readonly { readonly cursor: string; readonly item: T }[];
  readonly hasNextPage: boolean;
  readonly totalCount: number;
}

/** A mistake in a request, found before any work began. */
export class UserError extends Error {
  constructor(code: "VALIDATION", complaint: Complaint);
  readonly code: string;
  readonly complaints: readonly Complaint[];
}

export interface Complaint {
  readonly path: string;
  readonly message: string;
  readonly value: string | null;
  readonly bound: string | null;
}
