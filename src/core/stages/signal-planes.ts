import type { Grid } from "../grid/grid.ts";
import { findIndicator } from "../indicators/registry.ts";
import type { ParameterValues } from "../parameter.ts";
import { withDefaults } from "../parameter.ts";
import type { BitPlane } from "../series/bit-plane.ts";
import type { AtomPair, SeriesRef } from "../signals/atom.ts";
import type { Choose } from "../signals/condition.ts";
import type { PlaneSource } from "../signals/plane-source.ts";
import { findRule } from "../signals/registry.ts";
import type { PlanePair, ScoringBackend } from "./backend.ts";
import { PairRows, type RowSource } from "./pair-rows.ts";
import type { Binding, OperandBinding, SignalBinding, Sweep } from "./sweep.ts";

/**
 * One signal of a sweep as a function of the variant's digits. Only the axes that the signal
 * depends on matter: pairs are remembered by their combination, so axes of other signals cost
 * nothing here. A signal whose pairs would not fit the plane room computes each into planes of its
 * own.
 */
export class SignalPlanes {
  readonly #sweep: Sweep;
  readonly #grid: Grid;
  readonly #signal: SignalBinding;
  readonly #source: PlaneSource;
  /** Axes this signal depends on, with the radix of each. */
  readonly #axes: Int32Array;
  readonly #radixes: Int32Array;
  readonly #pairs = new Map<number, PlanePair>();
  /** Where pairs go that are not kept; null where they are. */
  readonly #scratch: PlanePair | null;
  /** Where the signal compares two families of rows. */
  readonly #rows: PairRows | null;
  #generation = -1;
  #lastCombination = -1;
  #lastPair: PlanePair | null = null;
  /** Grows whenever `at` writes new bits into planes it has handed out before. */
  version = 0;

  constructor(sweep: Sweep, grid: Grid, signal: SignalBinding, planes: SignalPlanesOptions) {
    this.#sweep = sweep;
    this.#grid = grid;
    this.#signal = signal;
    this.#source = planes.source;
    this.#axes = Int32Array.from(signalAxes(sweep, signal));
    this.#radixes = this.#axes.map((a) => grid.axes[a].values.length);
    const keeps = distinctAtoms(sweep, signal) <= planes.maxAtoms;
    this.#scratch = keeps ? null : { long: planes.newPlane(), short: planes.newPlane() };
    this.#rows = keeps ? null : crossedRows(sweep, grid, signal, planes);
  }

