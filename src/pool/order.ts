import type { FromWorker } from "./protocol.ts";

/**
 * An order that several threads answer, one from each seat. It settles when the last of them has
 * answered, is gone or is excused, so that nobody writes to its shared memory afterwards; the first
 * fault decides how.
 */
export class Order<Answer extends FromWorker, Seated = unknown> {
  readonly id: number;
  readonly answered: Promise<Answer[]>;
  readonly #resolve: (answers: Answer[]) => void;
  readonly #reject: (error: Error) => void;
  readonly #onFault: () => void;
  readonly #answers: Answer[] = [];
  readonly #waiting: Set<Seated>;
  readonly #onAnswer: () => void;
  #fault: Error | null = null;

  /** `onFault` asks the other threads to stop early; `onAnswer` may excuse some. */
  constructor(id: number, threads: readonly Seated[], onFault: () => void, onAnswer = () => {}) {
    this.id = id;
    this.#waiting = new Set(threads);
    this.#onFault = onFault;
    this.#onAnswer = onAnswer;
    const { promise, resolve, reject } = Promise.withResolvers<Answer[]>();
    this.answered = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  answer(thread: Seated, answer: Answer): void {
    if (!this.#waiting.delete(thread)) return;
    this.#answers.push(answer);
    this.#onAnswer();
    this.#settle();
  }

  fail(thread: Seated, error: Error): void {
    if (!this.#waiting.delete(thread)) return;
    const first = this.#fault === null;
    this.#fault ??= error;
    if (first) this.#onFault();
    this.#settle();
  }

  /** Waits no longer for a thread that is known to do nothing. */
  excuse(thread: Seated): void {
    if (this.#waiting.delete(thread)) this.#settle();
  }

  #settle(): void {
    if (this.#waiting.size > 0) return;
    if (this.#fault !== null) this.#reject(this.#fault);
    else this.#resolve(this.#answers);
  }
}
