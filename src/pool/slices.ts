import type { Span, StageWork } from "../core/stages/stage-output.ts";
import { type ChunkOrder, COUNTER } from "./protocol.ts";
import { Shares } from "./shares.ts";
import { fairSliceSize, nextSliceSize } from "./slice-size.ts";

/**
 * Deals out the pieces of a chunk to its threads: one batch at a time, the next one of all, or as
 * many other pieces as keep a thread busy for a few milliseconds, of a share of its own as long as
 * there are some.
 */
export class Slices {
  readonly #order: ChunkOrder;
  readonly #work: StageWork;
  readonly #threads: number;
  readonly #shares: Shares;
  readonly #share: number;
  #size = 1;

  constructor(order: ChunkOrder, work: StageWork) {
    const { counters, seat } = order;
    this.#order = order;
    this.#work = work;
    this.#threads = counters.length - COUNTER.shares;
    const shares = work.batched ? 1 : this.#threads;
    this.#shares = new Shares(
      counters.subarray(COUNTER.shares, COUNTER.shares + shares),
      work.count,
    );
    this.#share = seat % shares;
  }

  /** The next slice, or null where none is left. */
  next(): Span | null {
    const { left } = this.#shares;
    const size = this.#work.batched ? 1 : fairSliceSize(this.#size, left, this.#threads);
    return this.#shares.take(this.#share, size);
  }

  /** Whether none is left. */
  isEmpty(): boolean {
    return this.#shares.left === 0;
  }

  /** Tells what a slice took; `scored` counts variants. */
  took({ from, to }: Span, scored: number, ms: number): void {
    this.#size = nextSliceSize(to - from, scored / this.#work.pieceSize, ms);
    Atomics.add(this.#order.counters, COUNTER.slices, 1n);
  }
}
