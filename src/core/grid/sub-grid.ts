import type { Axis } from "./axis.ts";
import type { Grid } from "./grid.ts";

/** Some axes of a grid: the combinations of their values, numbered with the last axis fastest. */
export class SubGrid {
  /** Positions in the grid. */
  readonly axes: readonly number[];
  readonly size: number;
  readonly #radixes: Int32Array;

  constructor(all: readonly Axis[], axes: readonly number[]) {
    this.axes = axes;
    this.#radixes = Int32Array.from(axes, (a) => all[a].values.length);
    this.size = this.#radixes.reduce((product, radix) => product * radix, 1);
  }

  /** Number of the combination that a variant's digits have. */
  number(digits: Int32Array): number {
    let number = 0;
    for (let i = 0; i < this.axes.length; i++) {
      number = number * this.#radixes[i] + digits[this.axes[i]];
    }
    return number;
  }

  /** Writes to `out` the numbers of the grid's indices from `from` on. */
  numbers(grid: Grid, from: number, out: Int32Array): Int32Array {
    out.fill(0);
    let weight = 1;
    for (let i = this.axes.length - 1; i >= 0; i--) {
      grid.addDigits(this.axes[i], from, weight, out);
      weight *= this.#radixes[i];
    }
    return out;
  }

  /** Writes the digits of a combination to their places in a variant's. */
  digits(number: number, out: Int32Array): void {
    for (let i = this.axes.length - 1, rest = number; i >= 0; i--) {
      out[this.axes[i]] = rest % this.#radixes[i];
      rest = Math.floor(rest / this.#radixes[i]);
    }
  }
}
