import { DoubleDouble } from "./double-double.ts";
import { MAX_PREFIX, type ScaleStep, scaleFor, sumOnGrid } from "./grid-sums.ts";

/** Bars `[from, to)`. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/**
 * Prefix sums of a series, so that the sum of any window costs one subtraction.
 *
 * Prices lie on a decimal grid, `k / scale` with an integer k and a power of ten. As long as they
 * do, the integers k are summed: exact in float64 while a prefix stays below 2^52 (for 5 decimals
 * and prices near 1 that is 42 billion bars, for cents near 60,000 it is 750 million bars). A mean
 * is then `exact integer / (scale * window)`, one correctly rounded division: a price that equals
 * the mean of its window as a decimal number equals it in float64 too, and the order of the two is
 * never wrong.
 *
 * From the first bar that is off every grid (or where the prefix grows too large), windows use
 * double-double sums of the float64 values from the start of the series: 106 bits, exact for all
 * price data in practice, then one rounding. Which form a window gets depends only on bars up to
 * its end, and never on blocks, chunks or workers.
 *
 * Absent values (NaN, infinities) make every window that contains them NaN, and no other.
 */
export class PrefixSum {
  readonly bars: number;
  /** The series as it was given. */
  readonly values: Float64Array;
  /** Bars `[0, gridBars)` are multiples of `1 / scale`. */
  readonly gridBars: number;
  readonly scale: number;
  /** Where the grid became finer: the scale that holds all bars up to each step and beyond. */
  readonly #scaleSteps: readonly ScaleStep[];
  /** Largest single value on the grid, in absolute units of `1 / scale`. */
  readonly largestTick: number;
  /** Whether no value is absent. */
  readonly isWhole: boolean;
  /** `ticks[t]`: sum of the first t values, in units of `1 / scale`; exact up to `gridBars`. */
  readonly ticks: Float64Array;
  /** Sums of the first t values as hi + lo; only where the grid does not reach the end. */
  readonly #hi: Float64Array | null;
  readonly #lo: Float64Array | null;
  /** Per bar the position of the last absent value up to it, -1 before any; null without any. */
  readonly #lastAbsent: Int32Array | null;

  private constructor(series: Float64Array, room: Float64Array) {
    const grid = sumOnGrid(series, room);
    this.bars = series.length;
    this.gridBars = grid.bars;
    this.scale = grid.scale;
    this.largestTick = grid.largestTick;
    this.#scaleSteps = grid.scaleSteps;
    this.ticks = grid.ticks;
    this.values = series;
    const fine = grid.bars < series.length ? sumFinely(series) : null;
    this.#hi = fine === null ? null : fine.hi;
    this.#lo = fine === null ? null : fine.lo;
    const isWhole = grid.bars === series.length && !grid.lacks;
    this.#lastAbsent = isWhole ? null : lastAbsent(series);
    this.isWhole = this.#lastAbsent === null;
  }

  /** The sums are written to `room`, whatever it holds: one more than there are values. */
  static of(
    series: Float64Array,
    room: Float64Array = new Float64Array(series.length + 1),
  ): PrefixSum {
    return new PrefixSum(series, room);
  }

  /** Sum of the bars `[from, to)` in units of `1 / scale`, exact; for `to <= gridBars` only. */
  tickSum(from: number, to: number): number {
    return this.ticks[to] - this.ticks[from];
  }

  /** Sets `into` to the sum of the bars `[from, to)` of the values themselves. */
  fineSum(from: number, to: number, into: DoubleDouble): DoubleDouble {
    const hi = this.#hi;
    const lo = this.#lo;
    if (hi === null || lo === null) throw new Error("fineSum: the whole series is on a grid");
    return into.set(hi[to], lo[to]).add(-hi[from]).add(-lo[from]);
  }

