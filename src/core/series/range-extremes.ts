const BLOCK_SHIFT = 2;
const BLOCK = 1 << BLOCK_SHIFT;

/**
 * Minimum and maximum of a series over any bar range: a sparse table over blocks of 4 bars, loose
 * ends by scan. Memory: 2 * (bars / 4) * log2(bars / 4) numbers. The series must not hold NaN.
 */
export class RangeExtremes {
  readonly #series: Float64Array;
  readonly #minima: Float64Array[];
  readonly #maxima: Float64Array[];
  /** Results of the last query. */
  min = 0;
  max = 0;

  constructor(series: Float64Array) {
    this.#series = series;
    const blocks = series.length >>> BLOCK_SHIFT;
    this.#minima = [blockMinima(series, blocks)];
    this.#maxima = [blockMaxima(series, blocks)];
    for (let half = 1; half * 2 <= blocks; half *= 2) {
      this.#minima.push(doubledMinima(this.#minima.at(-1)!, half));
      this.#maxima.push(doubledMaxima(this.#maxima.at(-1)!, half));
    }
  }

  /** Sets `min` and `max` of bars `[from, to)`; the range must not be empty. */
  query(from: number, to: number): void {
    const firstBlock = (from + BLOCK - 1) >>> BLOCK_SHIFT;
    const lastBlock = to >>> BLOCK_SHIFT;
    this.min = Number.POSITIVE_INFINITY;
    this.max = Number.NEGATIVE_INFINITY;
    if (firstBlock >= lastBlock) {
      this.#scan(from, to);
      return;
    }
    this.#scan(from, firstBlock << BLOCK_SHIFT);
    this.#scan(lastBlock << BLOCK_SHIFT, to);
    const level = 31 - Math.clz32(lastBlock - firstBlock);
    const second = lastBlock - (1 << level);
    const minima = this.#minima[level];
    const maxima = this.#maxima[level];
    const low = minima[firstBlock] < minima[second] ? minima[firstBlock] : minima[second];
    const high = maxima[firstBlock] > maxima[second] ? maxima[firstBlock] : maxima[second];
    if (low < this.min) this.min = low;
    if (high > this.max) this.max = high;
  }

  /** The tables as they are, one row a level: row `l` holds the extremes of runs of 2^l blocks. */
  tables(): { readonly minima: readonly Float64Array[]; readonly maxima: readonly Float64Array[] } {
    return { minima: this.#minima, maxima: this.#maxima };
  }

  #scan(from: number, to: number): void {
    const series = this.#series;
    let { min, max } = this;
    for (let t = from; t < to; t++) {
      const x = series[t];
      if (x < min) min = x;
      if (x > max) max = x;
    }
    this.min = min;
    this.max = max;
  }
}

// A function for each extreme: as a parameter the comparison costs ten times as much.

function blockMinima(series: Float64Array, blocks: number): Float64Array {
  const out = new Float64Array(blocks);
  for (let b = 0; b < blocks; b++) {
    let value = series[b << BLOCK_SHIFT];
    for (let t = (b << BLOCK_SHIFT) + 1; t < (b + 1) << BLOCK_SHIFT; t++) {
      if (series[t] < value) value = series[t];
    }
    out[b] = value;
  }
  return out;
}

function blockMaxima(series: Float64Array, blocks: number): Float64Array {
  const out = new Float64Array(blocks);
  for (let b = 0; b < blocks; b++) {
    let value = series[b << BLOCK_SHIFT];
    for (let t = (b << BLOCK_SHIFT) + 1; t < (b + 1) << BLOCK_SHIFT; t++) {
      if (series[t] > value) value = series[t];
    }
    out[b] = value;
  }
  return out;
}

/**
 * Level above: minima of twice as many blocks, `half` being the distance between the two halves.
 */
function doubledMinima(below: Float64Array, half: number): Float64Array {
  const out = new Float64Array(below.length - half);
  for (let b = 0; b < out.length; b++) {
    const x = below[b];
    const y = below[b + half];
    out[b] = x < y ? x : y;
  }
  return out;
}

function doubledMaxima(below: Float64Array, half: number): Float64Array {
  const out = new Float64Array(below.length - half);
  for (let b = 0; b < out.length; b++) {
    const x = below[b];
    const y = below[b + half];
    out[b] = x > y ? x : y;
  }
  return out;
}
