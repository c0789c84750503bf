import { type Timeframe, timeframeMs } from "./timeframe.ts";

/** Where a series has no bar although its timeframe has one. Gaps are legal: markets close. */
export interface GapReport {
  /** Missing bars in all. */
  readonly missingBars: number;
  readonly count: number;
  /** Longest gap in milliseconds, from the close before it to the open after it; 0 without gaps. */
  readonly longestMs: number;
  /** The first ten: open time of the last bar before the gap, and how many bars are missing. */
  readonly first: readonly { readonly afterMs: number; readonly missingBars: number }[];
}

/** How many gaps a report spells out. */
export const REPORTED_GAPS = 10;

/**
 * Gaps of ascending bar open times that lie on the timeframe's grid. Weekends count like any other
 * gap.
 */
export function gapReport(time: Float64Array, timeframe: Timeframe): GapReport {
  const barMs = timeframeMs(timeframe);
  const first: { afterMs: number; missingBars: number }[] = [];
  let missingBars = 0;
  let count = 0;
  let longest = 0;
  for (let t = 1; t < time.length; t++) {
    const missing = (time[t] - time[t - 1]) / barMs - 1;
    if (missing === 0) continue;
    if (first.length < REPORTED_GAPS) first.push({ afterMs: time[t - 1], missingBars: missing });
    missingBars += missing;
    count += 1;
    if (missing > longest) longest = missing;
  }
  return { missingBars, count, longestMs: longest * barMs, first };
}
