/**
 * How many threads may score at a time, in memory that all of them share: a permit a thread, taken
 * before it scores and given up between two slices. Which thread has a permit is written in its
 * place, so that those of a thread that died can be told and taken back.
 */
const WORD = { limit: 0, turn: 1, wanted: 2, urgentFrom: 3, urgentLimit: 4, holders: 5 } as const;
const FREE = 0;

/** How many threads may score what is as urgent as `from`, whatever the limit of all others is. */
export interface UrgentLimit {
  readonly from: number;
  readonly threads: number;
}

const NOBODY_URGENT = 2 ** 31 - 1;

/** A thread that waits looks after other messages as often. */
const LOOK_MS = 10;
/** Where others wait, nobody keeps a permit for longer. */
const TURN_MS = 50;

export function createPermits(size: number): Int32Array {
  const words = new Int32Array(new SharedArrayBuffer((WORD.holders + size) * 4));
  limitPermits(words, size);
  return words;
}

/** Of what is so urgent. */
export function permitLimit(words: Int32Array, urgency = 0): number {
  const isUrgent = urgency >= Atomics.load(words, WORD.urgentFrom);
  return Atomics.load(words, isUrgent ? WORD.urgentLimit : WORD.limit);
}

/** From 0, where nobody scores, to all. Threads over it stop at the end of their slice. */
export function limitPermits(words: Int32Array, limit: number, urgent?: UrgentLimit): void {
  const size = words.length - WORD.holders;
  const within = (threads: number) => Math.max(0, Math.min(size, Math.floor(threads)));
  Atomics.store(words, WORD.limit, within(limit));
  Atomics.store(words, WORD.urgentLimit, within(urgent?.threads ?? limit));
  Atomics.store(words, WORD.urgentFrom, urgent?.from ?? NOBODY_URGENT);
  changed(words);
}

/** What a thread that is gone had. */
export function takeBackPermits(words: Int32Array, no: number): void {
  for (let at = WORD.holders; at < words.length; at++) {
    if (Atomics.compareExchange(words, at, no, FREE) === no) changed(words);
  }
}

function changed(words: Int32Array): void {
  Atomics.add(words, WORD.turn, 1);
  Atomics.notify(words, WORD.turn);
}

/** The permit of one thread, which is named by its number (not 0). */
export class Permit {
  readonly #words: Int32Array;
  readonly #no: number;
  readonly #whileWaiting: () => void;
  #at = 0;
  #sinceMs = 0;
  #wanted = 0;

  /** `whileWaiting` is called now and then as long as the thread waits. */
  constructor(words: Int32Array, no: number, whileWaiting: () => void) {
    this.#words = words;
    this.#no = no;
    this.#whileWaiting = whileWaiting;
  }

  /**
   * Whether the thread has a permit and keeps it, as it does between two slices as a rule. One that
   * is over the limit is given up, and one that others wait for is left to them.
   */
  goesOn(urgency = 0): boolean {
    if (this.#at === 0) return false;
    const isOver = this.#at - WORD.holders >= permitLimit(this.#words, urgency);
    if (!isOver && !this.#isOthersTurn()) return true;
    this.release();
    Atomics.wait(this.#words, WORD.turn, Atomics.load(this.#words, WORD.turn), LOOK_MS);
    return false;
  }

  /** Has a permit when this returns true; false where `leave` said so first. */
  take(leave: () => boolean, urgency = 0): boolean {
    const words = this.#words;
    while (this.#at === 0) {
      const turn = Atomics.load(words, WORD.turn);
      if (this.#tryTake(urgency)) break;
      if (leave()) return false;
      this.#whileWaiting();
      // Who may not score at all wants nobody's permit.
      if (permitLimit(words, urgency) > 0) Atomics.add(words, WORD.wanted, 1);
      Atomics.wait(words, WORD.turn, turn, LOOK_MS);
    }
    return true;
  }

  release(): void {
    if (this.#at === 0) return;
    Atomics.compareExchange(this.#words, this.#at, this.#no, FREE);
    this.#at = 0;
    changed(this.#words);
  }

  #tryTake(urgency: number): boolean {
    const words = this.#words;
    const end = WORD.holders + permitLimit(words, urgency);
    for (let at = WORD.holders; at < end; at++) {
      if (Atomics.compareExchange(words, at, FREE, this.#no) !== FREE) continue;
      this.#at = at;
      this.#begin();
      return true;
    }
    return false;
  }

  #begin(): void {
    this.#sinceMs = performance.now();
    this.#wanted = Atomics.load(this.#words, WORD.wanted);
  }

  /** This thread has had its turn, and somebody has waited meanwhile. */
  #isOthersTurn(): boolean {
    return (
      Atomics.load(this.#words, WORD.wanted) !== this.#wanted &&
      performance.now() - this.#sinceMs >= TURN_MS
    );
  }
}
