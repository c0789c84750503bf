import type { VariantSpace } from "../grid/variant-space.ts";
import type { RankingMetric } from "../metrics/ranking-metric.ts";
import type { PlaneSource } from "../signals/plane-source.ts";
import type { PhaseClock } from "./phase-clock.ts";
import type { StrategyShape } from "./strategy-shape.ts";
import type { Sweep } from "./sweep.ts";

/**
 * Scores many base variants together, stops off: what they share is computed once a batch. The same
 * bits as scoring each by itself.
 */
export interface BatchEngine {
  readonly size: BatchSize;
  /**
   * Scores variants with these indices, ascending, whatever the batch. Row `i` of `out` gets one
   * number a metric of `variants[i]`, NaN where it is undefined.
   *
   * Every few milliseconds, between blocks of bars, it tells `stop` which share of the work is
   * done, 0 to 1; that says whether to end early. False then, and `out` means nothing.
   */
  score(variants: Float64Array, out: Float64Array, stop: (done: number) => boolean): boolean;
}

/** Indices `[from, to)` of base variants. */
export interface IndexRange {
  readonly from: number;
  readonly to: number;
}

/** What an engine wants of the batches it gets; it has to serve others too. */
export interface BatchSize {
  /** Variants below which what a batch computes once weighs too much. */
  readonly least: number;
  /** Variants above which a batch takes too much memory or time. */
  readonly most: number;
  /** Whether a batch of that size takes long, so that a run cancelled early would have no rows. */
  readonly isLong: boolean;
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

/** Every so many variants of the indices `[from, to)`: those that are dealt to one of the parts. */
export interface Batch extends IndexRange {
  readonly part: number;
  readonly parts: number;
}

/** Batches of each of several threads, where not too small, so that they end together. */
const BATCHES_A_THREAD = 4;
/** Variants of each thread's first batch where batches take long, for a run cancelled early. */
const LEAD_VARIANTS = 64;
/** Places to cut at that are counted; more would not balance better. */
const MOST_PLACES = 4_096;
/** Neighbours that are dealt together: engines score them side by side. */
const HAND = 2;

/**
 * Cuts the indices `[from, to)` into rounds of about as many variants each, and deals each round to
 * the threads: a batch for each of them. Every thread finds the same.
 */
export function cutBatches(
  space: VariantSpace,
  range: IndexRange,
  threads: number,
  size: BatchSize,
): Batch[] {
  const batches: Batch[] = [];
  let { from } = range;
  for (const to of cutRounds(space, range, threads, size)) {
    for (let part = 0; part < threads; part++) batches.push({ from, to, part, parts: threads });
    from = to;
  }
  return batches;
}

/** Ends of rounds, ascending, the last one `to`. */
function cutRounds(
  space: VariantSpace,
  { from, to }: IndexRange,
  threads: number,
  { least, most, isLong }: BatchSize,
): readonly number[] {
  // Where even all indices make one round, there is nothing to count.
  const atMost = to - from;
  if (from < to && atMost <= most * threads && (threads === 1 || atMost < 2 * least * threads)) {
    return [to];
  }
  const places = placesToCut(from, to);
  const before = space.countBefore(from, places);
  const variants = before.at(-1) ?? 0;
  const needed = Math.ceil(variants / (most * threads));
  const wanted =
    threads === 1 ? 1 : Math.min(BATCHES_A_THREAD, Math.floor(variants / (least * threads)));
  const rounds = Math.max(1, needed, wanted);
  const leads = isLong && needed > 1 ? 1 : 0;
  const ends: number[] = [];
  let full = 0;
  for (const [place, end] of places.entries()) {
    if (ends.length < leads && before[place] >= LEAD_VARIANTS * threads) {
      ends.push(end);
      continue;
    }
    const filled = Math.floor((before[place] * rounds) / Math.max(variants, 1));
    // What is behind the last variant belongs to the last round.
    if (end < to && (filled <= full || before[place] === variants)) continue;
    full = filled;
    ends.push(end);
  }
  return ends;
}

/** Indices to cut at, the last one `to`. */
function placesToCut(from: number, to: number): Float64Array {
  const step = Math.ceil((to - from) / MOST_PLACES);
  const places: number[] = [];
  for (let index = from; index < to; index = places.at(-1)!) {
    places.push(Math.min(to, (Math.floor(index / step) + 1) * step));
  }
  return Float64Array.from(places);
}

/**
 * Variants of a batch, ascending. Hands are dealt by the sum of their number's digits (Thue and
 * Morse): no line of the grid is a multiple of that order, so whatever variants cost along its
 * axes, all parts have about the same of it.
 */
export function dealtVariants(space: VariantSpace, { from, to, part, parts }: Batch): Float64Array {
  const exists = new Uint8Array(to - from);
  space.markExisting(from, exists);
  const dealt = new Float64Array(exists.length);
  let count = 0;
  for (let i = 0, variant = 0, taker = 0; i < exists.length; i++) {
    if (exists[i] === 0) continue;
    if (variant % HAND === 0) taker = takerOf(variant / HAND, parts);
    if (taker === part) dealt[count++] = from + i;
    variant++;
  }
  return dealt.subarray(0, count);
}

function takerOf(hand: number, parts: number): number {
  if (parts === 1) return 0;
  let sum = 0;
  for (let rest = hand; rest > 0; rest = Math.floor(rest / parts)) sum += rest % parts;
  return sum % parts;
}