  /** Scale of the coarsest grid that holds the bars `[0, t]`: it knows nothing of later bars. */
  scaleAt(t: number): number {
    let step = this.#scaleSteps.length - 1;
    while (this.#scaleSteps[step].bar > t) step -= 1;
    return this.#scaleSteps[step].scale;
  }

  /** Stretches of bars without an absent value, in order. */
  runs(): readonly Run[] {
    const absent = this.#lastAbsent;
    if (absent === null) return this.bars > 0 ? [{ from: 0, to: this.bars }] : [];
    const runs: Run[] = [];
    for (let t = 0, from = 0; t <= this.bars; t++) {
      if (t < this.bars && absent[t] !== t) continue;
      if (t > from) runs.push({ from, to: t });
      from = t + 1;
    }
    return runs;
  }

  /** Mean of the `window` bars ending at t; NaN where they are not all there. */
  mean(t: number, window: number): number {
    const from = t + 1 - window;
    if (from < 0 || (this.#lastAbsent !== null && this.#lastAbsent[t] >= from)) return Number.NaN;
    if (t < this.gridBars) return this.tickSum(from, t + 1) / (this.scale * window);
    return this.fineSum(from, t + 1, new DoubleDouble()).dividedBy(window);
  }

  /** `mean(t, window)` for every bar. */
  means(window: number, out = new Float64Array(this.bars)): Float64Array {
    const { ticks } = this;
    const divisor = this.scale * window;
    const first = Math.min(window - 1, this.bars);
    out.fill(Number.NaN, 0, first);
    const gridBars = Math.max(first, this.gridBars);
    for (let t = first; t < gridBars; t++)
      out[t] = (ticks[t + 1] - ticks[t + 1 - window]) / divisor;
    const sum = new DoubleDouble();
    for (let t = gridBars; t < this.bars; t++) {
      out[t] = this.fineSum(t + 1 - window, t + 1, sum).dividedBy(window);
    }
    const absent = this.#lastAbsent;
    if (absent === null) return out;
    for (let t = first; t < this.bars; t++) if (absent[t] > t - window) out[t] = Number.NaN;
    return out;
  }
}

/** Stretches of bars where both series have values, in order. */
export function runsOfBoth(a: PrefixSum, b: PrefixSum): readonly Run[] {
  const runs: Run[] = [];
  const others = b.runs();
  let next = 0;
  for (const { from, to } of a.runs()) {
    while (next < others.length && others[next].to <= from) next += 1;
    for (let i = next; i < others.length && others[i].from < to; i++) {
      runs.push({ from: Math.max(from, others[i].from), to: Math.min(to, others[i].to) });
    }
  }
  return runs;
}

/**
 * Whether the prefix sums of a series are exact on a grid to its end and no value is absent, told
 * without making them. May say false where they are, close to the bound of a prefix.
 */
export function isExactlySummed(series: Float64Array): boolean {
  let scale = 1;
  let sum = 0;
  for (let t = 0; t < series.length; t++) {
    const value = series[t];
    if (!Number.isFinite(value)) return false;
    if (Math.round(value * scale) / scale !== value) scale = scaleFor(value, scale);
    if (scale === Number.POSITIVE_INFINITY) return false;
    sum += Math.abs(value);
  }
  return sum * scale < MAX_PREFIX / 2;
}

function sumFinely(series: Float64Array): { hi: Float64Array; lo: Float64Array } {
  const hi = new Float64Array(series.length + 1);
  const lo = new Float64Array(series.length + 1);
  const sum = new DoubleDouble();
  for (let t = 0; t < series.length; t++) {
    if (Number.isFinite(series[t])) sum.add(series[t]);
    hi[t + 1] = sum.hi;
    lo[t + 1] = sum.lo;
  }
  return { hi, lo };
}

function lastAbsent(series: Float64Array): Int32Array | null {
  let first = 0;
  while (first < series.length && Number.isFinite(series[first])) first++;
  if (first === series.length) return null;
  const positions = new Int32Array(series.length).fill(-1, 0, first);
  let last = first;
  for (let t = first; t < series.length; t++) {
    if (!Number.isFinite(series[t])) last = t;
    positions[t] = last;
  }
  return positions;
}
