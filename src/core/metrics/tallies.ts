/**
 * Running sums from which the ranking metrics are computed. The reference engine and the event
 * engine feed the same tallies in the same order, so their metrics agree to the bit. Objects are
 * reused: `reset` before each variant.
 */

/** Sums over the closed trades of a variant. */
export interface TradeSums {
  readonly count: number;
  readonly wins: number;
  /** Sums of positive and of negative net profits, in quote; the loss as a positive number. */
  readonly grossProfit: number;
  readonly grossLoss: number;
  /** Sum of trade returns (net profit / stake), as a fraction. */
  readonly returnSum: number;
}

/** Sums over the daily returns of a variant. */
export interface DailySums {
  readonly days: number;
  /** Product of 1 + r, which is the last day's equity over the first one's. */
  readonly growth: number;
  readonly returnSum: number;
  /** Sum of squared negative returns. */
  readonly downsideSum: number;
  /** True once a day lost everything, or began with nothing: ratios have no meaning then. */
  readonly broken: boolean;
  /** Sum of squared deviations from the mean. */
  squares(): number;
}

/** Closed trades, in order. */
export class TradeTally implements TradeSums {
  count = 0;
  wins = 0;
  grossProfit = 0;
  grossLoss = 0;
  returnSum = 0;

  reset(): void {
    this.count = 0;
    this.wins = 0;
    this.grossProfit = 0;
    this.grossLoss = 0;
    this.returnSum = 0;
  }

  add(netProfit: number, stake: number): void {
    this.count++;
    this.returnSum += netProfit / stake;
    if (netProfit > 0) {
      this.wins++;
      this.grossProfit += netProfit;
    } else {
      this.grossLoss -= netProfit;
    }
  }
}

/**
 * Deepest fall of equity from its running peak, as a fraction of the peak. The first value is the
 * first peak.
 */
export class DrawdownTally {
  peak = Number.NEGATIVE_INFINITY;
  deepest = 0;

  reset(): void {
    this.peak = Number.NEGATIVE_INFINITY;
    this.deepest = 0;
  }

  add(equity: number): void {
    if (equity > this.peak) this.peak = equity;
    const depth = drawdown(equity, this.peak);
    if (depth > this.deepest) this.deepest = depth;
  }
}

/**
 * Fall from the peak as a fraction; 0 where the peak is not positive and a share of it has no
 * meaning.
 */
export function drawdown(equity: number, peak: number): number {
  return peak > 0 ? 1 - equity / peak : 0;
}

/**
 * Daily returns of equity. Days without a change add exactly 0 to every sum, so engines that see
 * only the days with an open position get the same bits. Usage: `start` with the first day's last
 * equity, then `add` per later day (or `addQuiet(n)` for n days of unchanged equity).
 */
export class DailyTally implements DailySums {
  days = 0;
  returnSum = 0;
  downsideSum = 0;
  broken = false;
  #first = 0;
  #last = 0;
  #changes: Float64Array;
  #changed = 0;

  /** `maxDays`: most days a range can have. */
  constructor(maxDays: number) {
    this.#changes = new Float64Array(maxDays);
  }

  get growth(): number {
    return this.#last / this.#first;
  }

  start(equity: number): void {
    this.days = 0;
    this.returnSum = 0;
    this.downsideSum = 0;
    this.broken = !(equity > 0);
    this.#first = equity;
    this.#last = equity;
    this.#changed = 0;
  }

  addQuiet(days: number): void {
    this.days += days;
  }

  add(equity: number): void {
    this.days++;
    if (equity === this.#last) return;
    const r = equity / this.#last - 1;
    this.#last = equity;
    if (!(equity > 0)) this.broken = true;
    this.returnSum += r;
    if (r < 0) this.downsideSum += r * r;
    this.#changes[this.#changed++] = r;
  }

  squares(): number {
    const mean = this.returnSum / this.days;
    let squares = (this.days - this.#changed) * (mean * mean);
    for (let i = 0; i < this.#changed; i++) {
      const d = this.#changes[i] - mean;
      squares += d * d;
    }
    return squares;
  }
}

/** Mean daily return. */
export function dailyMean(daily: DailySums): number {
  return daily.returnSum / daily.days;
}

/** Sample standard deviation (ddof 1) of the daily returns; 0 when they differ by rounding only. */
export function dailyDeviation(daily: DailySums): number {
  const deviation = Math.sqrt(daily.squares() / (daily.days - 1));
  return deviation > ROUNDING_SHARE * Math.abs(dailyMean(daily)) ? deviation : 0;
}

/** Deviation below this share of the mean is rounding of equal returns, not deviation. */
export const ROUNDING_SHARE = 1e-12;
