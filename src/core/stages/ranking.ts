import type { RankingKey } from "./sweep.ts";

/** The words of a number; the most significant comes last in memory on the machines there are. */
const NUMBER = new Float64Array(1);
const WORDS = new Uint32Array(NUMBER.buffer);
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

  constructor(keys: readonly RankingKey[]) {
    this.stride = 1 + keys.length;
    this.#signs = Float64Array.from(keys, (key) => (key.direction === "ASC" ? 1 : -1));
  }

  /** Whether a primary metric of `x` is enough to come after one of `y`. */
  isWorse(x: number, y: number): boolean {
    return this.#signs[0] > 0 ? x > y : x < y;
  }

  /**
   * A word of a row's key: keys compare as rows do, word by word, unsigned, the first word the most
   * significant. Two words a number, the primary metric first and the variant index last; undefined
   * is all ones.
   */
  keyWord(rows: Float64Array, offset: number, word: number): number {
    const key = word >>> 1;
    const isIndex = key === this.#signs.length;
    // Zero has one sign.
    const value = rows[isIndex ? offset : offset + 1 + key] + 0;
    if (Number.isNaN(value)) return ALL;
    NUMBER[0] = value;
    const isNegative = WORDS[1] >>> 31 === 1;
    const bits = (word & 1) === 0 ? WORDS[1] ^ (isNegative ? 0 : SIGN) : WORDS[0];
    const ascending = isIndex || this.#signs[key] > 0;
    return (isNegative === ascending ? ~bits : bits) >>> 0;
  }

  /** Whether row `i` of `a` comes before row `j` of `b`; offsets count numbers, not rows. */
  before(a: Float64Array, i: number, b: Float64Array, j: number): boolean {
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
