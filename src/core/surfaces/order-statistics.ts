import type { BucketRuns } from "./bucket-runs.ts";
import { KEY_DIGIT_BITS, KEY_DIGITS, keyBeginsWith, keyDigit, numberOfKey } from "./ordered-key.ts";
import { selectRanks } from "./select-ranks.ts";
import type { ValueBins } from "./value-bins.ts";

/** Values that are held at a time: 32 MiB. */
export const SELECTION_ROOM = 1 << 22;
/** With more buckets than this each holds few values, and bins do not pay. */
const MAX_BINNED_BUCKETS = 4096;

/** A pass that is offered all defined values: some of them, then their buckets, rule by rule. */
export interface ValuePass {
  begin(values: Float64Array): void;
  put(runs: BucketRuns): void;
  /** All values were offered. */
  end(): void;
}

/** Wanted ranks of a bucket that lie in one bin: their places among the values there. */
interface Selection {
  readonly bucket: number;
  readonly bin: number;
  /** Values of the bucket in the bin. */
  readonly inside: number;
  readonly ranks: readonly number[];
  readonly places: readonly number[];
}

/** One rank among more values than are held: leading digits of its value's ordered key. */
interface Narrowing {
  readonly from: Selection;
  readonly rank: number;
  readonly digits: readonly number[];
  readonly place: number;
  readonly inside: number;
}

/**
 * Exact order statistics of the values in many buckets, in passes over all values, holding at most
 * `room` of them. A first pass counts the values of each bucket by bin, so that only those in the
 * bins of wanted ranks are gathered, and selected from. Where even these are too many, passes count
 * them by 16 bits of their ordered key until what is left fits.
 */
export class OrderStatistics {
  readonly #counts: ArrayLike<number>;
  readonly #ranksOf: (count: number) => readonly number[];
  readonly #bins: ValueBins | null;
  readonly #room: number;
  readonly #found: Map<number, number>[];
  #isBinned: boolean;
  readonly #selections: Selection[] = [];
  readonly #narrowings: Narrowing[] = [];

