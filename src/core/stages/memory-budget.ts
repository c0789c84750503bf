import { planeWords } from "../series/bit-plane.ts";
import { signalAxes } from "./signal-planes.ts";
import { riskCells, type Sweep, sweepMetrics } from "./sweep.ts";

const MIB = 1024 * 1024;

/** Most bytes that the caches of one thread's scorer hold. */
export const SCORER_CACHES = {
  seriesBytes: 128 * MIB,
  planeBytes: 64 * MIB,
} as const;

/** Atoms of one signal that are worth keeping: half the plane room, so that signals share it. */
export function planeRoom(bars: number): number {
  return Math.floor(SCORER_CACHES.planeBytes / 2 / (planeWords(bars) * 4 + 1));
}

/** Chunks of a run that are in memory at once: one computed, one stored or fetched. */
const CHUNKS_IN_FLIGHT = 2;
const CANDLE_COLUMNS = 6;
const NUMBER_BYTES = 8;

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
  const heapBytes = heapRows * stride * NUMBER_BYTES;
  const columnBytes =
    CHUNKS_IN_FLIGHT * run.chunkVariants * sweepMetrics(sweep).length * NUMBER_BYTES;
  return {
    candleBytes,
    threadBytes,
    heapBytes,
    columnBytes,
    totalBytes: candleBytes + threadBytes + heapBytes + columnBytes,
  };
}

/** One thread: caches as far as the grid can fill them, trade lists, and tables of first hits. */
function threadBudget(sweep: Sweep, bars: number): number {
  const planeBytes = planeWords(bars) * 4;
  const seriesBytes = bars * NUMBER_BYTES;
  let series = 0;
  for (const indicator of sweep.indicators) {
    let rows = 1;
    for (const binding of Object.values(indicator.params)) {
      if ("axis" in binding) rows *= sweep.axes[binding.axis].values.length;
    }
    series += rows * seriesBytes;
  }
  let pairs = 0;
  for (const signal of sweep.signals) {
    const combinations = signalAxes(sweep, signal).reduce(
      (product, a) => product * sweep.axes[a].values.length,
      1,
    );
    pairs += combinations * 2 * planeBytes;
  }
  const caches =
    Math.min(series, SCORER_CACHES.seriesBytes) + Math.min(pairs, SCORER_CACHES.planeBytes);
  const tradeLists = bars * (1 + 4 + 4 + 8 + 4 + 8);
  const levels = riskCells(sweep) > 1 ? sweep.stops.length + sweep.targets.length : 2;
  const stopTable = Math.ceil(bars / 8) * levels * 12;
  return caches + tradeLists + stopTable + 4 * seriesBytes;
}
