import type { RankingKey } from "./sweep.ts";

const SIGN = 0x80000000;
const ALL = 0xffffffff;

/**
 * The total order of variants: primary metric, secondary metric, then variant index. An undefined
 * metric is worse than any defined one, whatever the direction. Because the order is total, any
 * split of the work merges to the same list.
 */
export class Ranking {
  /** Numbers a row: variant index, then one value a ranking key. */
  readonly stride: number;
  /** +1 where smaller is better, -1 where larger is better. */
  readonly #signs: Float64Array;
  /** Of the primary metric. */
  readonly #isAscending: boolean;

  constructor(keys: readonly RankingKey[]) {
    this.stride = 1 + keys.length;
    this.#signs = Float64Array.from(keys, (key) => (key.direction === "ASC" ? 1 : -1));
    this.#isAscending = this.#signs[0] > 0;
  }

  /** Whether a primary metric of `x` is enough to come after one of `y`. */
  isWorse(x: number, y: number): boolean {
    return this.#isAscending ? x > y : x < y;
  }

  /**
   * A word of the keys of rows, which are given by number: keys compare as rows do, word by word,
   * unsigned, the first word the most significant. Two words a number, the primary metric first and
   * the variant index last; undefined is all ones. Written to `words` from `at` on.
   */
  keyWords(rows: Float64Array, order: Uint32Array, word: number, words: Uint32Array, at: number) {
    const { stride } = this;
    const key = word >>> 1;
    const isIndex = key === this.#signs.length;
    const column = isIndex ? 0 : 1 + key;
    const ascending = isIndex || this.#signs[key] > 0;
    // The more significant half comes last in memory on the machines there are.
    const isHigh = (word & 1) === 0;
    const half = isHigh ? 1 : 0;
    const halves = new Uint32Array(rows.buffer, rows.byteOffset, 2 * rows.length);
    const negative = ascending ? ALL : 0;
    const positive = (isHigh ? SIGN : 0) ^ (ascending ? 0 : ALL);
    for (let i = 0; i < order.length; i++) {
      const place = order[i] * stride + column;
      const value = rows[place];
      // Zero has one sign.
      const bits = value === 0 ? 0 : halves[2 * place + half];
      words[at + i] = Number.isNaN(value) ? ALL : bits ^ (value < 0 ? negative : positive);
    }
  }

  /** Whether row `i` of `a` comes before row `j` of `b`; offsets count numbers, not rows. */
  before(a: Float64Array, i: number, b: Float64Array, j: number): boolean {
    // Most rows differ in their primary metric.
    const x = a[i + 1];
    const y = b[j + 1];
    if (x < y) return this.#isAscending;
    if (x > y) return !this.#isAscending;
    return this.#isBeforeByRest(a, i, b, j);
  }

  #isBeforeByRest(a: Float64Array, i: number, b: Float64Array, j: number): boolean {
    for (let k = 0; k < this.#signs.length; k++) {
      const x = a[i + 1 + k];
      const y = b[j + 1 + k];
      if (x === y) continue;
      const definedX = !Number.isNaN(x);
      const definedY = !Number.isNaN(y);
      if (definedX && definedY) return this.#signs[k] > 0 ? x < y : x > y;
      if (definedX !== definedY) return definedX;
    }
    return a[i] < b[j];
  }
}
