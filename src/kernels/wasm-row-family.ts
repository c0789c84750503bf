import type { WindowMean } from "../core/signals/plane-source.ts";
import type { PlanePair, RowFamily } from "../core/stages/backend.ts";
import type { KernelMemory } from "./kernel-memory.ts";
import type { KernelExports } from "./kernel-module.ts";
import type { TickSums } from "./tick-sums.ts";
import type { WasmBackend } from "./wasm-backend.ts";

const BARS_PER_WORD = 64;
const VALUE_BYTES = 8;
const KEY_BYTES = 2;

/** Rows in kernel memory; 16-bit keys decide most comparisons, see assembly/row-family.ts. */
export class WasmRowFamily implements RowFamily {
  /** Kernel memory that the rows, their keys and the keys' scratch take. */
  readonly bytes: number;
  readonly #memory: KernelMemory;
  readonly #kernels: KernelExports;
  readonly #sums: TickSums;
  readonly #rows: number;
  readonly #words: number;
  readonly #rangeBars: number;
  /** Bars of a row, padded with NaN to whole words. */
  readonly #bars: number;
  #values: Float64Array = new Float64Array(0);
  #keysAt = 0;

  constructor(
    { memory, kernels, tickSums }: Pick<WasmBackend, "memory" | "kernels" | "tickSums">,
    { rows, bars }: { readonly rows: number; readonly bars: number },
  ) {
    this.#memory = memory;
    this.#kernels = kernels;
    this.#sums = tickSums;
    this.#rows = rows;
    this.#rangeBars = bars;
    this.#words = Math.ceil(bars / BARS_PER_WORD);
    this.#bars = this.#words * BARS_PER_WORD;
    this.bytes = (rows * (VALUE_BYTES + KEY_BYTES) + 2 * VALUE_BYTES) * this.#bars;
  }

  allocate(): this {
    this.#values = this.#memory.float64(this.#rows * this.#bars, "as it is");
    return this;
  }

  set(row: number, series: Float64Array): void {
    const at = row * this.#bars;
    this.#values.set(series, at);
    this.#values.fill(Number.NaN, at + series.length, at + this.#bars);
  }

  setMean(row: number, mean: WindowMean): boolean {
    if (!this.#sums.serve(mean)) return false;
    const { firstBar, window, sums } = mean;
    const sumsAt = this.#sums.at(mean) + firstBar * VALUE_BYTES;
    const at = row * this.#bars;
    const to = this.#values.byteOffset + at * VALUE_BYTES;
    this.#kernels.tickMeans(sumsAt, firstBar, window, sums.scale, this.#rangeBars, to);
    this.#values.fill(Number.NaN, at + this.#rangeBars, at + this.#bars);
    return true;
  }

  seal(): void {
    const keys = this.#memory.int32((this.#rows * this.#bars * KEY_BYTES) / 4);
    const mid = this.#memory.float64(this.#bars);
    const scale = this.#memory.float64(this.#bars);
    const { makeKeys } = this.#kernels;
    const values = this.#values.byteOffset;
    makeKeys(this.#rows, this.#bars, values, keys.byteOffset, mid.byteOffset, scale.byteOffset);
    this.#keysAt = keys.byteOffset;
  }

  compare(a: number, b: number, planes: PlanePair): void {
    if (this.#keysAt === 0) this.#compareValues(a, b, planes);
    else this.#compareKeys(a, b, planes);
  }

  #compareValues(a: number, b: number, { long, short }: PlanePair): void {
    const rowBytes = this.#bars * VALUE_BYTES;
    const left = this.#values.byteOffset + a * rowBytes;
    const right = this.#values.byteOffset + b * rowBytes;
    this.#kernels.compareRows(left, right, this.#words, long.byteOffset, short.byteOffset);
  }

  #compareKeys(a: number, b: number, planes: PlanePair): void {
    const valueBytes = this.#bars * VALUE_BYTES;
    const keyBytes = this.#bars * KEY_BYTES;
    this.#kernels.comparePair(
      this.#keysAt + a * keyBytes,
      this.#keysAt + b * keyBytes,
      this.#values.byteOffset + a * valueBytes,
      this.#values.byteOffset + b * valueBytes,
      this.#words,
      planes.long.byteOffset,
      planes.short.byteOffset,
    );
  }
}
