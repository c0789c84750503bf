import type { Grid } from "../grid/grid.ts";
import { findIndicator } from "../indicators/registry.ts";
import type { ParameterValues } from "../parameter.ts";
import { withDefaults } from "../parameter.ts";
import type { BitPlane } from "../series/bit-plane.ts";
import type { AtomPair, SeriesRef } from "../signals/atom.ts";
import type { PlaneSource } from "../signals/plane-source.ts";
import { findRule } from "../signals/registry.ts";
import type { Binding, OperandBinding, SignalBinding, Sweep } from "./sweep.ts";

/** Long and short side of a signal; never both set at a bar. */
export interface PlanePair {
  readonly long: BitPlane;
  readonly short: BitPlane;
}

/**
 * One signal of a sweep as a function of the variant's digits. Only the axes that the signal depends on matter: pairs
 * are remembered by their combination, so axes of other signals cost nothing here.
 */
export class SignalPlanes {
  readonly #sweep: Sweep;
  readonly #grid: Grid;
  readonly #signal: SignalBinding;
  readonly #source: PlaneSource;
  /** Axes this signal depends on, with the radix weight of each within their own product. */
  readonly #axes: Int32Array;
  readonly #radixes: Int32Array;
  readonly #pairs = new Map<number, PlanePair>();
  readonly #maxPairs: number;
  #lastCombination = -1;
  #lastPair: PlanePair | null = null;

  constructor(
    sweep: Sweep,
    grid: Grid,
    signal: SignalBinding,
    planes: { readonly source: PlaneSource; readonly maxPairs: number },
  ) {
    this.#sweep = sweep;
    this.#grid = grid;
    this.#signal = signal;
    this.#source = planes.source;
    this.#maxPairs = planes.maxPairs;
    this.#axes = Int32Array.from(signalAxes(sweep, signal));
    this.#radixes = this.#axes.map((a) => grid.axes[a].values.length);
  }

  at(digits: Int32Array): PlanePair {
    let combination = 0;
    for (let i = 0; i < this.#axes.length; i++) {
      combination = combination * this.#radixes[i] + digits[this.#axes[i]];
    }
    if (combination === this.#lastCombination) return this.#lastPair!;
    let pair = this.#pairs.get(combination);
    if (pair === undefined) {
      pair = this.#compute(digits);
      if (this.#pairs.size >= this.#maxPairs) this.#pairs.clear();
      this.#pairs.set(combination, pair);
    }
    this.#lastCombination = combination;
    this.#lastPair = pair;
    return pair;
  }

  #compute(digits: Int32Array): PlanePair {
    const atoms = signalAtoms(this.#sweep, this.#signal, (binding) =>
      "axis" in binding ? this.#grid.value(binding.axis, digits[binding.axis]) : binding.value,
    );
    return { long: this.#source.plane(atoms.long), short: this.#source.plane(atoms.short) };
  }
}

type Choose = (binding: Binding) => number | string;

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

function resolveOperand(sweep: Sweep, operand: OperandBinding, choose: Choose): SeriesRef {
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

/** Positions of the axes that a signal depends on, through its own parameters and its operands' indicators. */
export function signalAxes(sweep: Sweep, signal: SignalBinding): number[] {
  const axes = new Set<number>();
  const collect = (params: Readonly<Record<string, Binding>>) => {
    for (const binding of Object.values(params)) if ("axis" in binding) axes.add(binding.axis);
  };
  collect(signal.params);
  for (const operand of Object.values(signal.operands)) {
    if ("price" in operand) continue;
    const indicator = sweep.indicators.find((candidate) => candidate.name === operand.indicator);
    if (indicator !== undefined) collect(indicator.params);
  }
  return [...axes].sort((a, b) => a - b);
}
