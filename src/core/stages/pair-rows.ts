import type { Grid } from "../grid/grid.ts";
import type { PlanePair, RowFamily } from "./backend.ts";
import { ROW_BYTES } from "./memory-budget.ts";
import { operandAxes, resolveOperand, type SignalPlanesOptions } from "./signal-planes.ts";
import type { OperandBinding, SignalBinding, Sweep } from "./sweep.ts";

/**
 * A signal that compares one family of indicator rows with another (the `cross` rule): every row is
 * computed once, and a variant compares two of them.
 */
export class PairRows {
  readonly #family: RowFamily;
  readonly #of: RowNumbers;
  readonly #against: RowNumbers;

  /** Null where the signal has another shape or the rows do not fit. */
  static of(
    sweep: Sweep,
    grid: Grid,
    signal: SignalBinding,
    planes: SignalPlanesOptions,
  ): PairRows | null {
    const { of, against } = signal.operands;
    if (signal.rule !== "cross" || of === undefined || against === undefined) return null;
    const left = new RowNumbers(sweep, grid, of, 0);
    const right = new RowNumbers(sweep, grid, against, left.count);
    const family = planes.backend.rowFamily(left.count + right.count, ROW_BYTES);
    if (family === null) return null;
    for (const rows of [left, right]) rows.fill(family, planes);
    family.seal();
    return new PairRows(family, left, right);
  }

  constructor(family: RowFamily, of: RowNumbers, against: RowNumbers) {
    this.#family = family;
    this.#of = of;
    this.#against = against;
  }

  compare(digits: Int32Array, planes: PlanePair): void {
    this.#family.compare(this.#of.at(digits), this.#against.at(digits), planes);
  }
}

/** The rows of one operand, numbered by the digits of the axes it depends on. */
class RowNumbers {
  readonly count: number;
  readonly #sweep: Sweep;
  readonly #grid: Grid;
  readonly #operand: OperandBinding;
  readonly #axes: readonly number[];
  readonly #first: number;

  constructor(sweep: Sweep, grid: Grid, operand: OperandBinding, first: number) {
    this.#sweep = sweep;
    this.#grid = grid;
    this.#operand = operand;
    this.#axes = operandAxes(sweep, operand);
    this.#first = first;
    this.count = this.#axes.reduce((rows, a) => rows * grid.axes[a].values.length, 1);
  }

  at(digits: Int32Array): number {
    let row = 0;
    for (const a of this.#axes) row = row * this.#grid.axes[a].values.length + digits[a];
    return this.#first + row;
  }

  fill(family: RowFamily, planes: SignalPlanesOptions): void {
    const digits = new Int32Array(this.#grid.axes.length);
    for (let row = 0; row < this.count; row++) {
      for (let i = this.#axes.length - 1, rest = row; i >= 0; i--) {
        const radix = this.#grid.axes[this.#axes[i]].values.length;
        digits[this.#axes[i]] = rest % radix;
        rest = Math.floor(rest / radix);
      }
      const ref = resolveOperand(this.#sweep, this.#operand, (binding) =>
        "axis" in binding ? this.#grid.value(binding.axis, digits[binding.axis]) : binding.value,
      );
      family.set(this.#first + row, planes.source.series(ref));
    }
  }
}
