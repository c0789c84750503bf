import { constrainedCombinations } from "../grid/variant-space.ts";
import { planeBytes } from "../signals/plane-source.ts";
import { isServedByEveryBackend } from "./backend.ts";
import { riskFootprint } from "./risk-footprint.ts";
import type { ScoredBy } from "./row-footprint.ts";
import { EACH, type IsExact, scoredAlone } from "./scored-alone.ts";
import { PAIR_BATCH, SCORER_CACHES } from "./scorer-caches.ts";
import { strategyFootprint } from "./strategy-footprint.ts";
import { type Sweep, sweepMetrics } from "./sweep.ts";

/**
 * Columns of a run that are in memory at once: of the chunk computed, of the one stored, and its
 * packed bytes.
 */
const COLUMNS_IN_FLIGHT = 3;
/** Rows while they are sorted are there twice, beside their numbers and keys. */
const ROW_COPIES = 3;
/** Rows that wait to be sorted out, for each that is kept. */
const ROWS_A_ROW = 2;
/** Columns are read back for the digest: what a driver leaves of them until it is collected. */
const MOST_READ_BYTES = 40 * 2 ** 20;
const CANDLE_COLUMNS = 6;
const NUMBER_BYTES = 8;
/** The planes of the signal itself, and the empty one. */
const OWN_PLANES = 3;

/**
 * Per bar and thread: trade lists, staged operands, closes, tables of extremes, and days, each
 * once.
 */
const SCRATCH_BYTES = 29 + 16 + 8 + 32 + 24;
/** Per bar and price source that is read: the series and its exact prefix sums. */
const SOURCE_BYTES = 36;
/** Rows that an indicator holds while it computes, beside its outputs. */
const COMPUTING_ROWS = 8;

/**
 * The process itself, and one of its threads, with code that is warm: measured, see
 * docs/BENCHMARKS.md.
 */
const PROCESS_BYTES = 125 * 2 ** 20;
const THREAD_BYTES = 25 * 2 ** 20;

/** Bytes that the process of a run has resident at its peak, by what needs them. */
export interface MemoryBudget {
  /** The process and its threads, whatever they do. */
  readonly processBytes: number;
  /** Rows and planes that are kept for other threads and later runs. */
  readonly keptBytes: number;
  readonly candleBytes: number;
  /** Indicator rows and planes cached by all threads, and their scratch. */
  readonly threadBytes: number;
  readonly heapBytes: number;
  /** Metric columns of the chunks in flight, and of those that are read back. */
  readonly columnBytes: number;
  readonly totalBytes: number;
}

export interface BudgetedRun {
  readonly bars: number;
  readonly workers: number;
  /** Of the stage whose chunks have more. */
  readonly chunkVariants: number;
  /** Of both stages; none when absent. */
  readonly variants?: number;
  /** Most days that have a bar; as many as bars when absent. */
  readonly days?: number;
  /** Most that is kept for other runs; nothing when absent. */
  readonly caches?: KeptBounds;
  /** What is known of prices where kernels score the run; readable engines when absent. */
  readonly isExact?: IsExact;
}

/** Bounds of what a process keeps for other runs. */
export interface KeptBounds {
  readonly indicatorBytes: number;
  readonly atomBytes: number;
}

/** The budget as arithmetic, from the plan alone. */
export function memoryBudget(sweep: Sweep, run: BudgetedRun): MemoryBudget {
  const processBytes = PROCESS_BYTES + run.workers * THREAD_BYTES;
  const by = scoredBy(sweep, run);
  const keptBytes = keptBudget(sweep, run, by);
  const candleBytes = run.bars * CANDLE_COLUMNS * NUMBER_BYTES;
  const threadBytes = run.workers * threadBudget(sweep, run, shareOf(by, run.workers));
  const stride = 1 + sweep.ranking.length;
  const keep = Math.max(sweep.preselect, sweep.topK);
  const heapRows = Math.min(ROWS_A_ROW * keep, run.chunkVariants) * (run.workers + 1) + keep;
  const shortlistBytes = sweep.preselect * (run.workers + 1) * NUMBER_BYTES;
  const heapBytes = ROW_COPIES * heapRows * stride * NUMBER_BYTES + shortlistBytes;
  const variantBytes = sweepMetrics(sweep).length * NUMBER_BYTES;
  const columnBytes =
    COLUMNS_IN_FLIGHT * run.chunkVariants * variantBytes +
    Math.min((run.variants ?? 0) * variantBytes, MOST_READ_BYTES);
  const runBytes = keptBytes + candleBytes + threadBytes + heapBytes + columnBytes;
  return {
    processBytes,
    keptBytes,
    candleBytes,
    threadBytes,
    heapBytes,
    columnBytes,
    totalBytes: processBytes + runBytes,
  };
}

function scoredBy(sweep: Sweep, run: BudgetedRun): ScoredBy {
  const { bars, workers, chunkVariants, isExact, days = bars } = run;
  const share = Math.ceil(chunkVariants / workers);
  const each = { few: EACH, share, days: Math.min(days, bars) };
  if (!isServedByEveryBackend(sweep)) return { ...each, backend: "readable" };
  if (isExact === undefined) return { ...each, backend: "either" };
  const few = scoredAlone(sweep, bars, isExact) ?? EACH;
  return { ...each, backend: "kernels", few };
}

/** What the run leaves in the caches, as far as there is room: the grid is what can fill them. */
function keptBudget(sweep: Sweep, { bars, caches }: BudgetedRun, by: ScoredBy): number {
  if (caches === undefined) return 0;
  const { seriesBytes, planeBytes } = strategyFootprint(sweep, bars, by);
  return Math.min(seriesBytes, caches.indicatorBytes) + Math.min(planeBytes, caches.atomBytes);
}

/** A thread's: variants that are scored by themselves are dealt to all of them. */
function shareOf({ few, ...by }: ScoredBy, workers: number): ScoredBy {
  return { ...by, few: { ...few, variants: Math.ceil(few.variants / workers) } };
}

/**
 * One thread: caches as far as the grid can fill them, scratch, and tables of constraint and first
 * hits.
 */
function threadBudget(sweep: Sweep, { bars }: BudgetedRun, by: ScoredBy): number {
  const seriesBytes = bars * NUMBER_BYTES;
  const strategy = strategyFootprint(sweep, bars, by);
  const caches =
    Math.min(strategy.seriesBytes, by.few.seriesBytes) +
    strategy.heldBytes +
    Math.min(strategy.planeBytes, SCORER_CACHES.planeBytes) +
    strategy.widestBytes +
    strategy.variantBytes +
    OWN_PLANES * planeBytes(bars) +
    strategy.pairBytes;
  const scratch =
    bars * (SCRATCH_BYTES + strategy.sources * SOURCE_BYTES) +
    (COMPUTING_ROWS + strategy.computingRows) * seriesBytes;
  const scores = PAIR_BATCH * (sweep.columns?.length ?? 0) * NUMBER_BYTES;
  const hits = riskFootprint(sweep, bars, by);
  return caches + scratch + scores + hits + constraintBytes(sweep);
}

/** One byte a combination of the axes that the constraint reads. */
function constraintBytes({ axes, constraint }: Sweep): number {
  return constraint === null ? 0 : constrainedCombinations(axes, constraint);
}
