import type { RankedRows } from "./ranked-rows.ts";
import { Ranking } from "./ranking.ts";
import type { Sweep } from "./sweep.ts";

/**
 * The best `keep` rows of several lists, each best first. The order is total, so lists and their
 * order do not matter.
 */
export function mergeRows(
  sweep: Pick<Sweep, "ranking">,
  lists: Iterable<RankedRows>,
  keep: number,
): RankedRows {
  const ranking = new Ranking(sweep.ranking);
  let left = Array.from(lists, ({ data }) => data);
  // Neighbours in rounds: no row is copied more than once in each.
  while (left.length > 1) {
    const merged: Float64Array[] = [];
    for (let i = 0; i < left.length; i += 2) {
      merged.push(mergeTwo(ranking, left[i], left[i + 1] ?? NONE, keep));
    }
    left = merged;
  }
  return { stride: ranking.stride, data: mergeTwo(ranking, left[0] ?? NONE, NONE, keep) };
}

const NONE = new Float64Array(0);

/** The best `keep` rows of lists that come one after the other. */
export class RowsMerger {
  readonly #sweep: Pick<Sweep, "ranking">;
  readonly #ranking: Ranking;
  readonly #keep: number;
  #best: Float64Array = NONE;
  /** Not in the best yet; no more numbers than these may have, so that each is merged rarely. */
  #waiting: RankedRows[] = [];
  #numbers = 0;

  constructor(sweep: Pick<Sweep, "ranking">, keep: number) {
    this.#sweep = sweep;
    this.#ranking = new Ranking(sweep.ranking);
    this.#keep = keep;
  }

  /** Rows best first; what is kept of them is copied. */
  add({ stride, data }: RankedRows): void {
    const fit = data.slice(0, this.#contenders(data) * stride);
    if (fit.length === 0) return;
    this.#waiting.push({ stride, data: fit });
    this.#numbers += fit.length;
    if (this.#numbers >= this.#keep * stride) this.#settle();
  }

  best(): RankedRows {
    this.#settle();
    return { stride: this.#ranking.stride, data: this.#best };
  }

  #settle(): void {
    const { stride } = this.#ranking;
    const fresh = mergeRows(this.#sweep, this.#waiting, this.#keep);
    const lists = [{ stride, data: this.#best }, fresh];
    this.#best = mergeRows(this.#sweep, lists, this.#keep).data;
    this.#waiting = [];
    this.#numbers = 0;
  }

  /** Rows that can be among the best: where these are all there, those before the last of them. */
  #contenders(data: Float64Array): number {
    const { stride } = this.#ranking;
    const count = data.length / stride;
    const last = this.#best.length - stride;
    if (this.#best.length < this.#keep * stride || last < 0) return count;
    let [from, to] = [0, count];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#ranking.before(data, middle * stride, this.#best, last)) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

function mergeTwo(ranking: Ranking, a: Float64Array, b: Float64Array, keep: number): Float64Array {
  const { stride } = ranking;
  const most = keep * stride;
  if (b.length === 0) return a.subarray(0, most);
  if (a.length === 0) return b.subarray(0, most);
  const merged = new Float64Array(Math.min(most, a.length + b.length));
  let i = 0;
  let j = 0;
  let at = 0;
  while (at < merged.length && i < a.length && j < b.length) {
    const isFirst = ranking.before(a, i, b, j);
    const rows = isFirst ? a : b;
    const from = isFirst ? i : j;
    // A row has two numbers at least, and most have no more.
    merged[at] = rows[from];
    merged[at + 1] = rows[from + 1];
    for (let k = 2; k < stride; k++) merged[at + k] = rows[from + k];
    if (isFirst) i += stride;
    else j += stride;
    at += stride;
  }
  const rest = i < a.length ? a.subarray(i) : b.subarray(j);
  merged.set(rest.subarray(0, merged.length - at), at);
  return merged;
}
