import { Random } from "../../../src/core/random.ts";

/** What may go wrong in one simulated run, and how often; all drawn from its seed. */
export interface Troubles {
  /** A statement fails before, or its answer is lost after, it was done. */
  readonly databaseError: number;
  readonly lostAnswer: number;
  readonly slowestCallMs: number;
  /** Notifications and jobs that are lost, or come twice. */
  readonly lost: number;
  readonly twice: number;
  /** Mean time between the deaths of processes, their hangs, and visits of the user. */
  readonly killEveryMs: number;
  readonly freezeEveryMs: number;
  readonly userEveryMs: number;
  /** A chunk whose thread dies on an attempt, and one of Stage A whose thread always dies. */
  readonly threadDeath: number;
  readonly poison: number | null;
  readonly chunkMs: number;
}

export class Chance {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  uniform(): number {
    return this.#random.uniform();
  }

  happens(probability: number): boolean {
    return this.#random.uniform() < probability;
  }

  upTo(ms: number): number {
    return this.#random.uniform() * ms;
  }

  below(n: number): number {
    return Math.floor(this.#random.uniform() * n);
  }

  /** A wait whose mean is `ms`. */
  around(ms: number): number {
    return -Math.log(1 - this.#random.uniform()) * ms;
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)];
  }

  /** Each trouble is absent in a third of all runs, so that every mixture of them is met. */
  troubles(): Troubles {
    const some = (most: number) => (this.happens(1 / 3) ? 0 : this.upTo(most));
    const often = (leastMs: number) =>
      this.happens(1 / 3) ? Number.POSITIVE_INFINITY : leastMs * (1 + this.upTo(4));
    return {
      databaseError: some(0.08),
      lostAnswer: some(0.08),
      slowestCallMs: this.happens(0.2) ? 4_000 : 20 + this.upTo(200),
      lost: some(0.5),
      twice: some(0.3),
      killEveryMs: often(1_500),
      freezeEveryMs: often(4_000),
      userEveryMs: often(4_000),
      threadDeath: some(0.2),
      poison: this.happens(1 / 6) ? this.below(8) : null,
      chunkMs: 200 + this.upTo(6_000),
    };
  }
}
