import { Grid } from "../grid/grid.ts";
import type { SeriesRef } from "../signals/atom.ts";
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
    const numbers = new Map<string, number>();
    const left = new RowNumbers(sweep, grid, of, numbers);
    const right = new RowNumbers(sweep, grid, against, numbers);
    const family = planes.backend.rowFamily(numbers.size, ROW_BYTES);
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

/**
 * The rows of one operand by the digits of the axes it depends on. Operands that name the same
 * series share its row.
 */
class RowNumbers {
  readonly #grid: Grid;
  readonly #axes: readonly number[];
  /** Series and row number of each combination of the axes' digits. */
  readonly #refs: readonly SeriesRef[];
  readonly #rows: Int32Array;

  /** `numbers`: rows named so far, by series; this operand adds its own. */
  constructor(sweep: Sweep, grid: Grid, operand: OperandBinding, numbers: Map<string, number>) {
    this.#grid = grid;
    this.#axes = operandAxes(sweep, operand);
    const own = new Grid(this.#axes.map((a) => grid.axes[a]));
    const digits = new Int32Array(own.axes.length);
    const valueOn = (axis: number) => {
      const position = this.#axes.indexOf(axis);
      return own.value(position, digits[position]);
    };
    const refs: SeriesRef[] = [];
    for (let combination = 0; combination < own.size; combination++, own.increment(digits)) {
      refs.push(
        resolveOperand(sweep, operand, (binding) =>
          "axis" in binding ? valueOn(binding.axis) : binding.value,
        ),
      );
    }
    this.#refs = refs;
    this.#rows = Int32Array.from(refs, (ref) => {
      const key = JSON.stringify(ref);
      const row = numbers.get(key) ?? numbers.size;
      numbers.set(key, row);
      return row;
    });
  }

  at(digits: Int32Array): number {
    let combination = 0;
    for (const a of this.#axes) {
      combination = combination * this.#grid.axes[a].values.length + digits[a];
    }
    return this.#rows[combination];
  }

  fill(family: RowFamily, planes: SignalPlanesOptions): void {
    for (const [combination, ref] of this.#refs.entries()) {
      family.set(this.#rows[combination], planes.source.series(ref));
    }
  }
}
