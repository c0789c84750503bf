import { type BitPlane, createPlane } from "../series/bit-plane.ts";
import type { Comparison } from "../signals/atom.ts";

/**
 * Comparisons of one series with several levels, loosest first: where one holds, those before it
 * hold too. So a number a bar says which of them do.
 */
export interface LevelLegs {
  /** How many there are: 1 to MAX_LEVELS. */
  readonly levels: number;
  /** How many hold at each bar; those numbered below it. */
  readonly counts: Uint8Array;
  /** Where the count is another one than at the bar before; before the first bar it is 0. */
  readonly changes: BitPlane;
  /** Where the count is not 0. */
  readonly some: BitPlane;
}

export const MAX_LEVELS = 255;

export function createLevelLegs(levels: number, bars: number): LevelLegs {
  const counts = new Uint8Array(bars);
  return { levels, counts, changes: createPlane(bars), some: createPlane(bars) };
}

/** Counts the levels, loosest first, that `series op level` holds for; NaN passes none. */
export function countLevels(
  series: Float64Array,
  op: Comparison,
  levels: Float64Array,
  { counts, changes, some }: LevelLegs,
): void {
  changes.fill(0);
  some.fill(0);
  let before = 0;
  for (let t = 0; t < series.length; t++) {
    let count = 0;
    while (count < levels.length && holds(series[t], op, levels[count])) count++;
    counts[t] = count;
    if (count !== before) changes[t >>> 5] |= 1 << (t & 31);
    if (count !== 0) some[t >>> 5] |= 1 << (t & 31);
    before = count;
  }
}

function holds(x: number, op: Comparison, level: number): boolean {
  if (op === "<") return x < level;
  if (op === "<=") return x <= level;
  return op === ">" ? x > level : x >= level;
}
