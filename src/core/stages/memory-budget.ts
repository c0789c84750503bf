import { constrainedCombinations } from "../grid/variant-space.ts";
import { findIndicator } from "../indicators/registry.ts";
import type { ParameterValue } from "../parameter.ts";
import { planeWords } from "../series/bit-plane.ts";
import { ENTRY_BYTES } from "../signals/plane-source.ts";
import { distinctAtoms, MAX_PAIRS, operandAxes, signalAxes } from "./signal-planes.ts";
import { type Binding, riskCells, type SignalBinding, type Sweep, sweepMetrics } from "./sweep.ts";

const MIB = 1024 * 1024;

/** Most bytes that the caches of one thread's scorer hold. */
export interface ScorerCaches {
  readonly seriesBytes: number;
  readonly planeBytes: number;
}

export const SCORER_CACHES: ScorerCaches = {
  seriesBytes: 128 * MIB,
  planeBytes: 64 * MIB,
};

/** Most bytes of the rows that one signal compares pairwise. */
export const ROW_BYTES = 256 * MIB;

/** Atoms of one signal that are worth keeping: half the plane room, so that signals share it. */
export function planeRoom(bars: number, caches: ScorerCaches): number {
  return Math.floor(caches.planeBytes / 2 / (planeWords(bars) * 4 + ENTRY_BYTES));
}

/**
 * Columns of a run that are in memory at once: of the chunk computed, of the one stored, and its
 * packed bytes.
 */
const COLUMNS_IN_FLIGHT = 3;
/** A heap while it grows or is drained is there twice. */
const HEAP_COPIES = 2;
const CANDLE_COLUMNS = 6;
const NUMBER_BYTES = 8;
/** One entry of the look-up from combination to pair. */
const PAIR_BYTES = 128;
/** An atom is kept, and what its rule rules out is kept beside it, for both sides. */
const PLANES_A_PAIR = 4;
/** A row's value as pairwise comparison reads it. */
const KEY_BYTES = 2;
/** A first hit is a bar and a factor. */
const HIT_BYTES = 12;

/**
 * Per bar and thread: trade lists, staged operands, closes, tables of extremes, and days, each
 * once.
 */
const SCRATCH_BYTES = 29 + 16 + 8 + 32 + 24;
/** Per bar and price source that is read: the series and its exact prefix sums. */
const SOURCE_BYTES = 36;
/** Rows that an indicator holds while it computes, beside its outputs. */
const COMPUTING_ROWS = 8;

/** Bytes a run needs beside the bare process, by what needs them. */
export interface MemoryBudget {
  readonly candleBytes: number;
  /** Indicator rows and planes cached by all threads, and their scratch. */
  readonly threadBytes: number;
  readonly heapBytes: number;
  /** Packed metric columns of the chunks in flight. */
  readonly columnBytes: number;
  readonly totalBytes: number;
}

/** The budget as arithmetic, from the plan alone. `chunkVariants` is the larger stage's. */
export function memoryBudget(
  sweep: Sweep,
  run: { readonly bars: number; readonly workers: number; readonly chunkVariants: number },
): MemoryBudget {
  const candleBytes = run.bars * CANDLE_COLUMNS * NUMBER_BYTES;
  const threadBytes = run.workers * threadBudget(sweep, run.bars);
  const stride = 1 + sweep.ranking.length;
  const keep = Math.max(sweep.preselect, sweep.topK);
  const heapRows = Math.min(keep, run.chunkVariants) * (run.workers + 1) + keep;
  const shortlistBytes = sweep.preselect * (run.workers + 1) * NUMBER_BYTES;
  const heapBytes = HEAP_COPIES * heapRows * stride * NUMBER_BYTES + shortlistBytes;
  const columnBytes =
    COLUMNS_IN_FLIGHT * run.chunkVariants * sweepMetrics(sweep).length * NUMBER_BYTES;
  return {
    candleBytes,
    threadBytes,
    heapBytes,
    columnBytes,
    totalBytes: candleBytes + threadBytes + heapBytes + columnBytes,
  };
}

/**
 * One thread: caches as far as the grid can fill them, scratch, and tables of constraint and first
 * hits.
 */
function threadBudget(sweep: Sweep, bars: number): number {
  const seriesBytes = bars * NUMBER_BYTES;
  const planeBytes = planeWords(bars) * 4 + ENTRY_BYTES;
  let series = 0;
  let widest = 0;
  for (const { id, params } of sweep.indicators) {
    const outputs = (findIndicator(id)?.outputs.length ?? 1) * seriesBytes + ENTRY_BYTES;
    widest = Math.max(widest, outputs);
    series += combinationsOf(sweep, boundAxes(params)) * outputs;
  }
  let planes = 0;
  let pairs = 0;
  for (const signal of sweep.signals) {
    const combinations = combinationsOf(sweep, signalAxes(sweep, signal));
    planes += combinations * PLANES_A_PAIR * planeBytes;
    pairs += Math.min(combinations, MAX_PAIRS) * PAIR_BYTES;
    pairs += rowBytes(sweep, signal, bars);
  }
  const ofOneVariant = (sweep.signals.length * PLANES_A_PAIR + 3) * planeBytes;
  const caches =
    Math.min(series, SCORER_CACHES.seriesBytes) +
    Math.min(planes, SCORER_CACHES.planeBytes) +
    widest +
    ofOneVariant +
    pairs;
  const levels = riskCells(sweep) > 1 ? sweep.stops.length + sweep.targets.length : 2;
  const scratch =
    bars * (SCRATCH_BYTES + sourcesRead(sweep) * SOURCE_BYTES) + COMPUTING_ROWS * seriesBytes;
  // Every bar may be a trade.
  return caches + scratch + bars * levels * HIT_BYTES + constraintBytes(sweep);
}

/** Rows that a signal compares pairwise, values and keys, where it does. */
function rowBytes(sweep: Sweep, signal: SignalBinding, bars: number): number {
  if (signal.rule !== "cross") return 0;
  if (distinctAtoms(sweep, signal) <= planeRoom(bars, SCORER_CACHES)) return 0;
  const rows = Object.values(signal.operands)
    .map((operand) => combinationsOf(sweep, operandAxes(sweep, operand)))
    .reduce((sum, combinations) => sum + combinations, 0);
  const bytes = (rows * (NUMBER_BYTES + KEY_BYTES) + 2 * NUMBER_BYTES) * bars;
  return bytes <= ROW_BYTES ? bytes : 0;
}

function combinationsOf(sweep: Sweep, axes: readonly number[]): number {
  return axes.reduce((product, a) => product * sweep.axes[a].values.length, 1);
}

function boundAxes(params: Readonly<Record<string, Binding>>): number[] {
  return Object.values(params).flatMap((binding) => ("axis" in binding ? [binding.axis] : []));
}

/** Most price sources that a thread holds: those named, and the close. */
function sourcesRead(sweep: Sweep): number {
  const sources = new Set<ParameterValue>(["close"]);
  for (const { params } of sweep.indicators) {
    const { source } = params;
    if (source === undefined) continue;
    const named = "axis" in source ? sweep.axes[source.axis].values : [source.value];
    for (const value of named) sources.add(value);
  }
  return sources.size;
}

/** One byte a combination of the axes that the constraint reads. */
function constraintBytes({ axes, constraint }: Sweep): number {
  return constraint === null ? 0 : constrainedCombinations(axes, constraint);
}
