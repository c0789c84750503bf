import type { ScoredAlone } from "./scored-alone.ts";
import {
  PAIR_BATCH,
  PAIR_DAY_BYTES,
  PAIR_ROW_BYTES,
  PAIR_ROWS,
  PAIR_VARIANT_BYTES,
  pairSlots,
  ROW_BYTES,
} from "./scorer-caches.ts";
import type { Sweep } from "./sweep.ts";

const NUMBER_BYTES = 8;
/** A row's value as pairwise comparison reads it. */
const KEY_BYTES = 2;

/** A bar of such a row, and what a family of them has beside its rows. */
const ROW_BAR_BYTES = NUMBER_BYTES + KEY_BYTES;
const ROW_SLACK_BYTES = 2 ** 20;

/** What scores a run, as far as that is known before it begins. */
export interface ScoredBy {
  readonly backend: "kernels" | "readable" | "either";
  readonly few: ScoredAlone;
  /** Most variants of a chunk that a thread has. */
  readonly share: number;
  /** Most days that have a bar. */
  readonly days: number;
}

/** Whether so many rows are compared pairwise rather than series by series. */
export function doFit(rows: number, bars: number): boolean {
  return rows * ROW_BAR_BYTES * bars < ROW_BYTES - ROW_SLACK_BYTES;
}

/**
 * Bytes of one thread for the rows of two operands that are compared pairwise, and for what an
 * engine that scores pairs together has beside them.
 */
export function rowBytes(
  sweep: Sweep,
  [left, right]: readonly number[],
  bars: number,
  { backend, few, share }: ScoredBy,
): number {
  // Readable engines that keep rows have them from the cache of series.
  if (backend === "readable") return 0;
  const rows = left + right;
  const blocks = Math.min(rows, PAIR_ROWS) * PAIR_ROW_BYTES;
  const carried = Math.min(left * right, share, PAIR_BATCH) * PAIR_VARIANT_BYTES;
  if (few.engine !== "pairs") {
    const barBytes = rows * ROW_BAR_BYTES + 2 * NUMBER_BYTES;
    // Rows that do not fit are not kept; counted as full, so that no larger run seems smaller.
    return Math.min(barBytes * bars + blocks, ROW_BYTES) + carried;
  }
  const places = pairSlots(rows, bars, sweep.preselect);
  const isSealed = places === rows && few.variants >= rows;
  const made = Math.min(places, 2 * few.variants);
  const barBytes = isSealed ? rows * ROW_BAR_BYTES + 2 * NUMBER_BYTES : made * NUMBER_BYTES;
  return barBytes * bars + blocks + carried;
}

/** Daily returns of the variants that an engine scores together, as many in each batch. */
export function returnBytes(
  { ranking }: Sweep,
  [left, right]: readonly number[],
  { share, days }: ScoredBy,
): number {
  if (!ranking.some(({ metric }) => metric === "sharpe")) return 0;
  const variants = Math.min(left * right, share);
  const most = Math.max(
    1,
    Math.min(PAIR_BATCH, Math.floor(PAIR_DAY_BYTES / (days * NUMBER_BYTES))),
  );
  const batches = Math.ceil(variants / most);
  return Math.ceil(variants / batches) * days * NUMBER_BYTES;
}
