/**
 * Counts values of a fixed set by rank: add, remove, and how many are at or below one, each in
 * O(log set). A Fenwick tree over the ranks; counts are integers, so no order of steps matters.
 */
export class RankCounter {
  /** Rank of each position of the series, from 1 (lowest), equal values alike; 0 where absent. */
  readonly #ranks: Int32Array;
  readonly #tree: Int32Array;

  constructor(series: Float64Array) {
    const distinct = Float64Array.from(new Set(series.filter(Number.isFinite))).sort();
    const rankOf = new Map<number, number>();
    distinct.forEach((value, i) => {
      rankOf.set(value, i + 1);
    });
    this.#ranks = Int32Array.from(series, (value) => rankOf.get(value) ?? 0);
    this.#tree = new Int32Array(distinct.length + 1);
  }

  isAbsent(t: number): boolean {
    return this.#ranks[t] === 0;
  }

  /** Counts the value at `t` once more (`by` 1) or once less (`by` -1). */
  count(t: number, by: 1 | -1): void {
    const tree = this.#tree;
    for (let i = this.#ranks[t]; i < tree.length; i += i & -i) tree[i] += by;
  }

  /** How many counted values are at or below the value at `t`. */
  atOrBelow(t: number): number {
    let sum = 0;
    for (let i = this.#ranks[t]; i > 0; i -= i & -i) sum += this.#tree[i];
    return sum;
  }
}