  at(digits: Int32Array): PlanePair {
    if (this.#source.generation !== this.#generation) this.#forget();
    let combination = 0;
    for (let i = 0; i < this.#axes.length; i++) {
      combination = combination * this.#radixes[i] + digits[this.#axes[i]];
    }
    if (combination !== this.#lastCombination) {
      this.#lastPair = this.#pair(combination, digits);
      this.#lastCombination = combination;
    }
    return this.#lastPair!;
  }

  #pair(combination: number, digits: Int32Array): PlanePair {
    if (this.#scratch !== null) {
      this.version++;
      if (this.#rows !== null) {
        this.#rows.compare(digits, this.#scratch);
        return this.#scratch;
      }
      const atoms = this.#atoms(digits);
      this.#source.compute(atoms.long, this.#scratch.long);
      this.#source.compute(atoms.short, this.#scratch.short);
      return this.#scratch;
    }
    let pair = this.#pairs.get(combination);
    if (pair === undefined) {
      const atoms = this.#atoms(digits);
      pair = { long: this.#source.plane(atoms.long), short: this.#source.plane(atoms.short) };
      if (this.#pairs.size >= MAX_PAIRS) this.#pairs.clear();
      this.#pairs.set(combination, pair);
    }
    return pair;
  }

  #atoms(digits: Int32Array): AtomPair {
    return signalAtoms(this.#sweep, this.#signal, chooseBy(this.#grid, digits));
  }

  #forget(): void {
    this.#generation = this.#source.generation;
    this.#pairs.clear();
    this.#lastCombination = -1;
    this.version++;
  }
}

export interface SignalPlanesOptions {
  readonly source: PlaneSource;
  /** A signal with more distinct atoms than this keeps none. */
  readonly maxAtoms: number;
  readonly newPlane: () => BitPlane;
  readonly backend: ScoringBackend;
  readonly bars: number;
  /** Variants that are scored by themselves, while an engine scores all others. */
  readonly alone: number;
}

/** Entries of the look-up from combination to pair; the planes themselves are counted elsewhere. */
export const MAX_PAIRS = 65_536;

/**
 * Most atoms a signal can have: an atom depends on its series and on one signal parameter, so the
 * parameters of the two sides add up rather than multiply.
 */
export function distinctAtoms(sweep: Sweep, signal: SignalBinding): number {
  const length = (binding: Binding) =>
    "axis" in binding ? sweep.axes[binding.axis].values.length : 1;
  const own = Object.values(signal.params).reduce((sum, binding) => sum + length(binding), 0);
  const axes = new Set(signalAxes(sweep, signal));
  for (const binding of Object.values(signal.params))
    if ("axis" in binding) axes.delete(binding.axis);
  const series = [...axes].reduce((product, a) => product * sweep.axes[a].values.length, 1);
  return series * 2 * Math.max(1, own);
}

/** The values that a variant's digits stand for. */
export function chooseBy(grid: Grid, digits: ArrayLike<number>): Choose {
  return (binding) =>
    "axis" in binding ? grid.value(binding.axis, digits[binding.axis]) : binding.value;
}

/** The rows that a signal of the `cross` rule compares; null where they do not fit. */
function crossedRows(
  sweep: Sweep,
  grid: Grid,
  signal: SignalBinding,
  planes: SignalPlanesOptions,
): PairRows | null {
  if (signal.rule !== "cross") return null;
  const rowsOf = (operand: OperandBinding): RowSource => ({
    axes: operandAxes(sweep, operand),
    series: (digits) => resolveOperand(sweep, operand, chooseBy(grid, digits)),
  });
  const { of, against } = signal.operands;
  return PairRows.of(grid, [rowsOf(of), rowsOf(against)], planes);
}

/** The atoms of a signal with every parameter chosen. */
export function signalAtoms(sweep: Sweep, signal: SignalBinding, choose: Choose): AtomPair {
  const rule = findRule(signal.rule);
  if (rule === undefined) throw new Error(`unknown rule ${signal.rule}`);
  const operands: Record<string, SeriesRef> = {};
  for (const [name, operand] of Object.entries(signal.operands)) {
    operands[name] = resolveOperand(sweep, operand, choose);
  }
  if (rule.readsPrice) operands.price = priceBehind(operands.of);
  return rule.atoms(operands, withDefaults(rule.params, chosen(signal.params, choose)));
}

/** The series an operand stands for, with every parameter chosen. */
export function resolveOperand(sweep: Sweep, operand: OperandBinding, choose: Choose): SeriesRef {
  if ("price" in operand) return { kind: "price", source: operand.price };
  const binding = sweep.indicators.find((indicator) => indicator.name === operand.indicator);
  if (binding === undefined) throw new Error(`no indicator named ${operand.indicator}`);
  const indicator = findIndicator(binding.id);
  if (indicator === undefined) throw new Error(`unknown indicator ${binding.id}`);
  return {
    kind: "output",
    indicator: binding.id,
    params: withDefaults(indicator.params, chosen(binding.params, choose)),
    output: operand.output,
  };
}

/** The price series that an indicator reads: its own source, the close where it has none. */
function priceBehind(of: SeriesRef): SeriesRef {
  if (of.kind !== "output") throw new Error("the price rule reads an indicator output");
  return { kind: "price", source: (of.params.source ?? "close") as "close" };
}

function chosen(bindings: Readonly<Record<string, Binding>>, choose: Choose): ParameterValues {
  const values: Record<string, number | string> = {};
  for (const [name, binding] of Object.entries(bindings)) values[name] = choose(binding);
  return values;
}

/**
 * Positions of the axes that a signal depends on, through its own parameters and its operands'
 * indicators.
 */
export function signalAxes(sweep: Sweep, signal: SignalBinding): number[] {
  const axes = new Set(axesOf(signal.params));
  for (const operand of Object.values(signal.operands)) {
    for (const axis of operandAxes(sweep, operand)) axes.add(axis);
  }
  return [...axes].sort((a, b) => a - b);
}

/** Positions of the axes that an operand depends on, ascending. */
export function operandAxes(sweep: Sweep, operand: OperandBinding): number[] {
  if ("price" in operand) return [];
  const indicator = sweep.indicators.find((candidate) => candidate.name === operand.indicator);
  return axesOf(indicator?.params ?? {}).sort((a, b) => a - b);
}

function axesOf(params: Readonly<Record<string, Binding>>): number[] {
  return Object.values(params).flatMap((binding) => ("axis" in binding ? [binding.axis] : []));
}
