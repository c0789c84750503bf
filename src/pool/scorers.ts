import type { SweepScorer } from "../core/stages/sweep-scorer.ts";
import type { ScorerOrder } from "./protocol.ts";

/** Scorers of the newest sweeps; two, so that a run's neighbour does not evict it. */
const MAX_KEPT = 2;

/**
 * The scorers of one thread, kept for the next chunk of the same sweep. One that is at work,
 * because it gave way in the middle of a chunk, is left alone: whoever wants the same sweep then
 * gets another, for the time. One whose work threw is not used again, nor one that was forgotten.
 */
export class Scorers {
  readonly #make: (order: ScorerOrder) => SweepScorer;
  readonly #kept = new Map<string, SweepScorer>();
  readonly #atWork = new Set<SweepScorer>();

  constructor(make: (order: ScorerOrder) => SweepScorer) {
    this.#make = make;
  }

  using<T>(order: ScorerOrder, work: (scorer: SweepScorer) => T): T {
    const kept = this.#kept.get(order.key);
    // Room is made first: the new one takes over the memory of the oldest.
    if (kept === undefined) this.#evict(MAX_KEPT - 1);
    const scorer = kept === undefined || this.#atWork.has(kept) ? this.#make(order) : kept;
    if (kept === undefined || kept === scorer) this.#keep(order.key, scorer);
    this.#atWork.add(scorer);
    let isWhole = false;
    try {
      const answer = work(scorer);
      isWhole = true;
      return answer;
    } finally {
      this.#atWork.delete(scorer);
      // What threw half way may have left a row or plane that is known and was never computed.
      if (!isWhole && this.#kept.get(order.key) === scorer) this.#kept.delete(order.key);
      if (this.#kept.get(order.key) !== scorer) scorer.release();
    }
  }

  forget(key: string): void {
    const scorer = this.#kept.get(key);
    this.#kept.delete(key);
    // One at work is released by whoever has it.
    if (scorer !== undefined && !this.#atWork.has(scorer)) scorer.release();
  }

  /** As the newest. */
  #keep(key: string, scorer: SweepScorer): void {
    this.#kept.delete(key);
    this.#kept.set(key, scorer);
  }

  /** Forgets the oldest until no more than `most` are kept. */
  #evict(most: number): void {
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= most) break;
      this.forget(oldest);
    }
  }
}
