import type { Ranking } from "./ranking.ts";

/** Runs of this many rows at most are sorted by insertion. */
const SHORT = 24;
const WORD_BITS = 32;
/** Of longer runs a digit has more bits: fewer passes, over more buckets. */
const LONG = 4_096;
const DIGIT_BITS = 8;
const LONG_DIGIT_BITS = 11;

/** A new array of the best `keep` of the first `count` rows, best first. */
export function sortRows(
  ranking: Ranking,
  rows: Float64Array,
  count: number,
  keep: number,
): Float64Array {
  const { stride } = ranking;
  const kept = Math.min(count, keep);
  const sorted = new Float64Array(kept * stride);
  const order = new RowSort(ranking, rows, count).order();
  for (let row = 0; row < kept; row++) {
    const from = order[row] * stride;
    const at = row * stride;
    // A row has two numbers at least, and most have no more.
    sorted[at] = rows[from];
    sorted[at + 1] = rows[from + 1];
    for (let k = 2; k < stride; k++) sorted[at + k] = rows[from + k];
  }
  return sorted;
}

/**
 * Rows by the words of their keys (`Ranking.keyWords`), most significant word first: rows of equal
 * words are a run that the next word sorts. Metrics seldom need a second word.
 */
class RowSort {
  readonly #ranking: Ranking;
  readonly #rows: Float64Array;
  readonly #order: Uint32Array;
  readonly #words: Uint32Array;
  /** Where a pass over the digits leaves rows and their words. */
  readonly #nextOrder: Uint32Array;
  readonly #nextWords: Uint32Array;
  readonly #ends: Uint32Array;

  constructor(ranking: Ranking, rows: Float64Array, count: number) {
    this.#ranking = ranking;
    this.#rows = rows;
    this.#order = new Uint32Array(count);
    for (let row = 0; row < count; row++) this.#order[row] = row;
    this.#words = new Uint32Array(count);
    this.#nextOrder = new Uint32Array(count);
    this.#nextWords = new Uint32Array(count);
    const bits = digitBits(count);
    this.#ends = new Uint32Array(Math.ceil(WORD_BITS / bits) << bits);
  }

  /** Numbers of the rows, best first. */
  order(): Uint32Array {
    this.#sort(0, this.#order.length, 0);
    return this.#order;
  }

  /** Puts the run `[from, to)` in order, whose rows are equal in all words before `word`. */
  #sort(from: number, to: number, word: number): void {
    if (this.#isSorted(from, to)) return;
    if (to - from <= SHORT) {
      this.#insert(from, to);
      return;
    }
    this.#byWord(from, to, word);
    const words = this.#words;
    for (let at = from; at < to; ) {
      let end = at + 1;
      while (end < to && words[end] === words[at]) end++;
      if (end - at > 1) this.#sort(at, end, word + 1);
      at = end;
    }
  }

  #isBefore(x: number, y: number): boolean {
    const { stride } = this.#ranking;
    return this.#ranking.before(this.#rows, x * stride, this.#rows, y * stride);
  }

  #isSorted(from: number, to: number): boolean {
    const order = this.#order;
    for (let at = from + 1; at < to; at++) {
      if (this.#isBefore(order[at], order[at - 1])) return false;
    }
    return true;
  }

  #insert(from: number, to: number): void {
    const order = this.#order;
    for (let next = from + 1; next < to; next++) {
      const row = order[next];
      let at = next;
      for (; at > from && this.#isBefore(row, order[at - 1]); at--) order[at] = order[at - 1];
      order[at] = row;
    }
  }

  /** By one word, digit by digit, the least significant first; leaves the words beside the rows. */
  #byWord(from: number, to: number, word: number): void {
    this.#ranking.keyWords(this.#rows, this.#order.subarray(from, to), word, this.#words, from);
    const bits = digitBits(to - from);
    const digits = 1 << bits;
    const ends = this.#ends;
    countDigits(this.#words, { from, to, bits }, ends);
    let [order, words] = [this.#order, this.#words];
    let [nextOrder, nextWords] = [this.#nextOrder, this.#nextWords];
    for (let shift = 0, first = 0; shift < WORD_BITS; shift += bits, first += digits) {
      for (let at = to - 1; at >= from; at--) {
        const key = words[at];
        const place = --ends[first + ((key >>> shift) & (digits - 1))];
        nextOrder[place] = order[at];
        nextWords[place] = key;
      }
      [order, nextOrder] = [nextOrder, order];
      [words, nextWords] = [nextWords, words];
    }
    if (order === this.#order) return;
    this.#order.set(order.subarray(from, to), from);
    this.#words.set(words.subarray(from, to), from);
  }
}

interface DigitRun {
  readonly from: number;
  readonly to: number;
  readonly bits: number;
}

/** Writes where the words of each digit end, one table of them after another. */
function countDigits(words: Uint32Array, { from, to, bits }: DigitRun, ends: Uint32Array): void {
  const digits = 1 << bits;
  const tables = Math.ceil(WORD_BITS / bits);
  ends.fill(0, 0, tables * digits);
  for (let at = from; at < to; at++) {
    const key = words[at];
    for (let table = 0, shift = 0; table < tables; table++, shift += bits) {
      ends[table * digits + ((key >>> shift) & (digits - 1))]++;
    }
  }
  for (let table = 0; table < tables; table++) {
    let end = from;
    const first = table * digits;
    for (let digit = first; digit < first + digits; digit++) ends[digit] = end += ends[digit];
  }
}

function digitBits(rows: number): number {
  return rows > LONG ? LONG_DIGIT_BITS : DIGIT_BITS;
}
