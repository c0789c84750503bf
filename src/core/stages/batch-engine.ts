import type { VariantSpace } from "../grid/variant-space.ts";
import type { RankingMetric } from "../metrics/ranking-metric.ts";
import type { PlaneSource } from "../signals/plane-source.ts";
import type { PhaseClock } from "./phase-clock.ts";
import type { StrategyShape } from "./strategy-shape.ts";
import type { Sweep } from "./sweep.ts";

/**
 * Scores base variants with neighbouring indices together, stops off: what they share is computed
 * once a batch. The same bits as scoring each by itself.
 */
export interface BatchEngine {
  readonly size: BatchSize;
  /**
   * Scores the variants with index in `[from, to)`, whatever the cuts. Row `index - from` of `out`
   * gets one number a metric, NaN where it is undefined or the constraint forbids the variant.
   *
   * Every few milliseconds, between blocks of bars, it tells `stop` which share of the work is
   * done, 0 to 1; that says whether to end early. False then, and `out` means nothing.
   */
  score(from: number, to: number, out: Float64Array, stop: (done: number) => boolean): boolean;
}

/** Indices `[from, to)` of base variants. */
export interface IndexRange {
  readonly from: number;
  readonly to: number;
}

/** What an engine wants of the batches it gets; it has to serve others too. */
export interface BatchSize {
  /** Indices; batches begin and end at multiples of it where they can. */
  readonly grain: number;
  /** Variants below which what a batch computes once weighs too much. */
  readonly least: number;
  /** Variants above which a batch takes too much memory or time. */
  readonly most: number;
}

/** What an engine is made for. */
export interface BatchTask<Shape extends StrategyShape = StrategyShape> {
  readonly sweep: Sweep;
  readonly space: VariantSpace;
  readonly shape: Shape;
  readonly source: PlaneSource;
  /** In `events` while it scores; an engine tells it of other phases, block by block at most. */
  readonly clock: PhaseClock;
  /** What it writes, in this order. */
  readonly metrics: readonly RankingMetric[];
}

/** Batches of each of several threads, where not too small, so that they end together. */
const BATCHES_A_THREAD = 4;
/** Variants of each thread's first batch where many follow: what is cancelled early has them. */
const LEAD_VARIANTS = 64;
/** Places to cut at that are counted; more would not balance better. */
const MOST_PLACES = 4_096;

/**
 * Cuts the indices `[from, to)` into batches of about as many variants each: their ends, ascending,
 * the last one `to`. Every thread finds the same.
 */
export function cutBatches(
  space: VariantSpace,
  { from, to }: IndexRange,
  threads: number,
  size: BatchSize,
): Float64Array {
  if (threads === 1 && from < to && to - from <= size.most) return Float64Array.of(to);
  const places = placesToCut(from, to, size.grain);
  const before = space.countBefore(from, places);
  const variants = before.at(-1) ?? 0;
  const needed = Math.ceil(variants / size.most);
  const wanted = Math.min(threads * BATCHES_A_THREAD, Math.floor(variants / size.least));
  // Whole rounds, or some threads would wait for the others in the last one.
  const rounds = Math.ceil(Math.max(1, needed, threads === 1 ? 1 : wanted) / threads);
  const batches = rounds * threads;
  const leads = needed > threads ? threads : 0;
  const ends: number[] = [];
  let full = 0;
  for (const [place, end] of places.entries()) {
    if (ends.length < leads && before[place] >= (ends.length + 1) * LEAD_VARIANTS) {
      ends.push(end);
      continue;
    }
    const filled = Math.floor((before[place] * batches) / Math.max(variants, 1));
    // What is behind the last variant belongs to the last batch.
    if (end < to && (filled <= full || before[place] === variants)) continue;
    full = filled;
    ends.push(end);
  }
  return Float64Array.from(ends);
}

/** Indices to cut at, the last one `to`. */
function placesToCut(from: number, to: number, grain: number): Float64Array {
  const step = grain * Math.ceil((to - from) / grain / MOST_PLACES);
  const places: number[] = [];
  for (let index = from; index < to; index = places.at(-1)!) {
    places.push(Math.min(to, (Math.floor(index / step) + 1) * step));
  }
  return Float64Array.from(places);
}
