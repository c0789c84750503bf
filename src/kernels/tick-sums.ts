import type { PrefixSum } from "../core/series/prefix-sum.ts";
import type { WindowMean } from "../core/signals/plane-source.ts";
import type { KernelMemory } from "./kernel-memory.ts";

/** Exact sums in kernel memory, once a price source: what assembly/tick-means.ts takes means of. */
export class TickSums {
  readonly #memory: KernelMemory;
  readonly #bars: number;
  readonly #at = new Map<PrefixSum, number>();

  /** `bars`: of a range. */
  constructor(memory: KernelMemory, bars: number) {
    this.#memory = memory;
    this.#bars = bars;
  }

  /** Whether the sums are exact up to the end of the range. */
  serve({ sums, firstBar }: WindowMean): boolean {
    return sums.isWhole && sums.gridBars >= firstBar + this.#bars;
  }

  /** Address of the sum of all bars before the first. */
  at({ sums, firstBar }: WindowMean): number {
    let at = this.#at.get(sums);
    if (at === undefined) {
      // Two bars are computed at once.
      const used = firstBar + this.#bars + 1;
      const room = this.#memory.float64(used + 1);
      room.set(sums.ticks.subarray(0, used));
      at = room.byteOffset;
      this.#at.set(sums, at);
    }
    return at;
  }
}
