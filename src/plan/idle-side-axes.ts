import type { ExecutionSettings } from "../core/execution/settings.ts";
import type { Axis } from "../core/grid/axis.ts";
import type { ParameterValue, ParameterValues } from "../core/parameter.ts";
import type { SeriesRef } from "../core/signals/atom.ts";
import { findRule } from "../core/signals/registry.ts";
import type { Rule } from "../core/signals/rule.ts";
import type { SignalBinding } from "../core/stages/sweep.ts";
import { type Complaint, complaint } from "../core/user-error.ts";
import type { ResolvedStrategy, Strategy } from "./resolve-strategy.ts";

/** Values of a rule's parameters, each a list. */
export type RuleValues = Readonly<Record<string, readonly ParameterValue[]>>;

/**
 * Refuses signal axes that move the forbidden side of a direction alone: each variant would be
 * there as often as the axis has values. The level of a band's other side often is such an axis,
 * but not always: which of the levels is the larger turns the comparison round.
 */
export function refuseIdleSideAxes(
  strategy: Strategy,
  { signals, axes }: ResolvedStrategy,
  direction: ExecutionSettings["direction"],
  report: (fault: Complaint) => void,
): void {
  const side = tradedSide(direction);
  if (side === null) return;
  for (const signal of signals) {
    const rule = findRule(signal.rule)!;
    const values = valuesOf(rule, signal, axes);
    for (const { name } of rule.params) {
      if (values[name].length === 1 || movesSide(rule, values, name, side)) continue;
      const at = (strategy.signals ?? []).findIndex((spec) => nameOf(spec) === signal.name);
      const message = `changes nothing: ${direction} reads the ${side} side only`;
      const path = `strategy.signals.${at}.params.${name}`;
      report(complaint(path, message, strategy.signals?.[at]?.params[name], "one value"));
    }
  }
}

/** The one side that a direction trades; null where it trades both. */
export function tradedSide(direction: ExecutionSettings["direction"]): "long" | "short" | null {
  if (direction === "LONG_SHORT") return null;
  return direction === "LONG_ONLY" ? "long" : "short";
}

/**
 * Whether some choice of the other parameters makes the side's atom another one for another value
 * of this one. The smallest value and the largest tell: atoms say how values are ordered.
 */
export function movesSide(
  rule: Rule,
  values: RuleValues,
  name: string,
  side: "long" | "short",
): boolean {
  const [smallest, largest] = extremes(values[name]);
  const others = rule.params.map((spec) => spec.name).filter((other) => other !== name);
  const differs = (chosen: ParameterValues) =>
    atomText(rule, { ...chosen, [name]: smallest }, side) !==
    atomText(rule, { ...chosen, [name]: largest }, side);
  return someChoice(others, values, {}, differs);
}

function extremes(values: readonly ParameterValue[]): [ParameterValue, ParameterValue] {
  const sorted = [...values].sort((a, b) => Number(a) - Number(b));
  return [sorted[0], sorted[sorted.length - 1]];
}

/** Whether one of all choices of the named parameters passes. */
function someChoice(
  names: readonly string[],
  values: RuleValues,
  chosen: ParameterValues,
  passes: (chosen: ParameterValues) => boolean,
): boolean {
  const [name, ...rest] = names;
  if (name === undefined) return passes(chosen);
  return values[name].some((value) =>
    someChoice(rest, values, { ...chosen, [name]: value }, passes),
  );
}

/** What the side compares, over series that stand for any. */
function atomText(rule: Rule, params: ParameterValues, side: "long" | "short"): string {
  const names = rule.readsPrice ? [...rule.operands, "price"] : rule.operands;
  const standIn = (name: string): SeriesRef => ({
    kind: "output",
    indicator: name,
    params: {},
    output: name,
  });
  const operands = Object.fromEntries(names.map((name) => [name, standIn(name)]));
  return JSON.stringify(rule.atoms(operands, params)[side]);
}

function valuesOf(rule: Rule, { params }: SignalBinding, axes: readonly Axis[]): RuleValues {
  const entries = rule.params.map(({ name, default: value }) => {
    const binding = params[name];
    if (binding === undefined) return [name, [value]];
    return [name, "axis" in binding ? axes[binding.axis].values : [binding.value]];
  });
  return Object.fromEntries(entries);
}

function nameOf({ name, of }: NonNullable<Strategy["signals"]>[number]): string {
  return name ?? of.split(".")[0];
}
