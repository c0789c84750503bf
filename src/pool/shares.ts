import type { Span } from "../core/stages/stage-output.ts";

const HALF = 32n;
const LOW = (1n << HALF) - 1n;

/**
 * Pieces `[0, count)` in shares, one a word of shared memory: how many have been taken from the
 * front of the share, and above these how many from its back. A thread takes from the front of its
 * own share, then from the back of the one with most left. So each works in a range of its own,
 * whose pieces have much in common, and all of them end together. Words are zero in the beginning.
 */
export class Shares {
  readonly #words: BigInt64Array;
  readonly #count: number;

  /** `words` are those of the shares. */
  constructor(words: BigInt64Array, count: number) {
    this.#words = words;
    this.#count = count;
  }

  /** Pieces that nobody has taken. */
  get left(): number {
    let left = 0;
    for (let share = 0; share < this.#words.length; share++) left += this.#leftOf(share);
    return left;
  }

  /** At most `most` pieces for the thread of a share, or null where none is left. */
  take(own: number, most: number): Span | null {
    const mine = this.#takeFront(own, most);
    if (mine !== null) return mine;
    for (;;) {
      const fullest = this.#fullest();
      if (this.#leftOf(fullest) === 0) return null;
      const stolen = this.#takeBack(fullest, most);
      if (stolen !== null) return stolen;
    }
  }

  #takeFront(share: number, most: number): Span | null {
    const [begin, end] = [this.#begin(share), this.#begin(share + 1)];
    for (;;) {
      const word = Atomics.load(this.#words, share);
      const [front, back] = takenOf(word);
      const left = end - begin - front - back;
      if (left === 0) return null;
      const from = begin + front;
      const size = Math.min(most, left);
      if (!this.#changes(share, word, front + size, back)) continue;
      return { from, to: from + size, soon: end - back };
    }
  }

  /** Half of what is left, at most; null where somebody else was faster. */
  #takeBack(share: number, most: number): Span | null {
    const [begin, end] = [this.#begin(share), this.#begin(share + 1)];
    const word = Atomics.load(this.#words, share);
    const [front, back] = takenOf(word);
    const size = Math.min(most, Math.ceil((end - begin - front - back) / 2));
    if (size === 0 || !this.#changes(share, word, front, back + size)) return null;
    const to = end - back;
    return { from: to - size, to, soon: to };
  }

  #changes(share: number, word: bigint, front: number, back: number): boolean {
    const next = (BigInt(back) << HALF) | BigInt(front);
    return Atomics.compareExchange(this.#words, share, word, next) === word;
  }

  #fullest(): number {
    let fullest = 0;
    for (let share = 1; share < this.#words.length; share++) {
      if (this.#leftOf(share) > this.#leftOf(fullest)) fullest = share;
    }
    return fullest;
  }

  #leftOf(share: number): number {
    const [front, back] = takenOf(Atomics.load(this.#words, share));
    return this.#begin(share + 1) - this.#begin(share) - front - back;
  }

  #begin(share: number): number {
    return Math.floor((share * this.#count) / this.#words.length);
  }
}

function takenOf(word: bigint): readonly [front: number, back: number] {
  return [Number(word & LOW), Number(word >> HALF)];
}
