import { riskCells, type Sweep } from "../core/stages/sweep.ts";
import type { ChunkResult } from "../pool/task.ts";
import type { ChunkRecord } from "../store/records.ts";
import type { StoredRows } from "../store/store.ts";

/**
 * Neighbouring chunks of a stage, ascending and without holes, that are taken, scored and stored
 * together; each is stored as if it had been by itself.
 */
export type Stretch = readonly [ChunkRecord, ...ChunkRecord[]];

/** What the chunks of a stretch take together: less is mostly coordination, more may be lost. */
const STRETCH_MS = 250;
/** Work that is not dealt out among lanes any further. */
const LEAST_MS = 30;
/** What is stored in one statement has to be small. */
const MOST_CHUNKS = 128;
const MOST_VARIANTS = 65_536;
/** What the variants of a stretch take, over what it costs whatever its length, at least. */
const FIXED_SHARES = { usual: 3, least: 1 };
/** Weight of what is known already, when a stretch has ended. */
const FORMER_SHARE = 0.75;
/** Lengths whose spread is this share of their mean tell as much about a variant as the plan. */
const TELLING_SPREAD = 0.25;
/** One lucky stretch must not lead to a long one. */
const MOST_GROWTH = 16;

/**
 * How fast the chunks of one stage go by, as this process sees it: each stretch takes some
 * milliseconds whatever its length, such as rows that all of its variants need, and some for each
 * variant.
 */
export class Pace {
  #msAVariant: number;
  #fixedMs = 0;
  #weight = 0;
  /** Weighted means of what was seen, and sums of squares around them. */
  #variants = 0;
  #ms = 0;
  #spread = 0;
  #common = 0;
  #longest = 0;

  /** `planned`: milliseconds a variant by the plan. */
  constructor(planned: number) {
    this.#msAVariant = planned;
  }

  /** `threadMs`: what each thread spent on as many variants. */
  took(variants: number, threadMs: number): void {
    const former = this.#weight * FORMER_SHARE;
    this.#weight = former + 1;
    const away = variants - this.#variants;
    const late = threadMs - this.#ms;
    this.#variants += away / this.#weight;
    this.#ms += late / this.#weight;
    const both = former / this.#weight;
    this.#spread = this.#spread * FORMER_SHARE + away * away * both;
    this.#common = this.#common * FORMER_SHARE + away * late * both;
    this.#longest = Math.max(this.#longest, variants);
    this.#fit();
  }

  /** Chunks of so many variants that the next stretch may have: one, before anything is known. */
  wish(variants: number): { readonly fewest: number; readonly most: number } {
    const longest = Math.min(MOST_VARIANTS, MOST_GROWTH * this.#longest);
    const bound = Math.min(MOST_CHUNKS, longest / variants);
    const chunksOf = (ms: number, fixedShare: number) => {
      const own = Math.max(ms - this.#fixedMs, fixedShare * this.#fixedMs);
      return Math.max(1, Math.floor(Math.min(bound, own / (this.#msAVariant * variants))));
    };
    return {
      fewest: chunksOf(LEAST_MS, FIXED_SHARES.least),
      most: chunksOf(STRETCH_MS, FIXED_SHARES.usual),
    };
  }

  /** A line through what was seen, as steep as before where all were of one length. */
  #fit(): void {
    const [variants, ms] = [Math.max(1, this.#variants), this.#ms];
    const steepest = ms / variants;
    const weight = this.#weight * (TELLING_SPREAD * variants) ** 2;
    const known = Math.min(this.#msAVariant, steepest);
    const slope = (this.#common + weight * known) / (this.#spread + weight);
    this.#msAVariant = Math.min(Math.max(slope, 0), steepest);
    this.#fixedMs = ms - this.#msAVariant * variants;
  }
}

/** What a chunk counts for when every number of it is a variant. */
export function chunkVariants(sweep: Sweep, { stage, from, to }: ChunkRecord): number {
  return (to - from) * (stage === "STAGE_A" ? 1 : riskCells(sweep));
}

/** Variants scored in each chunk where so many were in all: chunk by chunk, in their order. */
export function scoredInOrder(sweep: Sweep, stretch: Stretch, scored: number): number[] {
  let left = scored;
  return stretch.map((chunk) => {
    const here = Math.min(left, chunkVariants(sweep, chunk));
    left -= here;
    return here;
  });
}

/** A chunk's part of what was scored; its columns where all of it was. */
export interface StretchPart extends StoredRows {
  readonly columns: readonly Float64Array[];
}

/**
 * Deals out the result of a stretch to its chunks. The best rows of the whole that lie within a
 * chunk are not all of that chunk's own best, but all that can be among the best of more. Throws
 * where the counts of a stretch that is done do not add up.
 */
export function splitStretch(
  sweep: Sweep,
  stretch: Stretch,
  result: ChunkResult,
  shortlist: Float64Array | null,
): StretchPart[] {
  const cells = shortlist === null ? 1 : riskCells(sweep);
  const { stride } = result.rows;
  const scored = scoredOf(sweep, stretch, result);
  const rows = rowsByChunk(stretch, result.rows.data, stride, (variant) => {
    if (shortlist === null) return variant;
    const [first, last] = [stretch[0].from, stretch.at(-1)!.to];
    return first + shortlist.subarray(first, last).indexOf(Math.floor(variant / cells));
  });
  return stretch.map(({ stage, no, from, to }, i) => {
    const at = (from - stretch[0].from) * cells;
    const columns = result.columns.map((all) => all.subarray(at, at + (to - from) * cells));
    return { stage, no, from, to, scored: scored[i]!, stride, rows: rows[i]!, columns };
  });
}

function scoredOf(sweep: Sweep, stretch: Stretch, result: ChunkResult): readonly number[] {
  if (stretch.length === 1) return [result.scored];
  if (result.status !== "done") return scoredInOrder(sweep, stretch, result.scored);
  const counts = result.counts ?? stretch.map((chunk) => chunkVariants(sweep, chunk));
  const sum = counts.reduce((all, count) => all + count, 0);
  if (sum === result.scored && counts.length === stretch.length) return counts;
  throw new Error(`${result.scored} variants scored in a stretch of ${counts.join(" + ")}`);
}

/** Rows keep their order. */
function rowsByChunk(
  stretch: Stretch,
  data: Float64Array,
  stride: number,
  positionOf: (variantIndex: number) => number,
): Float64Array[] {
  if (stretch.length === 1) return [data];
  const chunkOfRow = Int32Array.from({ length: data.length / stride }, (_, row) =>
    chunkAt(stretch, positionOf(data[row * stride]!)),
  );
  const counts = new Int32Array(stretch.length);
  for (const chunk of chunkOfRow) counts[chunk]!++;
  const found = Array.from(counts, (count) => new Float64Array(count * stride));
  counts.fill(0);
  for (const [row, chunk] of chunkOfRow.entries()) {
    const at = row * stride;
    found[chunk]!.set(data.subarray(at, at + stride), counts[chunk]!++ * stride);
  }
  return found;
}

/** Which chunk a position lies in. */
function chunkAt(stretch: Stretch, position: number): number {
  let [from, to] = [0, stretch.length - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (position < stretch[middle]!.to) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** Chunks as they were taken: in the order of their numbers; null where there are none. */
export function stretchOf(chunks: readonly ChunkRecord[]): Stretch | null {
  const [first, ...others] = chunks.toSorted((a, b) => a.no - b.no);
  return first === undefined ? null : [first, ...others];
}
