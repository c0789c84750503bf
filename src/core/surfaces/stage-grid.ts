import type { Axis } from "../grid/axis.ts";
import { addRepeatedDigits } from "../grid/grid.ts";
import { VariantSpace } from "../grid/variant-space.ts";
import type { ParameterValue } from "../parameter.ts";
import { riskCells, type StageName, type Sweep } from "../stages/sweep.ts";

/** A value on an axis of a stage; null is a stop or target that is off. */
export type AxisValue = ParameterValue | null;

/** One dimension of what a stage has scored. */
export interface StageAxis {
  readonly name: string;
  readonly values: readonly AxisValue[];
}

/** Names of the risk grid's axes, in the order in which cells are numbered. */
const RISK_AXES = {
  stops: "risk.stopLossPct",
  trails: "risk.trailingStopPct",
  targets: "risk.takeProfitPct",
} as const;

/** What the positions of a stage follow from. */
export type StageShape = Pick<Sweep, "axes" | "constraint" | "stops" | "trails" | "targets">;

/** Runs of positions of equal length, counted from the first position of the stage. */
export interface PositionRuns {
  /** Number of the first run that is meant. */
  readonly first: number;
  /** Positions a run. */
  readonly length: number;
}

/** Called with a position of the stage's columns and its digits, which the next call overwrites. */
export type Visit = (position: number, digits: Int32Array) => void;

/**
 * What a stage has scored, as positions in its metric columns: in Stage A a position is a variant
 * index, in Stage B `shortlist position * cells + cell`. The axes are those of the strategy and, in
 * Stage B, those of the risk grid that are used.
 */
export class StageGrid {
  readonly stage: StageName;
  readonly axes: readonly StageAxis[];
  /** Length of a whole column. */
  readonly positions: number;
  readonly #space: VariantSpace;
  /** Base indices by shortlist position; null in Stage A. */
  readonly #shortlist: Float64Array | null;
  readonly #cells: number;
  /** How many of the axes are the strategy's. */
  readonly #baseAxes: number;

