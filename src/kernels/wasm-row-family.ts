import type { PlanePair, RowFamily } from "../core/stages/backend.ts";
import type { KernelMemory } from "./kernel-memory.ts";
import type { KernelExports } from "./kernel-module.ts";

const BARS_PER_WORD = 64;
const VALUE_BYTES = 8;
const KEY_BYTES = 2;

/** Rows in kernel memory; 16-bit keys decide most comparisons, see assembly/row-family.ts. */
export class WasmRowFamily implements RowFamily {
  /** Kernel memory that the rows, their keys and the keys' scratch take. */
  readonly bytes: number;
  readonly #memory: KernelMemory;
  readonly #kernels: KernelExports;
  readonly #rows: number;
  readonly #words: number;
  /** Bars of a row, padded with NaN to whole words. */
  readonly #bars: number;
  #values: Float64Array = new Float64Array(0);
  #keysAt = 0;

  constructor(
    memory: KernelMemory,
    kernels: KernelExports,
    shape: { readonly rows: number; readonly words: number },
  ) {
    this.#memory = memory;
    this.#kernels = kernels;
    this.#rows = shape.rows;
    this.#words = shape.words;
    this.#bars = shape.words * BARS_PER_WORD;
    this.bytes = (shape.rows * (VALUE_BYTES + KEY_BYTES) + 2 * VALUE_BYTES) * this.#bars;
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
