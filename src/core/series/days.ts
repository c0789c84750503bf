const DAY_MS = 86_400_000;

/**
 * UTC days of a range that have bars. A bar belongs to the day of its CLOSE time, as it does to a
 * range; a close at midnight is the first of the new day. Source: semantics.md sections 1 and 5.
 */
export class Days {
  readonly count: number;
  /** Last bar of each day, counted from the first bar of the range. */
  readonly lastBar: Int32Array;
  /** Day of each bar. */
  readonly dayOf: Int32Array;

  /**
   * `openTimes`: UTC epoch milliseconds of the range's bars, each of which closes `timeframeMs`
   * later.
   */
  constructor(openTimes: Float64Array, timeframeMs: number) {
    const bars = openTimes.length;
    this.dayOf = new Int32Array(bars);
    const lastBar = new Int32Array(bars);
    let count = 0;
    let current = Number.NaN;
    for (let t = 0; t < bars; t++) {
      const day = Math.floor((openTimes[t] + timeframeMs) / DAY_MS);
      if (day !== current) {
        current = day;
        count++;
      }
      this.dayOf[t] = count - 1;
      lastBar[count - 1] = t;
    }
    this.count = count;
    this.lastBar = lastBar.slice(0, count);
  }
}

/** Days from the first bar to the last one, whether or not they have bars. */
export function daysSpanned(openTimes: Float64Array, timeframeMs: number): number {
  const dayOf = (open: number) => Math.floor((open + timeframeMs) / DAY_MS);
  const last = openTimes.length - 1;
  return last < 0 ? 0 : dayOf(openTimes[last]) - dayOf(openTimes[0]) + 1;
}
