import type { Axis } from "../core/grid/axis.ts";
import { type ConditionTemplate, SIDES, type Sides } from "../core/signals/condition.ts";
import {
  type CompiledExpression,
  compileExpression,
  type ExpressionParameter,
} from "../core/signals/expression/compile-expression.ts";
import { ExpressionFault } from "../core/signals/expression/expression-fault.ts";
import { type Complaint, complaint } from "../core/user-error.ts";
import { AxisLister } from "./axis-lister.ts";
import { compareText } from "./compare-text.ts";
import type { ResolvedStrategy, Strategy } from "./resolve-strategy.ts";

type Expressions = NonNullable<Strategy["expressions"]>;

/**
 * Compiles the expressions of a strategy. Every parameter is an axis of its own name, in the order
 * of names, of one value if need be; one that no expression reads is an error.
 */
export function resolveExpressions(strategy: Strategy): ResolvedStrategy {
  const found: Complaint[] = [];
  const report = (fault: Complaint) => void found.push(fault);
  const expressions = strategy.expressions ?? {};
  refuseCatalogue(strategy, report);
  refuseIncomplete(expressions, report);
  const axes = listAxes(strategy, report);
  const parameters = new Map(axes.map(({ name, values }, axis) => [name, { axis, values }]));
  const compiled = compileSides(expressions, parameters, report);
  // An expression that was refused makes what it reads look unused.
  if (found.length === 0) refuseUnread(strategy, axes, Object.values(compiled), report);
  return {
    axes,
    indicators: [],
    signals: [],
    expressions: conditionsOf(compiled),
    complaints: found,
  };
}

type Report = (fault: Complaint) => void;

function refuseCatalogue({ indicators, signals }: Strategy, report: Report): void {
  const message = "expressions call their indicators themselves";
  if (indicators !== undefined) report(complaint("strategy.indicators", message, indicators));
  if (signals !== undefined) report(complaint("strategy.signals", message, signals));
}

function refuseIncomplete(expressions: Expressions, report: Report): void {
  const { long, exitLong, short, exitShort } = expressions;
  const path = "strategy.expressions";
  if (long === undefined && short === undefined) {
    report(complaint(path, "a strategy needs an entry", undefined, "long or short"));
    return;
  }
  const message = "an exit without an entry";
  if (exitLong !== undefined && long === undefined) {
    report(complaint(`${path}.exitLong`, message, exitLong, "an expression for long"));
  }
  if (exitShort !== undefined && short === undefined) {
    report(complaint(`${path}.exitShort`, message, exitShort, "an expression for short"));
  }
}

function listAxes({ parameters }: Strategy, report: Report): Axis[] {
  const lister = new AxisLister(report);
  const specs = Object.entries(parameters ?? {}).sort(([a], [b]) => compareText(a, b));
  return specs.map(([name, spec]) => ({
    name,
    values: lister.list(spec, `strategy.parameters.${name}`),
  }));
}

function compileSides(
  expressions: Expressions,
  parameters: ReadonlyMap<string, ExpressionParameter>,
  report: Report,
): Sides<CompiledExpression> {
  const compiled = SIDES.flatMap((side) => {
    const text = expressions[side];
    if (text === undefined) return [];
    try {
      return [[side, compileExpression(text, parameters)] as const];
    } catch (error) {
      if (!(error instanceof ExpressionFault)) throw error;
      report(complaint(`strategy.expressions.${side}`, error.message, text, error.expected));
      return [];
    }
  });
  return Object.fromEntries(compiled);
}

function refuseUnread(
  { parameters }: Strategy,
  axes: readonly Axis[],
  compiled: readonly CompiledExpression[],
  report: Report,
): void {
  for (const { name } of axes) {
    if (compiled.some(({ reads }) => reads.has(name))) continue;
    const path = `strategy.parameters.${name}`;
    report(complaint(path, "no expression reads this parameter", parameters?.[name], `$${name}`));
  }
}

function conditionsOf(compiled: Sides<CompiledExpression>): Sides<ConditionTemplate> {
  const conditions = Object.entries(compiled).map(([side, { condition }]) => [side, condition]);
  return Object.fromEntries(conditions);
}