  /** Stage B needs its shortlist; without one it has no positions. */
  constructor(sweep: StageShape, stage: StageName, shortlist: Float64Array | null = null) {
    this.stage = stage;
    this.#space = new VariantSpace(sweep.axes, sweep.constraint);
    this.#baseAxes = sweep.axes.length;
    this.#shortlist = stage === "STAGE_B" ? (shortlist ?? new Float64Array(0)) : null;
    this.#cells = this.#shortlist === null ? 1 : riskCells(sweep);
    this.axes = this.#shortlist === null ? sweep.axes : [...sweep.axes, ...riskAxes(sweep)];
    this.positions = (this.#shortlist?.length ?? this.#space.grid.size) * this.#cells;
  }

  /** Place of an axis by name, or -1. */
  axisIndex(name: string): number {
    return this.axes.findIndex((axis) => axis.name === name);
  }

  /** Visits the variants that exist at positions `[from, to)`, in order. */
  walk(from: number, to: number, visit: Visit): void {
    if (this.#shortlist === null) this.#walkBases(from, to, visit);
    else this.#walkCells(from, to, visit);
  }

  #walkBases(from: number, to: number, visit: Visit): void {
    const space = this.#space;
    const digits = space.grid.digits(from, new Int32Array(this.#baseAxes));
    for (let index = from; index < to; index++) {
      if (space.has(digits)) visit(index, digits);
      space.grid.increment(digits);
    }
  }

  #walkCells(from: number, to: number, visit: Visit): void {
    const digits = new Int32Array(this.axes.length);
    this.digits(from, digits);
    for (let position = from; position < to; ) {
      visit(position, digits);
      position++;
      if (position % this.#cells === 0) {
        if (position < to) this.digits(position, digits);
      } else this.#nextCell(digits);
    }
  }

  #nextCell(digits: Int32Array): void {
    for (let a = this.axes.length - 1; a >= this.#baseAxes; a--) {
      if (++digits[a] < this.axes[a].values.length) return;
      digits[a] = 0;
    }
  }

  /** Whether there is a variant at every position. */
  get isWhole(): boolean {
    return this.#shortlist !== null || this.#space.isWhole;
  }

  /** Marks with 1 the variants that exist of those from position `from` on; all others are 0. */
  markExisting(from: number, keep: Uint8Array): void {
    if (this.#shortlist === null) this.#space.markExisting(from, keep);
    else keep.fill(1);
  }

  /**
   * Positions are cut, from the first one on, into runs that have the same digits on these axes:
   * how many positions a run has at least. Infinite without axes.
   */
  runLength(axes: readonly number[]): number {
    return axes.reduce((least, axis) => Math.min(least, this.#stride(axis)), Infinity);
  }

  /** Adds to `out` the digits on an axis of the runs from the first one on, times a weight. */
  addDigits(axis: number, runs: PositionRuns, weight: number, out: Int32Array): void {
    if (this.#shortlist !== null && axis < this.#baseAxes) {
      this.#addBaseDigits(axis, runs, weight, out);
      return;
    }
    const stride = this.#stride(axis) / runs.length;
    addRepeatedDigits({ stride, radix: this.axes[axis].values.length }, runs.first, weight, out);
  }

  /** Positions of one digit; those of a strategy's axis in Stage B are a row's. */
  #stride(axis: number): number {
    if (this.#shortlist === null) return this.#space.grid.strides[axis];
    if (axis < this.#baseAxes) return this.#cells;
    let stride = 1;
    for (let a = axis + 1; a < this.axes.length; a++) stride *= this.axes[a].values.length;
    return stride;
  }

  /** All cells of a row have the strategy's digits in common. */
  #addBaseDigits(axis: number, runs: PositionRuns, weight: number, out: Int32Array): void {
    const perRow = this.#cells / runs.length;
    for (let i = 0; i < out.length; ) {
      const row = Math.floor((runs.first + i) / perRow);
      const value = this.#space.grid.digit(this.#shortlist![row], axis) * weight;
      const end = Math.min(out.length, (row + 1) * perRow - runs.first);
      for (; i < end; i++) out[i] += value;
    }
  }

  /** Digits at a position, written to `out`, one an axis. */
  digits(position: number, out: Int32Array): Int32Array {
    const row = Math.floor(position / this.#cells);
    this.#space.grid.digits(this.#shortlist === null ? row : this.#shortlist[row], this.#head(out));
    for (let a = this.axes.length - 1, rest = position % this.#cells; a >= this.#baseAxes; a--) {
      const radix = this.axes[a].values.length;
      out[a] = rest % radix;
      rest = Math.floor(rest / radix);
    }
    return out;
  }

  /** Position of the variant with these digits, or -1 where the stage has not scored it. */
  positionAt(digits: Int32Array): number {
    const base = this.#head(digits);
    if (!this.#space.has(base)) return -1;
    let cell = 0;
    for (let a = this.#baseAxes; a < this.axes.length; a++) {
      cell = cell * this.axes[a].values.length + digits[a];
    }
    return this.#positionIn(this.#space.grid.indexOf(base), cell);
  }

  /** Position of a variant by its number, or -1 where the stage has not scored it. */
  positionOf(variantIndex: number): number {
    if (!Number.isInteger(variantIndex) || variantIndex < 0) return -1;
    const base = Math.floor(variantIndex / this.#cells);
    if (base >= this.#space.grid.size) return -1;
    const exists = this.#space.has(this.#space.grid.digits(base, new Int32Array(this.#baseAxes)));
    return exists ? this.#positionIn(base, variantIndex - base * this.#cells) : -1;
  }

  #positionIn(base: number, cell: number): number {
    if (this.#shortlist === null) return base;
    const row = this.#shortlist.indexOf(base);
    return row < 0 ? -1 : row * this.#cells + cell;
  }

  /** The number of the variant at a position. */
  variantIndex(position: number): number {
    if (this.#shortlist === null) return position;
    const row = Math.floor(position / this.#cells);
    return this.#shortlist[row] * this.#cells + (position % this.#cells);
  }

  /** The strategy's digits; a grid reads as many as it has axes. */
  #head(digits: Int32Array): Int32Array {
    return this.#shortlist === null ? digits : digits.subarray(0, this.#baseAxes);
  }
}

/** Axes of the risk grid that are used: `[null]` is none. Without them there is one cell. */
function riskAxes(sweep: StageShape): StageAxis[] {
  return Object.entries(RISK_AXES)
    .map(([key, name]) => ({ name, values: sweep[key as keyof typeof RISK_AXES] }))
    .filter(({ values }) => values.length > 1 || values[0] !== null);
}

/** Whether an axis of this name belongs to the risk grid, which Stage B alone has. */
export function isRiskAxis(sweep: Sweep, name: string): boolean {
  const isStrategys = sweep.axes.some((axis: Axis) => axis.name === name);
  return !isStrategys && Object.values<string>(RISK_AXES).includes(name);
}
