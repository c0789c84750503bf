import { planeWords } from "../series/bit-plane.ts";
import { ENTRY_BYTES } from "../signals/plane-source.ts";

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

/** Most bytes of the rows that one signal or comparison compares pairwise. */
export const ROW_BYTES = 256 * MIB;

/** Most bytes that the legs of one side take, where its comparison has many series. */
export const LEG_BYTES = 32 * MIB;

/** Atoms of one signal that are worth keeping: half the plane room, so that signals share it. */
export function planeRoom(bars: number, caches: ScorerCaches): number {
  return Math.floor(caches.planeBytes / 2 / (planeWords(bars) * 4 + ENTRY_BYTES));
}

/**
 * Bytes of the first hits of a variant's trades in kernels, and as many of those that are kept for
 * the next variants: where there are more they are found anew, for each row or variant.
 */
export const RISK_TABLE_BYTES = 8 * MIB;

/**
 * Most variants that an engine of pairs scores together, and bytes that each carries on the way.
 */
export const PAIR_BATCH = 32_768;
export const PAIR_VARIANT_BYTES = 152;
/** Most bytes of their daily returns, where these are watched. */
export const PAIR_DAY_BYTES = 24 * MIB;
/**
 * Most rows of such an engine, and bytes that it needs of one: a block of values and keys, and how
 * they are made from exact sums.
 */
export const PAIR_ROWS = 8_192;
export const PAIR_ROW_BYTES = 520 * 8 + 512 * 2 + 36;
