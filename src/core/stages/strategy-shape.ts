import type { Grid } from "../grid/grid.ts";
import {
  type ConditionTemplate,
  chooseSeries,
  comparesRows,
  templateAxes,
  type ValueTemplate,
} from "../signals/condition.ts";
import { type LegShape, legShape } from "./leg-shape.ts";
import type { RowSource } from "./pair-rows.ts";
import { chooseBy, operandAxes, resolveOperand } from "./signal-planes.ts";
import type { OperandBinding, Sweep } from "./sweep.ts";

/** Long where a row of one family is above a row of another, short where it is below. */
export interface PairShape {
  readonly kind: "pairs";
  /** They depend on different axes. */
  readonly left: RowSource;
  readonly right: RowSource;
  /** Sides that the strategy has at all. */
  readonly long: boolean;
  readonly short: boolean;
}

/** What an engine of its own may know how to score; every other strategy is generic. */
export type StrategyShape = PairShape | LegShape | { readonly kind: "generic" };

const GENERIC: StrategyShape = { kind: "generic" };

/** The shape of a sweep's strategy. It chooses how to compute, never what. */
export function strategyShape(sweep: Sweep, grid: Grid): StrategyShape {
  return pairShape(sweep, grid) ?? legShape(sweep, grid) ?? GENERIC;
}

function pairShape(sweep: Sweep, grid: Grid): PairShape | null {
  const shape =
    sweep.expressions === undefined ? crossedRows(sweep, grid) : comparedRows(sweep, grid);
  if (shape === null || shape.left.axes.some((axis) => shape.right.axes.includes(axis))) {
    return null;
  }
  return shape;
}

function crossedRows(sweep: Sweep, grid: Grid): PairShape | null {
  const [signal, ...others] = sweep.signals;
  if (signal?.rule !== "cross" || others.length > 0) return null;
  const rowsOf = (operand: OperandBinding): RowSource => ({
    axes: operandAxes(sweep, operand),
    series: (digits) => resolveOperand(sweep, operand, chooseBy(grid, digits)),
  });
  const { of, against } = signal.operands;
  const { direction } = sweep.execution;
  return {
    kind: "pairs",
    left: rowsOf(of),
    right: rowsOf(against),
    long: direction !== "SHORT_ONLY",
    short: direction !== "LONG_ONLY",
  };
}

/** Long where `a > b`, short where `a < b`, or one of the two; without exits. */
function comparedRows(sweep: Sweep, grid: Grid): PairShape | null {
  const { long, short, exitLong, exitShort } = sweep.expressions ?? {};
  if (exitLong !== undefined || exitShort !== undefined) return null;
  const sides = [long, short].filter((side) => side !== undefined).map(greaterFirst);
  const [first, second] = sides;
  if (first === undefined || sides.includes(null)) return null;
  const [left, right] = long === undefined ? first!.toReversed() : first!;
  if (second !== undefined && JSON.stringify(second) !== JSON.stringify([right, left])) return null;
  const rowsOf = (operand: ValueTemplate): RowSource => ({
    axes: templateAxes(operand),
    series: (digits) => chooseSeries(operand, chooseBy(grid, digits)),
  });
  const { direction } = sweep.execution;
  return {
    kind: "pairs",
    left: rowsOf(left),
    right: rowsOf(right),
    long: long !== undefined && direction !== "SHORT_ONLY",
    short: short !== undefined && direction !== "LONG_ONLY",
  };
}

/** The operands of a strict comparison of two series, the one that is to be greater first. */
function greaterFirst(template: ConditionTemplate): readonly [ValueTemplate, ValueTemplate] | null {
  if (template.kind !== "compare" || !comparesRows(template)) return null;
  const { left, op, right } = template;
  if (op === ">") return [left, right];
  return op === "<" ? [right, left] : null;
}
