import type { BucketRuns } from "./bucket-runs.ts";

/** Numbers a bucket, side by side so that one touches one cache line. */
const STRIDE = 8;
const [COUNT, UNDEFINED, SUM, SQUARES, MIN, MAX, MEAN] = [0, 1, 2, 3, 4, 5, 6];

/**
 * Count, mean, deviation and extremes of the values in each of many buckets, summed in the order in
 * which they come. The deviation takes a second look at the values, about their mean.
 */
export class Tallies {
  readonly #data: Float64Array;
  readonly #buckets: number;
  #hasMeans = false;

  constructor(buckets: number) {
    this.#buckets = buckets;
    this.#data = new Float64Array(buckets * STRIDE);
    for (let at = 0; at < this.#data.length; at += STRIDE) {
      this.#data[at + MIN] = Number.POSITIVE_INFINITY;
      this.#data[at + MAX] = Number.NEGATIVE_INFINITY;
    }
  }

  /** Values and the buckets that they lie in. One that is NaN or infinite is undefined. */
  add(values: Float64Array, { count: runs, buckets, ends }: BucketRuns): void {
    const data = this.#data;
    for (let r = 0, i = 0; r < runs; r++) {
      const end = ends[r];
      if (i === end) continue;
      const at = buckets[r] * STRIDE;
      let count = 0;
      let undefinedCount = 0;
      let sum = data[at + SUM];
      let min = data[at + MIN];
      let max = data[at + MAX];
      // Numbers in registers are added faster.
      for (; i < end; i++) {
        const value = values[i];
        // False for NaN and for infinities alone.
        if (value - value !== 0) {
          undefinedCount++;
          continue;
        }
        count++;
        sum += value;
        if (value < min) min = value;
        if (value > max) max = value;
      }
      data[at + COUNT] += count;
      data[at + UNDEFINED] += undefinedCount;
      data[at + SUM] = sum;
      data[at + MIN] = min;
      data[at + MAX] = max;
    }
    this.#hasMeans = false;
  }

  /** The second look at defined values, once all were added. */
  addSquares(values: Float64Array, { count: runs, buckets, ends }: BucketRuns): void {
    if (!this.#hasMeans) this.#setMeans();
    const data = this.#data;
    for (let r = 0, i = 0; r < runs; r++) {
      const end = ends[r];
      if (i === end) continue;
      const at = buckets[r] * STRIDE;
      const mean = data[at + MEAN];
      let squares = data[at + SQUARES];
      for (; i < end; i++) {
        const fromMean = values[i] - mean;
        squares += fromMean * fromMean;
      }
      data[at + SQUARES] = squares;
    }
  }

  #setMeans(): void {
    for (let bucket = 0; bucket < this.#buckets; bucket++) {
      this.#data[bucket * STRIDE + MEAN] = this.mean(bucket);
    }
    this.#hasMeans = true;
  }

  /** Defined values of a bucket. */
  count(bucket: number): number {
    return this.#data[bucket * STRIDE + COUNT];
  }

  undefinedCount(bucket: number): number {
    return this.#data[bucket * STRIDE + UNDEFINED];
  }

  /** Defined values of every bucket. */
  counts(): Float64Array {
    return Float64Array.from({ length: this.#buckets }, (_, bucket) => this.count(bucket));
  }

  undefinedCounts(): Float64Array {
    return Float64Array.from({ length: this.#buckets }, (_, bucket) => this.undefinedCount(bucket));
  }

  /** NaN in an empty bucket, as are the others. */
  mean(bucket: number): number {
    return this.#data[bucket * STRIDE + SUM] / this.count(bucket);
  }

  /** Sample deviation (ddof 1) of values that were all looked at twice; NaN with fewer than two. */
  deviation(bucket: number): number {
    const count = this.count(bucket);
    const squares = this.#data[bucket * STRIDE + SQUARES];
    return count < 2 ? Number.NaN : Math.sqrt(squares / (count - 1));
  }

  min(bucket: number): number {
    return this.count(bucket) === 0 ? Number.NaN : this.#data[bucket * STRIDE + MIN];
  }

  max(bucket: number): number {
    return this.count(bucket) === 0 ? Number.NaN : this.#data[bucket * STRIDE + MAX];
  }
}
