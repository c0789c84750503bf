/** Numbers a bucket, side by side so that one touches one cache line. */
const STRIDE = 8;
const [COUNT, UNDEFINED, SUM, SQUARES, MIN, MAX] = [0, 1, 2, 3, 4, 5];

/**
 * Count, mean, deviation and extremes of the values in each of many buckets, summed in the order in
 * which they come. The deviation takes a second look at the values, about their mean.
 */
export class Tallies {
  readonly #data: Float64Array;
  readonly #buckets: number;

  constructor(buckets: number) {
    this.#buckets = buckets;
    this.#data = new Float64Array(buckets * STRIDE);
    for (let at = 0; at < this.#data.length; at += STRIDE) {
      this.#data[at + MIN] = Number.POSITIVE_INFINITY;
      this.#data[at + MAX] = Number.NEGATIVE_INFINITY;
    }
  }

  /** A value that is NaN or infinite is undefined. */
  add(bucket: number, value: number): void {
    const data = this.#data;
    const at = bucket * STRIDE;
    // False for NaN and for infinities alone.
    if (value - value !== 0) {
      data[at + UNDEFINED]++;
      return;
    }
    data[at + COUNT]++;
    data[at + SUM] += value;
    if (value < data[at + MIN]) data[at + MIN] = value;
    if (value > data[at + MAX]) data[at + MAX] = value;
  }

  /** The second look at a defined value, once all were added. */
  addSquare(bucket: number, value: number): void {
    const data = this.#data;
    const at = bucket * STRIDE;
    const fromMean = value - data[at + SUM] / data[at + COUNT];
    data[at + SQUARES] += fromMean * fromMean;
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
