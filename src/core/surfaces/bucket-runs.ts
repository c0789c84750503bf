import type { ChosenPlaces } from "./column-block.ts";
import type { StageGrid } from "./stage-grid.ts";

/** A bucket for every variant: the offset, and each of its digits times a weight. */
export interface BucketRule {
  readonly offset: number;
  readonly terms: readonly { readonly axis: number; readonly weight: number }[];
}

/** Values that follow one another and lie in one bucket, run by run. */
export interface BucketRuns {
  readonly count: number;
  /** The bucket of each run. */
  readonly buckets: Int32Array;
  /** The place after the last value of each run; one that no value was chosen of is empty. */
  readonly ends: Int32Array;
}

/**
 * The buckets that a rule puts a block of positions into. Digits stay the same for a stretch of
 * positions, so most rules have far fewer runs than positions.
 */
export class RuledRuns {
  readonly #grid: StageGrid;
  readonly #rule: BucketRule;
  /** Positions of a run. */
  readonly #length: number;
  #buckets = new Int32Array(0);
  #ends = new Int32Array(0);

  constructor(grid: StageGrid, rule: BucketRule) {
    this.#grid = grid;
    this.#rule = rule;
    this.#length = grid.runLength(rule.terms.map(({ axis }) => axis));
  }

  /** Of `length` positions from `from` on. The next call overwrites the answer. */
  over(from: number, length: number): BucketRuns {
    const first = Math.floor(from / this.#length);
    const count = Math.floor((from + length - 1) / this.#length) - first + 1;
    if (this.#ends.length < count) {
      this.#buckets = new Int32Array(count);
      this.#ends = new Int32Array(count);
    }
    const buckets = this.#buckets.subarray(0, count).fill(this.#rule.offset);
    const runs = { first, length: this.#length };
    for (const { axis, weight } of this.#rule.terms) {
      this.#grid.addDigits(axis, runs, weight, buckets);
    }
    const ends = this.#ends;
    // Runs of one position end where they always do.
    if (this.#length > 1 || ends[0] !== 1) endsOf(ends, from, this.#length, length);
    return { count, buckets, ends };
  }

  /** The same, of those positions that were chosen: places are those among the chosen ones. */
  overChosen(from: number, length: number, { places, before }: ChosenPlaces): BucketRuns {
    const runs = this.over(from, length);
    if (before === null) return runs;
    const { count, buckets, ends } = runs;
    if (this.#length > 1) {
      for (let r = 0; r < count; r++) ends[r] = before[ends[r]];
      return runs;
    }
    // Of runs of one position only those that were chosen: whether one is empty is hard to guess.
    for (let k = 0; k < places.length; k++) buckets[k] = buckets[places[k]];
    return { count: places.length, buckets, ends };
  }
}

/** Where runs of `run` positions end within `length` positions from `from` on. */
function endsOf(ends: Int32Array, from: number, run: number, length: number): void {
  // Whole numbers of 32 bits; a run that is longer than the block has no end in it.
  const step = Math.min(run, length) | 0;
  let end = Math.min(run - (from % run), length) | 0;
  for (let r = 0; r < ends.length; r++) {
    ends[r] = end;
    end = Math.min(end + step, length);
  }
}
