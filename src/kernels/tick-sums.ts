import type { WindowMean } from "../core/signals/plane-source.ts";
import type { KernelMemory } from "./kernel-memory.ts";

/** Exact sums of a scorer's candles, which kernels take means of where they lie. */
export class TickSums {
  readonly #memory: KernelMemory;
  readonly #bars: number;

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
  at({ sums }: WindowMean): number {
    if (!this.#memory.holds(sums.ticks)) throw new Error("these sums are not in kernel memory");
    return sums.ticks.byteOffset;
  }
}
