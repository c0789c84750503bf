import type { ParameterValue } from "../parameter.ts";
import type { Axis } from "./axis.ts";
import { type Constraint, parseConstraint } from "./constraint.ts";
import { Grid } from "./grid.ts";

/** Most combinations of the axes that one constraint may read; they are tabulated once. */
export const MAX_CONSTRAINED_COMBINATIONS = 1 << 24;

/** Indices that are marked for a moment, to be counted. */
const COUNTED_AT_ONCE = 16_384;

/**
 * The variants of a grid: its numbers, less those a constraint forbids. Only the product of the
 * axes that the constraint reads is tabulated, one byte a combination, so counting is arithmetic
 * and a look-up costs a few multiplications.
 */
export class VariantSpace {
  readonly grid: Grid;
  /** Variants that exist. */
  readonly count: number;
  readonly #axes: readonly number[];
  readonly #radixes: Int32Array;
  /** One byte a combination of the constrained axes; null without a constraint. */
  readonly #allowed: Uint8Array | null;

  /** Throws ConstraintFault where the constraint cannot be parsed or compares unlike values. */
  constructor(axes: readonly Axis[], constraint: string | null) {
    this.grid = new Grid(axes);
    const parsed =
      constraint === null
        ? null
        : parseConstraint(
            constraint,
            axes.map((axis) => axis.name),
          );
    this.#axes = parsed?.axes ?? [];
    this.#radixes = Int32Array.from(this.#axes, (a) => axes[a].values.length);
    if (parsed === null) {
      this.#allowed = null;
      this.count = this.grid.size;
      return;
    }
    this.#allowed = tabulate(parsed, axes);
    let allowed = 0;
    for (let i = 0; i < this.#allowed.length; i++) allowed += this.#allowed[i];
    this.count = (this.grid.size / this.#allowed.length) * allowed;
  }

  /** Whether every number of the grid is a variant. */
  get isWhole(): boolean {
    return this.count === this.grid.size;
  }

  /** Whether the variant with these digits exists. */
  has(digits: Int32Array): boolean {
    if (this.#allowed === null) return true;
    let combination = 0;
    for (let i = 0; i < this.#axes.length; i++) {
      combination = combination * this.#radixes[i] + digits[this.#axes[i]];
    }
    return this.#allowed[combination] === 1;
  }

  /** Marks with 1 the indices from `from` on that exist, all others with 0. */
  markExisting(from: number, out: Uint8Array): void {
    const allowed = this.#allowed;
    if (allowed === null) {
      out.fill(1);
      return;
    }
    const combinations = new Int32Array(out.length);
    let weight = 1;
    for (let i = this.#axes.length - 1; i >= 0; i--) {
      this.grid.addDigits(this.#axes[i], from, weight, combinations);
      weight *= this.#radixes[i];
    }
    for (let i = 0; i < out.length; i++) out[i] = allowed[combinations[i]];
  }

  /** Variants with index in `[from, to)`. */
  countWithin(from: number, to: number): number {
    return this.countBefore(from, [to])[0];
  }

  /** Variants with index in `[from, end)`, for each of several ends, ascending. */
  countBefore(from: number, ends: ArrayLike<number>): Float64Array {
    const counts = Float64Array.from(ends, (end) => end - from);
    if (this.isWhole) return counts;
    let [at, count, known] = [from, 0, 0];
    let exists = new Uint8Array(0);
    for (let i = 0; i < ends.length; i++) {
      for (; at < ends[i]; at++) {
        if (at - from === known) {
          const last = ends[ends.length - 1];
          exists = new Uint8Array(Math.min(COUNTED_AT_ONCE, last - at));
          this.markExisting(at, exists);
          known += exists.length;
        }
        count += exists[at - from - (known - exists.length)];
      }
      counts[i] = count;
    }
    return counts;
  }
}

/** Combinations of the axes a constraint reads; what VariantSpace would tabulate. */
export function constrainedCombinations(axes: readonly Axis[], constraint: string): number {
  const parsed = parseConstraint(
    constraint,
    axes.map((axis) => axis.name),
  );
  return parsed.axes.reduce((product, a) => product * axes[a].values.length, 1);
}

function tabulate(constraint: Constraint, axes: readonly Axis[]): Uint8Array {
  const read = new Grid(constraint.axes.map((a) => axes[a]));
  if (read.size > MAX_CONSTRAINED_COMBINATIONS) {
    throw new Error(
      `constraint reads ${read.size} combinations, ${MAX_CONSTRAINED_COMBINATIONS} allowed`,
    );
  }
  const allowed = new Uint8Array(read.size);
  const digits = new Int32Array(read.axes.length);
  const values: ParameterValue[] = axes.map((axis) => axis.values[0]);
  const fastest = constraint.axes.at(-1) ?? 0;
  const run = constraint.axes.length === 0 ? [values[0]] : axes[fastest].values;
  for (let first = 0; first < read.size; first += run.length) {
    read.digits(first, digits);
    for (let i = 0; i < digits.length; i++) values[constraint.axes[i]] = read.value(i, digits[i]);
    for (let i = 0; i < run.length; i++) {
      values[fastest] = run[i];
      allowed[first + i] = constraint.allows(values) ? 1 : 0;
    }
  }
  return allowed;
}
