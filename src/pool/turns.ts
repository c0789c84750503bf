/** What a thread is asked to do; the most urgent goes first, of the same urgency the oldest. */
export interface Turn {
  readonly urgency: number;
}

/**
 * What gave way works for this share of the time that it was kept waiting before it gives way
 * again: it goes on however many urgent orders follow one another.
 */
export const LEAST_SHARE = 1 / 16;
/** And no longer than this: an urgent order is not to wait for it. */
export const LONGEST_HOLD_MS = 100;

/** An order that is being performed. */
interface Begun {
  readonly urgency: number;
  /** It does not give way before. */
  holdsUntilMs: number;
}

/**
 * The order in which one thread does what it is asked to. A more urgent order is done in the middle
 * of a less urgent one, wherever that offers to give way; afterwards the latter goes on where it
 * was. So at most as many are begun at a time as there are urgencies.
 */
export class Turns<T extends Turn> {
  readonly #perform: (turn: T) => void;
  readonly #nowMs: () => number;
  /** In the order in which they will be done. */
  readonly #waiting: T[] = [];
  #begun: Begun | null = null;
  #awayMs = 0;

  /** `perform` offers to give way from within, and never throws. */
  constructor(perform: (turn: T) => void, nowMs: () => number) {
    this.#perform = perform;
    this.#nowMs = nowMs;
  }

  /** What was spent so far on orders that others gave way to, in milliseconds. */
  get awayMs(): number {
    return this.#awayMs;
  }

  /** Of the order that is being performed. */
  get urgency(): number {
    return this.#begun?.urgency ?? 0;
  }

  add(turn: T): void {
    const later = this.#waiting.findIndex(({ urgency }) => urgency < turn.urgency);
    this.#waiting.splice(later < 0 ? this.#waiting.length : later, 0, turn);
  }

  /** Does everything that waits, and what is added in the meantime. */
  run(): void {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) this.#begin(next);
  }

  /** Does the next order now where it is more urgent than the one that is being performed. */
  giveWay(): void {
    const begun = this.#begun;
    const [next] = this.#waiting;
    if (begun === null || next === undefined || next.urgency <= begun.urgency) return;
    const sinceMs = this.#nowMs();
    if (sinceMs < begun.holdsUntilMs) return;
    this.#waiting.shift();
    const awayMs = this.#awayMs;
    this.#begin(next);
    const nowMs = this.#nowMs();
    // What was away within the order is part of its time.
    this.#awayMs = awayMs + nowMs - sinceMs;
    begun.holdsUntilMs = nowMs + Math.min((nowMs - sinceMs) * LEAST_SHARE, LONGEST_HOLD_MS);
  }

  #begin(turn: T): void {
    const outer = this.#begun;
    this.#begun = { urgency: turn.urgency, holdsUntilMs: Number.NEGATIVE_INFINITY };
    this.#perform(turn);
    this.#begun = outer;
  }
}
