import type { ParameterValue } from "../parameter.ts";
import type { Axis } from "./axis.ts";

/**
 * The full product of the axes as arithmetic: nothing is materialised. A variant's index is its
 * mixed-radix number, last axis fastest; indices stay exact integers up to 2^53.
 */
export class Grid {
  readonly axes: readonly Axis[];
  /** Numbers in the full product; 1 for a grid without axes. */
  readonly size: number;
  /** Index distance of one step on each axis. */
  readonly strides: Float64Array;
  readonly #names: ReadonlyMap<string, number>;

  constructor(axes: readonly Axis[]) {
    this.axes = axes;
    this.strides = new Float64Array(axes.length);
    let size = 1;
    for (let a = axes.length - 1; a >= 0; a--) {
      this.strides[a] = size;
      size *= axes[a].values.length;
    }
    this.size = size;
    this.#names = new Map(axes.map((axis, a) => [axis.name, a]));
  }

  /** Position of an axis by name, or -1. */
  axisIndex(name: string): number {
    return this.#names.get(name) ?? -1;
  }

  /** Digit of a variant on one axis. */
  digit(index: number, axis: number): number {
    return Math.floor(index / this.strides[axis]) % this.axes[axis].values.length;
  }

  /** All digits of a variant, written to `out`. */
  digits(index: number, out: Int32Array): Int32Array {
    for (let a = this.axes.length - 1, rest = index; a >= 0; a--) {
      const radix = this.axes[a].values.length;
      const next = Math.floor(rest / radix);
      out[a] = rest - next * radix;
      rest = next;
    }
    return out;
  }

  /** Adds to `out` the digits on an axis of the indices from `from` on, times a weight. */
  addDigits(axis: number, from: number, weight: number, out: Int32Array): void {
    const [stride, radix] = [this.strides[axis], this.axes[axis].values.length];
    addRepeatedDigits({ stride, radix }, from, weight, out);
  }

  /** Moves `digits` on to the next index; wraps to zero after the last. */
  increment(digits: Int32Array): void {
    for (let a = this.axes.length - 1; a >= 0; a--) {
      if (++digits[a] < this.axes[a].values.length) return;
      digits[a] = 0;
    }
  }

  /** The index of given digits. */
  indexOf(digits: ArrayLike<number>): number {
    let index = 0;
    for (let a = 0; a < this.axes.length; a++) index += digits[a] * this.strides[a];
    return index;
  }

  value(axis: number, digit: number): ParameterValue {
    return this.axes[axis].values[digit];
  }
}

/**
 * Adds to `out` the digits of the numbers from `from` on at one place of a mixed radix, times a
 * weight: each digit stands for `stride` numbers, then comes the next one, without a division.
 */
export function addRepeatedDigits(
  { stride, radix }: { readonly stride: number; readonly radix: number },
  from: number,
  weight: number,
  out: Int32Array,
): void {
  // Whole numbers of 32 bits, which the loop below would not be fast without; a run of more numbers
  // than are asked for has no end here.
  const length = out.length;
  const step = Math.min(stride, length) | 0;
  let end = Math.min(stride - (from % stride), length) | 0;
  let digit = (Math.floor(from / stride) % radix) | 0;
  if (stride === 1) {
    addSingleDigits({ digit, radix }, weight, out);
    return;
  }
  for (let i = 0; i < length; end = Math.min(end + step, length)) {
    const value = (digit * weight) | 0;
    for (; i < end; i++) out[i] += value;
    if (++digit === radix) digit = 0;
  }
}

/** The same where each digit stands for one number; the first is given. */
function addSingleDigits(
  { digit, radix }: { readonly digit: number; readonly radix: number },
  weight: number,
  out: Int32Array,
): void {
  const end = radix * weight;
  for (let i = 0, value = digit * weight; i < out.length; i++) {
    out[i] += value;
    value += weight;
    if (value === end) value = 0;
  }
}
