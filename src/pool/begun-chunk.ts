import type { PhaseTimes } from "../core/stages/phase-clock.ts";
import type { TopRows } from "../core/stages/top-rows.ts";
import { type ChunkOrder, CONTROL, COUNTER, type FromWorker } from "./protocol.ts";

/** Least time between two messages about a better row. */
const BEST_MESSAGE_MS = 100;

type Send = (message: FromWorker, transfer?: ArrayBuffer[]) => void;

/**
 * A thread's part of a chunk: what it has scored so far, and its one answer. Where the chunk is
 * stopped while the thread does more urgent work in the middle of it, the answer is given from
 * there: who stops it does not wait for that work. What is left of it then counts for nothing.
 */
export class BegunChunk {
  readonly order: ChunkOrder;
  readonly top: TopRows;
  /** Whether a slice counts as a whole or not at all. */
  batched = false;
  /** Variants of each part of the chunk, where they are asked for. */
  counts: readonly number[] | null = null;
  readonly #send: Send;
  /** Variants of the slice under way that others know of. */
  #told = 0;
  #answered = false;
  #bestIndex = Number.NaN;
  #bestMs = 0;

  /** From here on it is begun; before, a pool that stops it expects no answer. */
  constructor(order: ChunkOrder, top: TopRows, send: Send) {
    this.order = order;
    this.top = top;
    this.#send = send;
    // First begun, then a look at the abort word: the pool writes and reads them the other way.
    Atomics.store(order.control, CONTROL.begun + order.seat, 1);
  }

  get aborted(): boolean {
    return Atomics.load(this.order.control, CONTROL.abort) !== 0;
  }

  /** Variants of the slice under way that others know of. */
  get told(): number {
    return this.#told;
  }

  /** So many variants of the slice under way are scored. */
  tell(scored: number): void {
    if (this.#answered) return;
    Atomics.add(this.order.counters, COUNTER.scored, BigInt(scored - this.#told));
    this.#told = scored;
    this.#reportBest();
  }

  endSlice(scored: number): void {
    // Less than was told where a batch was ended early: it counts for nothing.
    this.tell(scored);
    this.#told = 0;
  }

  answer(spent: PhaseTimes): void {
    if (this.#answered) return;
    this.#answered = true;
    const rows = this.top.drain();
    const transfer = [rows.data.buffer as ArrayBuffer];
    const { counts } = this;
    this.#send({ kind: "chunkDone", id: this.order.id, counts, rows, spent }, transfer);
  }

  /** In the middle of more urgent work: answers where the chunk has been stopped. */
  answerIfStopped(takeSpent: () => PhaseTimes): void {
    if (this.#answered || !this.aborted) return;
    if (this.batched) this.endSlice(0);
    this.answer(takeSpent());
  }

  /** Tells the pool about a better best row, now and then. */
  #reportBest(): void {
    const now = performance.now();
    if (now - this.#bestMs < BEST_MESSAGE_MS) return;
    const row = this.top.best();
    if (row === null || row[0] === this.#bestIndex) return;
    this.#bestIndex = row[0];
    this.#bestMs = now;
    this.#send({ kind: "best", id: this.order.id, row });
  }
}
