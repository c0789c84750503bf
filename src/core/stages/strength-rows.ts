import type { Seeding } from "../indicators/recursive-average.ts";

/** A row of relative strength, to be written to a room of StrengthRows. */
export interface StrengthRow {
  readonly window: number;
  readonly seeding: Seeding;
  readonly row: Float64Array;
}

/** Computes the relative strength of several windows together. */
export interface StrengthRows {
  /** Rooms for rows over all bars, used again and again. */
  readonly rooms: readonly Float64Array[];
  /** The same rows as `relativeStrength`; false where the series is not served, and none is. */
  compute(series: Float64Array, wanted: readonly StrengthRow[]): boolean;
}

/** Most bytes of a thread, and rows beyond which more together are not faster. */
const STRENGTH_BYTES = 4 * 1024 * 1024;
const MOST_ROWS = 8;
/** A row's rises and falls, and the series itself. */
const OTHER_ROWS = 3;

/** Of a thread whose rows are computed together. */
export function strengthBytes(bars: number): number {
  const rows = strengthRoom(bars);
  return rows === 0 ? 0 : (rows + OTHER_ROWS) * bars * 8;
}

/** Rows that fit; none where fewer than two do. */
export function strengthRoom(bars: number): number {
  const rows = Math.floor(STRENGTH_BYTES / (bars * 8)) - OTHER_ROWS;
  return rows < 2 ? 0 : Math.min(rows, MOST_ROWS);
}
