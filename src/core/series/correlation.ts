import { DoubleDouble } from "./double-double.ts";
import { type PrefixSum, type Run, runsOfBoth } from "./prefix-sum.ts";
import { quotient } from "./quotient.ts";

/**
 * Pearson's correlations of two series over the `window` bars ending at each bar, within -1 to 1;
 * NaN where the bars are not all there or one series does not move.
 *
 * Where both series lie on a grid, the products of the ticks are summed without rounding, one step
 * a bar. A square root rounds differently on another grid, so it is taken on the grid known at that
 * bar. Elsewhere the deviations from the means are multiplied in a second pass over each window.
 */
export function correlations(x: PrefixSum, y: PrefixSum, window: number): Float64Array {
  const out = new Float64Array(x.bars).fill(Number.NaN);
  const gridBars = Math.min(x.gridBars, y.gridBars);
  for (const run of runsOfBoth(x, y)) {
    const onGrid = { from: run.from, to: Math.min(run.to, gridBars) };
    correlateTicks(x, y, { run: onGrid, window, out });
    for (let t = Math.max(run.from + window - 1, gridBars); t < run.to; t++) {
      out[t] = correlationFrom(x, y, t, window);
    }
  }
  return out;
}

interface Ticks {
  readonly run: Run;
  readonly window: number;
  readonly out: Float64Array;
}

function correlateTicks(x: PrefixSum, y: PrefixSum, { run, window, out }: Ticks): void {
  const full = run.from + window - 1;
  const xy = new ProductSum(x, y, run.from);
  const xx = new ProductSum(x, x, run.from);
  const yy = new ProductSum(y, y, run.from);
  for (let t = run.from; t < run.to; t++) {
    for (const sum of [xy, xx, yy]) sum.move(t, 1);
    if (t < full) continue;
    out[t] = pearson(xy.spread(t, window), xx.spread(t, window), yy.spread(t, window));
    for (const sum of [xy, xx, yy]) sum.move(t - window + 1, -1);
  }
}

/** Sum of the products of two series' ticks, each counted from its tick at `origin`. */
class ProductSum {
  readonly #a: PrefixSum;
  readonly #b: PrefixSum;
  readonly #origin: number;
  readonly #products = new DoubleDouble();
  readonly #spread = new DoubleDouble();
  #sumA = 0;
  #sumB = 0;

  constructor(a: PrefixSum, b: PrefixSum, origin: number) {
    this.#a = a;
    this.#b = b;
    this.#origin = origin;
  }

  /** Takes bar `t` in (`sign` 1) or out (-1). */
  move(t: number, sign: 1 | -1): void {
    const a = tickFrom(this.#a, this.#origin, t);
    const b = tickFrom(this.#b, this.#origin, t);
    this.#products.addProduct(sign * a, b);
    this.#sumA += sign * a;
    this.#sumB += sign * b;
  }

  /** `window * sum(ab) - sum(a) * sum(b)` on the grids known at bar `t`. */
  spread(t: number, window: number): number {
    const { hi, lo } = this.#products;
    const spread = this.#spread.set(0, 0).addProduct(window, hi).addProduct(window, lo);
    spread.addProduct(-this.#sumA, this.#sumB);
    const finer = (this.#a.scale / this.#a.scaleAt(t)) * (this.#b.scale / this.#b.scaleAt(t));
    return spread.dividedBy(finer);
  }
}

function tickFrom(sums: PrefixSum, origin: number, t: number): number {
  return sums.tickSum(t, t + 1) - sums.tickSum(origin, origin + 1);
}

function correlationFrom(x: PrefixSum, y: PrefixSum, last: number, window: number): number {
  const [meanX, meanY] = [x.mean(last, window), y.mean(last, window)];
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let t = last - window + 1; t <= last; t++) {
    const [a, b] = [x.values[t] - meanX, y.values[t] - meanY];
    xy += a * b;
    xx += a * a;
    yy += b * b;
  }
  return pearson(xy, xx, yy);
}

function pearson(xy: number, xx: number, yy: number): number {
  const r = quotient(xy, Math.sqrt(xx) * Math.sqrt(yy));
  return Math.min(1, Math.max(-1, r));
}
