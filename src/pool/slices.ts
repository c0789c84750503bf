import { cutBatches } from "../core/stages/batch-engine.ts";
import type { SweepScorer } from "../core/stages/sweep-scorer.ts";
import { type ChunkOrder, CONTROL, COUNTER } from "./protocol.ts";
import { fairSliceSize, nextSliceSize } from "./slice-size.ts";

/** Positions `[from, to)` that one thread scores. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Deals out a chunk to its threads, from a counter that they share. Where an engine scores many
 * variants together every thread knows the same batches and takes the next one; else it takes as
 * many positions as keep it busy for a few milliseconds.
 */
export class Slices {
  /** Whether a slice is scored as one. */
  readonly batched: boolean;
  readonly #order: ChunkOrder;
  readonly #ends: Float64Array | null;
  readonly #threads: number;
  #size = 1;

  constructor(order: ChunkOrder, scorer: SweepScorer) {
    const engine = order.stage === "STAGE_A" ? scorer.batchEngine() : null;
    this.#threads = order.control.length - CONTROL.begun;
    this.#order = order;
    this.#ends =
      engine === null ? null : cutBatches(scorer.space, order, this.#threads, engine.size);
    this.batched = engine !== null;
  }

  /** The next slice, or null where none is left. */
  next(): Span | null {
    const { counters, from: first, to: end } = this.#order;
    const ends = this.#ends;
    if (ends === null) {
      const left = end - Number(Atomics.load(counters, COUNTER.next));
      const size = fairSliceSize(this.#size, left, this.#threads);
      const from = Number(Atomics.add(counters, COUNTER.next, BigInt(size)));
      return from < end ? { from, to: Math.min(from + size, end) } : null;
    }
    const batch = Number(Atomics.add(counters, COUNTER.next, 1n)) - first;
    if (batch >= ends.length) return null;
    return { from: batch === 0 ? first : ends[batch - 1], to: ends[batch] };
  }

  /** Whether none is left. */
  isEmpty(): boolean {
    const next = Number(Atomics.load(this.#order.counters, COUNTER.next));
    if (this.#ends === null) return next >= this.#order.to;
    return next - this.#order.from >= this.#ends.length;
  }

  /** Tells what a slice took; `scored` counts positions. */
  took({ from, to }: Span, scored: number, ms: number): void {
    this.#size = nextSliceSize(to - from, scored, ms);
    Atomics.add(this.#order.counters, COUNTER.slices, 1n);
  }
}
