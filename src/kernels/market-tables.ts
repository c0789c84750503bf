import { Days } from "../core/series/days.ts";
import { RangeExtremes } from "../core/series/range-extremes.ts";
import type { RangeMarket } from "../core/stages/backend.ts";
import type { KernelMemory } from "./kernel-memory.ts";

/** What kernels read of a market beside its closes: each made once, when a metric needs it. */
export class MarketTables {
  readonly #memory: KernelMemory;
  readonly #market: RangeMarket;
  /** Closes in kernel memory. */
  readonly #close: Float64Array;
  #reciprocal: number | null = null;
  #extremes: readonly [number, number, number, number] | null = null;
  #days: readonly [number, number, number, number] | null = null;

  constructor(memory: KernelMemory, market: RangeMarket, close: Float64Array) {
    this.#memory = memory;
    this.#market = market;
    this.#close = close;
  }

  /** Address of 1 / close. */
  get reciprocal(): number {
    if (this.#reciprocal !== null) return this.#reciprocal;
    const close = this.#close;
    const room = this.#memory.float64(close.length, "as it is");
    for (let t = 0; t < close.length; t++) room[t] = 1 / close[t];
    this.#reciprocal = room.byteOffset;
    return room.byteOffset;
  }

  /** What `setExtremes` takes. */
  get extremes(): readonly [number, number, number, number] {
    if (this.#extremes !== null) return this.#extremes;
    const { minima, maxima } = new RangeExtremes(this.#close).tables();
    const rowLength = minima[0].length;
    const share = (rows: readonly Float64Array[]) => {
      const room = this.#memory.float64(rows.length * rowLength);
      for (const [level, row] of rows.entries()) room.set(row, level * rowLength);
      return room.byteOffset;
    };
    this.#extremes = [this.#close.byteOffset, share(minima), share(maxima), rowLength];
    return this.#extremes;
  }

  /** Days, and where kernels find their last bars, the day of each bar, and room for changes. */
  get days(): readonly [number, number, number, number] {
    if (this.#days !== null) return this.#days;
    const days = new Days(this.#market.openTimes, this.#market.timeframeMs);
    const lastBar = this.#memory.int32(days.count, "as it is");
    lastBar.set(days.lastBar);
    const dayOf = this.#memory.int32(days.dayOf.length, "as it is");
    dayOf.set(days.dayOf);
    const changes = this.#memory.float64(days.count, "as it is");
    this.#days = [days.count, lastBar.byteOffset, dayOf.byteOffset, changes.byteOffset];
    return this.#days;
  }
}
