import type { FromWorker } from "./protocol.ts";

/** A thread died while it worked on an order; the work can be done again. */
export class WorkerLost extends Error {
  constructor(reason: Error | null) {
    super(`a worker thread died: ${reason?.message ?? "terminated"}`, { cause: reason });
    this.name = "WorkerLost";
  }
}

/**
 * An order that several threads answer. It settles when the last of them has answered or is gone, so that nobody
 * writes to its shared memory afterwards; the first fault decides how.
 */
export class Order<Answer extends FromWorker> {
  readonly id: number;
  readonly answered: Promise<Answer[]>;
  readonly #resolve: (answers: Answer[]) => void;
  readonly #reject: (error: Error) => void;
  readonly #onFault: () => void;
  readonly #answers: Answer[] = [];
  #waiting: number;
  #fault: Error | null = null;

  /** `onFault` asks the other threads to stop early. */
  constructor(id: number, threads: number, onFault: () => void) {
    this.id = id;
    this.#waiting = threads;
    this.#onFault = onFault;
    const { promise, resolve, reject } = Promise.withResolvers<Answer[]>();
    this.answered = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  answer(answer: Answer): void {
    this.#answers.push(answer);
    this.#settleOne();
  }

  fail(error: Error): void {
    if (this.#fault === null) {
      this.#fault = error;
      this.#onFault();
    }
    this.#settleOne();
  }

  #settleOne(): void {
    this.#waiting--;
    if (this.#waiting > 0) return;
    if (this.#fault !== null) this.#reject(this.#fault);
    else this.#resolve(this.#answers);
  }
}