  /** `counts` are the values of each bucket; `ranksOf` says which are wanted, ascending from 0. */
  constructor(
    counts: ArrayLike<number>,
    ranksOf: (count: number) => readonly number[],
    bins: ValueBins,
    room = SELECTION_ROOM,
  ) {
    this.#counts = counts;
    this.#ranksOf = ranksOf;
    this.#bins = counts.length <= MAX_BINNED_BUCKETS ? bins : null;
    this.#room = room;
    this.#found = Array.from(counts, () => new Map());
    this.#isBinned = this.#bins === null;
    if (!this.#isBinned) return;
    for (let bucket = 0; bucket < counts.length; bucket++) {
      const count = counts[bucket];
      const ranks = count === 0 ? [] : ranksOf(count);
      this.#want({ bucket, bin: 0, inside: count, ranks, places: ranks });
    }
  }

  /** The next pass, or null when everything is known. */
  next(): ValuePass | null {
    if (this.#counts.length === 0) return null;
    if (!this.#isBinned) return this.#count(this.#bins!);
    if (this.#selections.length > 0) return this.#gather();
    const narrowing = this.#narrowings.pop();
    if (narrowing === undefined) return null;
    return narrowing.inside <= this.#room ? this.#gatherInside(narrowing) : this.#narrow(narrowing);
  }

  /** The value of a wanted rank. */
  value(bucket: number, rank: number): number {
    return this.#found[bucket].get(rank)!;
  }

  #want(selection: Selection): void {
    const { ranks, places, inside } = selection;
    if (ranks.length === 0) return;
    if (inside <= this.#room) {
      this.#selections.push(selection);
      return;
    }
    ranks.forEach((rank, i) => {
      this.#narrowings.push({ from: selection, rank, digits: [], place: places[i], inside });
    });
  }

  #count(bins: ValueBins): ValuePass {
    const binCount = bins.count;
    const counts = new Uint32Array(this.#counts.length * binCount);
    const binned = new BinnedValues(bins);
    return {
      begin: (values) => binned.take(values),
      put: ({ count, buckets, ends }) => {
        const own = binned.bins;
        for (let r = 0, i = 0; r < count; r++) {
          const from = buckets[r] * binCount;
          for (; i < ends[r]; i++) counts[from + own[i]]++;
        }
      },
      end: () => {
        this.#isBinned = true;
        for (let bucket = 0; bucket < this.#counts.length; bucket++) {
          const from = bucket * bins.count;
          this.#wantBins(bucket, counts.subarray(from, from + bins.count));
        }
      },
    };
  }

  #wantBins(bucket: number, counts: Uint32Array): void {
    const total = this.#counts[bucket];
    const wanted = total === 0 ? [] : this.#ranksOf(total);
    let before = 0;
    for (let bin = 0, next = 0; next < wanted.length; bin++) {
      const inside = counts[bin];
      const from = next;
      while (next < wanted.length && wanted[next] < before + inside) next++;
      const ranks = wanted.slice(from, next);
      const places = ranks.map((rank) => rank - before);
      this.#want({ bucket, bin, inside, ranks, places });
      before += inside;
    }
  }

  #gather(): ValuePass {
    const taken: (Selection & { readonly from: number })[] = [];
    let total = 0;
    for (let next = this.#selections.at(-1); next !== undefined; next = this.#selections.at(-1)) {
      if (taken.length > 0 && total + next.inside > this.#room) break;
      taken.push({ ...next, from: total });
      total += next.inside;
      this.#selections.pop();
    }
    const binned = new BinnedValues(this.#bins);
    const binCount = this.#bins?.count ?? 1;
    const values = new Float64Array(total);
    const places = new Int32Array(this.#counts.length * binCount).fill(-1);
    for (const { bucket, bin, from } of taken) places[bucket * binCount + bin] = from;
    return {
      begin: (given) => binned.take(given),
      put: ({ count, buckets, ends }) => {
        const { bins, values: given } = binned;
        for (let r = 0, i = 0; r < count; r++) {
          const from = buckets[r] * binCount;
          for (; i < ends[r]; i++) {
            const at = from + bins[i];
            if (places[at] >= 0) values[places[at]++] = given[i];
          }
        }
      },
      end: () => {
        for (const { bucket, ranks, places: wanted, from, inside } of taken) {
          selectRanks(values, from, from + inside, wanted);
          for (const [i, rank] of ranks.entries()) {
            this.#found[bucket].set(rank, values[from + wanted[i]]);
          }
        }
      },
    };
  }

  #gatherInside({ from, rank, digits, place, inside }: Narrowing): ValuePass {
    const values = new Float64Array(inside);
    let held = 0;
    const offer = (value: number) => {
      if (keyBeginsWith(value, digits)) values[held++] = value;
    };
    return this.#passInside(from, offer, () => {
      selectRanks(values, 0, held, [place]);
      this.#found[from.bucket].set(rank, values[place]);
    });
  }

  #narrow({ from, rank, digits, place }: Narrowing): ValuePass {
    const counts = new Float64Array(1 << KEY_DIGIT_BITS);
    const offer = (value: number) => {
      if (keyBeginsWith(value, digits)) counts[keyDigit(value, digits.length)]++;
    };
    return this.#passInside(from, offer, () => {
      let digit = 0;
      let left = place;
      while (left >= counts[digit]) left -= counts[digit++];
      const known = [...digits, digit];
      if (known.length === KEY_DIGITS) this.#found[from.bucket].set(rank, numberOfKey(known));
      else {
        const inside = counts[digit];
        this.#narrowings.push({ from, rank, digits: known, place: left, inside });
      }
    });
  }

  /** A pass over the values of one bucket in one bin. */
  #passInside(from: Selection, offer: (value: number) => void, end: () => void): ValuePass {
    const binned = new BinnedValues(this.#bins);
    return {
      begin: (given) => binned.take(given),
      put: ({ count, buckets, ends }) => {
        const { bins, values } = binned;
        for (let r = 0, i = 0; r < count; r++) {
          if (buckets[r] !== from.bucket) i = ends[r];
          for (; i < ends[r]; i++) if (bins[i] === from.bin) offer(values[i]);
        }
      },
      end,
    };
  }
}

/** Values and the bin of each; without bins all are in the first. */
class BinnedValues {
  readonly #rule: ValueBins | null;
  values: Float64Array = new Float64Array(0);
  bins: Int32Array = new Int32Array(0);

  constructor(rule: ValueBins | null) {
    this.#rule = rule;
  }

  take(values: Float64Array): void {
    this.values = values;
    if (this.bins.length < values.length) this.bins = new Int32Array(values.length);
    this.#rule?.ofAll(values, this.bins);
  }
}
