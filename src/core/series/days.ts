const DAY_MS = 86_400_000;

/**
 * UTC days of a range that have bars. A bar belongs to the day in which it opens, so the bar that closes at midnight
 * still counts to the day it covers.
 */
export class Days {
  readonly count: number;
  /** Last bar of each day, counted from the first bar of the range. */
  readonly lastBar: Int32Array;
  /** Day of each bar. */
  readonly dayOf: Int32Array;

  /** `openTimes`: UTC epoch milliseconds of the range's bars. */
  constructor(openTimes: Float64Array) {
    const bars = openTimes.length;
    this.dayOf = new Int32Array(bars);
    const lastBar = new Int32Array(bars);
    let count = 0;
    let current = Number.NaN;
    for (let t = 0; t < bars; t++) {
      const day = Math.floor(openTimes[t] / DAY_MS);
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
