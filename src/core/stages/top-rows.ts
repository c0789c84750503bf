import type { RankedRows } from "./ranked-rows.ts";
import type { Ranking } from "./ranking.ts";
import { sortRows } from "./sort-rows.ts";

const FIRST_CAPACITY = 256;
/** Rows that wait to be sorted out, at least: sorting fewer at a time would cost more a row. */
const LEAST_WAITING = 256;

/** A stretch of metric columns: those of the ranking metrics, and what comes after them. */
export interface ColumnRange {
  readonly columns: readonly Float64Array[];
  readonly from: number;
  readonly count: number;
}

/**
 * The best `keep` rows of a stream. Rows are taken as they come; whenever there are about twice as
 * many as are kept, they are sorted and the worse ones forgotten. From then on a row that is worse
 * than the last one kept costs one comparison. Memory grows with what is offered and is bounded by
 * `keep`.
 */
export class TopRows {
  readonly #ranking: Ranking;
  readonly #keep: number;
  /** Most rows at a time. */
  readonly #most: number;
  readonly #stride: number;
  #rows: Float64Array;
  #count = 0;
  /** Whether rows have been forgotten: then the first `keep` are sorted. */
  #isFull = false;
  /** A row on its way from columns. */
  readonly #row: Float64Array;

  /** There is room for the rows that are `coming`, as far as they are kept, from the beginning. */
  constructor(ranking: Ranking, keep: number, coming = 0) {
    this.#ranking = ranking;
    this.#keep = keep;
    this.#most = keep + Math.max(keep, LEAST_WAITING);
    this.#stride = ranking.stride;
    this.#row = new Float64Array(ranking.stride);
    const first = Math.min(this.#most, Math.max(FIRST_CAPACITY, coming));
    this.#rows = new Float64Array(first * this.#stride);
  }

  get count(): number {
    return Math.min(this.#count, this.#keep);
  }

  /** A copy of the best row, or null. Looks at every row: for progress, not for each offer. */
  best(): Float64Array | null {
    if (this.#count === 0) return null;
    const stride = this.#stride;
    let best = 0;
    for (let at = stride; at < this.#count * stride; at += stride) {
      if (this.#ranking.before(this.#rows, at, this.#rows, best)) best = at;
    }
    return this.#rows.slice(best, best + stride);
  }

  /** Whether a primary metric is enough for its row not to be kept; never of an undefined one. */
  isHopeless(primary: number): boolean {
    return this.#isFull && this.#ranking.isWorse(primary, this.#rows[this.#last + 1]);
  }

  /** Offers the row at `offset` of `rows`; it is copied when kept. */
  offer(rows: Float64Array, offset: number): void {
    if (this.#isFull && !this.#ranking.before(rows, offset, this.#rows, this.#last)) return;
    this.#reserve();
    const at = this.#count++ * this.#stride;
    for (let k = 0; k < this.#stride; k++) this.#rows[at + k] = rows[offset + k];
  }

  /**
   * Offers rows whose metrics stand in columns, `count` of them from position `from` on; the first
   * is that of variant `firstIndex`, and the indices are consecutive.
   */
  offerColumns({ columns, from, count }: ColumnRange, firstIndex: number): void {
    const row = this.#row;
    const [firsts] = columns;
    for (let i = this.#take({ columns, from, count }, firstIndex); i < count; i++) {
      if (this.isHopeless(firsts[from + i])) continue;
      row[0] = firstIndex + i;
      for (let m = 1; m < this.#stride; m++) row[m] = columns[m - 1][from + i];
      this.offer(row, 0);
    }
  }

  /** Takes rows as they come, as long as none has been forgotten; how many. */
  #take({ columns, from, count }: ColumnRange, firstIndex: number): number {
    const stride = this.#stride;
    let taken = 0;
    while (taken < count && !this.#isFull) {
      this.#reserve(count - taken);
      if (this.#isFull) break;
      const rows = this.#rows;
      const free = rows.length / stride - this.#count;
      const end = Math.min(count, taken + free);
      for (let at = this.#count * stride; taken < end; taken++, at += stride) {
        rows[at] = firstIndex + taken;
        for (let m = 1; m < stride; m++) rows[at + m] = columns[m - 1][from + taken];
        this.#count++;
      }
    }
    return taken;
  }

  /** The rows kept, best first; forgets all. */
  drain(): RankedRows {
    const data = sortRows(this.#ranking, this.#rows, this.#count, this.#keep);
    this.#count = 0;
    this.#isFull = false;
    return { stride: this.#stride, data };
  }

  /** Where the worst row begins that would be kept, once rows have been forgotten. */
  get #last(): number {
    return (this.#keep - 1) * this.#stride;
  }

  /** Makes room for one more row, and where it can for as many as are coming. */
  #reserve(coming = 1): void {
    if ((this.#count + 1) * this.#stride <= this.#rows.length) return;
    if (this.#count < this.#most) {
      const wanted = Math.max(this.#count * 2, this.#count + coming);
      const grown = new Float64Array(Math.min(wanted, this.#most) * this.#stride);
      grown.set(this.#rows);
      this.#rows = grown;
      return;
    }
    this.#rows.set(sortRows(this.#ranking, this.#rows, this.#count, this.#keep));
    this.#count = this.#keep;
    this.#isFull = true;
  }
}
