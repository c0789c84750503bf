import { findIndicator } from "../indicators/registry.ts";
import { ENTRY_BYTES, planeBytes } from "../signals/plane-source.ts";

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

/** Most bytes of the rows of such a signal where few variants are compared, and fewest rows. */
const FEW_ROW_BYTES = 16 * MIB;
const FEWEST_ROWS = 8;
const NUMBER_BYTES = 8;

/** Rows that are there at a time where `alone` variants compare two of so many, of so many bars. */
export function pairSlots(rows: number, bars: number, alone: number): number {
  if (alone >= rows) return rows;
  const fit = Math.floor(FEW_ROW_BYTES / (bars * NUMBER_BYTES));
  return Math.min(rows, Math.max(FEWEST_ROWS, fit));
}

/** Most bytes that the legs of one side take, where its comparison has many series. */
export const LEG_BYTES = 32 * MIB;

/** All outputs of an indicator with one choice of its parameters. */
export function outputBytes(id: string, bars: number): number {
  const outputs = findIndicator(id)?.outputs.length ?? 1;
  return outputs * bars * NUMBER_BYTES + ENTRY_BYTES;
}

/** Of an entry of the look-up from combination to planes. */
export const LOOK_UP_BYTES = 128;

/** Atoms of one signal that are worth keeping: half the plane room, so that signals share it. */
export function planeRoom(bars: number, caches: ScorerCaches): number {
  return Math.floor(caches.planeBytes / 2 / planeBytes(bars));
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
