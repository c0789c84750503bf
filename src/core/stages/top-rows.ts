import type { RankedRows } from "./ranked-rows.ts";
import type { Ranking } from "./ranking.ts";
import { sortRows } from "./sort-rows.ts";

const FIRST_CAPACITY = 256;

/** A stretch of metric columns, one column a ranking metric. */
export interface ColumnRange {
  readonly columns: readonly Float64Array[];
  readonly from: number;
  readonly count: number;
}

/**
 * The best `keep` rows of a stream. The first `keep` are taken as they come; when there are more,
 * they become a binary heap with the worst kept row on top, so that a row that does not make it
 * costs one comparison. Memory grows with what is offered and is bounded by `keep`.
 */
export class TopRows {
  readonly #ranking: Ranking;
  readonly #keep: number;
  readonly #stride: number;
  #heap: Float64Array;
  #count = 0;
  #isHeap = false;
  /** A row on its way from columns to the heap. */
  readonly #row: Float64Array;

  constructor(ranking: Ranking, keep: number) {
    this.#ranking = ranking;
    this.#keep = keep;
    this.#stride = ranking.stride;
    this.#row = new Float64Array(ranking.stride);
    this.#heap = new Float64Array(Math.min(keep, FIRST_CAPACITY) * this.#stride);
  }

  get count(): number {
    return this.#count;
  }

  /** A copy of the best row kept, or null. Looks at every row: for progress, not for each offer. */
  best(): Float64Array | null {
    if (this.#count === 0) return null;
    let best = 0;
    for (let row = 1; row < this.#count; row++) if (this.#worse(best, row)) best = row;
    return this.#heap.slice(best * this.#stride, (best + 1) * this.#stride);
  }

  /** Offers the row at `offset` of `rows`; it is copied when kept. */
  offer(rows: Float64Array, offset: number): void {
    if (this.#count < this.#keep) {
      this.#reserve();
      this.#write(this.#count++, rows, offset);
      return;
    }
    if (!this.#isHeap) this.#heapify();
    if (this.#ranking.before(rows, offset, this.#heap, 0)) {
      this.#write(0, rows, offset);
      this.#siftDown(0, this.#count);
    }
  }

  /**
   * Offers rows whose metrics stand in columns, `count` of them from position `from` on; the first
   * is that of variant `firstIndex`, and the indices are consecutive.
   */
  offerColumns({ columns, from, count }: ColumnRange, firstIndex: number): void {
    const row = this.#row;
    for (let i = 0; i < count; i++) {
      const first = columns[0][from + i];
      if (this.#isHeap && this.#ranking.isWorse(first, this.#heap[1])) continue;
      row[0] = firstIndex + i;
      for (let m = 0; m < columns.length; m++) row[1 + m] = columns[m][from + i];
      this.offer(row, 0);
    }
  }

  /** The rows kept, best first; empties the heap. */
  drain(): RankedRows {
    const data = sortRows(this.#ranking, this.#heap, this.#count);
    this.#count = 0;
    this.#isHeap = false;
    return { stride: this.#stride, data };
  }

  #reserve(): void {
    if ((this.#count + 1) * this.#stride <= this.#heap.length) return;
    const rows = Math.min(this.#keep, this.#count * 2);
    const grown = new Float64Array(rows * this.#stride);
    grown.set(this.#heap);
    this.#heap = grown;
  }

  #write(row: number, from: Float64Array, offset: number): void {
    const at = row * this.#stride;
    for (let k = 0; k < this.#stride; k++) this.#heap[at + k] = from[offset + k];
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    const stride = this.#stride;
    for (let k = 0; k < stride; k++) {
      const held = heap[a * stride + k];
      heap[a * stride + k] = heap[b * stride + k];
      heap[b * stride + k] = held;
    }
  }

  /** Whether row `a` is worse than row `b`. */
  #worse(a: number, b: number): boolean {
    return this.#ranking.before(this.#heap, b * this.#stride, this.#heap, a * this.#stride);
  }

  #heapify(): void {
    for (let row = (this.#count >>> 1) - 1; row >= 0; row--) this.#siftDown(row, this.#count);
    this.#isHeap = true;
  }

  #siftDown(row: number, end: number): void {
    for (let at = row; ; ) {
      const left = 2 * at + 1;
      if (left >= end) return;
      const right = left + 1;
      const worst = right < end && this.#worse(right, left) ? right : left;
      if (!this.#worse(worst, at)) return;
      this.#swap(worst, at);
      at = worst;
    }
  }
}
