import type { Binding } from "../stages/sweep.ts";
import { calculateNumber } from "./arithmetic.ts";
import type { ArithmeticOp, Atom, Comparison, SeriesRef } from "./atom.ts";

/** Atoms joined by AND and OR: what one side of a strategy asks for at a bar. */
export type Condition =
  | { readonly kind: "atom"; readonly atom: Atom }
  | { readonly kind: "and" | "or"; readonly of: readonly Condition[] };

/** What makes a strategy's signal; a side without an entry never trades. */
export interface Sides<T> {
  readonly long?: T;
  readonly exitLong?: T;
  readonly short?: T;
  readonly exitShort?: T;
}
export const SIDES = ["long", "exitLong", "short", "exitShort"] as const;

/** A number or a series whose parameters are still to be chosen: pure data. */
export type ValueTemplate =
  | { readonly kind: "number"; readonly value: Binding }
  | { readonly kind: "price"; readonly source: Binding }
  | {
      readonly kind: "output";
      readonly indicator: string;
      /** Every parameter of the indicator. */
      readonly params: Readonly<Record<string, Binding>>;
      readonly output: string;
    }
  | { readonly kind: "shifted"; readonly of: ValueTemplate; readonly bars: Binding }
  | {
      readonly kind: "arithmetic";
      readonly op: ArithmeticOp;
      readonly left: ValueTemplate;
      readonly right: ValueTemplate;
    };

/** A comparison whose left side is a series. */
export interface ComparisonTemplate {
  readonly kind: "compare";
  readonly left: ValueTemplate;
  readonly op: Comparison;
  readonly right: ValueTemplate;
}

/** A condition whose parameters are still to be chosen: pure data. */
export type ConditionTemplate =
  | ComparisonTemplate
  | { readonly kind: "and" | "or"; readonly of: readonly ConditionTemplate[] };

export type Choose = (binding: Binding) => number | string;

export function chooseCondition(template: ConditionTemplate, choose: Choose): Condition {
  if (template.kind === "compare") return { kind: "atom", atom: chooseAtom(template, choose) };
  return { kind: template.kind, of: template.of.map((part) => chooseCondition(part, choose)) };
}

export function chooseAtom({ left, op, right }: ComparisonTemplate, choose: Choose): Atom {
  return { left: chooseSeries(left, choose), op, right: chooseValue(right, choose) };
}

/** The series that a template of one stands for. */
export function chooseSeries(template: ValueTemplate, choose: Choose): SeriesRef {
  const chosen = chooseValue(template, choose);
  if (typeof chosen === "number") throw new Error(`the number ${chosen} where a series belongs`);
  return chosen;
}

export function chooseValue(template: ValueTemplate, choose: Choose): SeriesRef | number {
  switch (template.kind) {
    case "number":
      // One zero only: a key cannot tell the two apart.
      return (choose(template.value) as number) + 0;
    case "price":
      return { kind: "price", source: choose(template.source) as "close" };
    case "output": {
      const { kind, indicator, params, output } = template;
      const given = Object.entries(params).map(([name, binding]) => [name, choose(binding)]);
      return { kind, indicator, params: Object.fromEntries(given), output };
    }
    case "shifted":
      return shiftedBy(chooseSeries(template.of, choose), choose(template.bars) as number);
    case "arithmetic":
      return chooseArithmetic(template, choose);
  }
}

function chooseArithmetic(
  { op, left, right }: ValueTemplate & { readonly kind: "arithmetic" },
  choose: Choose,
): SeriesRef | number {
  const [a, b] = [chooseValue(left, choose), chooseValue(right, choose)];
  if (typeof a === "number" && typeof b === "number") return calculateNumber(a, op, b) + 0;
  return { kind: "arithmetic", op, left: a, right: b };
}

/** One shift, whatever it is made of, so that equal series have equal keys. */
function shiftedBy(of: SeriesRef, bars: number): SeriesRef {
  if (bars === 0) return of;
  return of.kind === "shifted"
    ? { kind: "shifted", of: of.of, bars: of.bars + bars }
    : { kind: "shifted", of, bars };
}

/** Whether no series goes into it. */
export function isNumber(template: ValueTemplate): boolean {
  if (template.kind === "arithmetic") return isNumber(template.left) && isNumber(template.right);
  return template.kind === "number";
}

/** Whether it compares one family of series with another, as rows of families can be. */
export function comparesRows({ right }: ComparisonTemplate): boolean {
  return !isNumber(right);
}

/** Every value in a template, the template's own included. */
export function* valuesIn(template: ConditionTemplate | ValueTemplate): Generator<ValueTemplate> {
  switch (template.kind) {
    case "and":
    case "or":
      for (const part of template.of) yield* valuesIn(part);
      return;
    case "compare":
      yield* valuesIn(template.left);
      yield* valuesIn(template.right);
      return;
    case "arithmetic":
      yield template;
      yield* valuesIn(template.left);
      yield* valuesIn(template.right);
      return;
    case "shifted":
      yield template;
      yield* valuesIn(template.of);
      return;
    default:
      yield template;
  }
}

/** Every comparison of a condition, from left to right. */
export function* comparisonsIn(template: ConditionTemplate): Generator<ComparisonTemplate> {
  if (template.kind === "compare") yield template;
  else for (const part of template.of) yield* comparisonsIn(part);
}

/** Positions of the axes that a template depends on, ascending. */
export function templateAxes(template: ConditionTemplate | ValueTemplate): number[] {
  const axes = new Set<number>();
  for (const value of valuesIn(template)) {
    for (const binding of bindingsOf(value)) if ("axis" in binding) axes.add(binding.axis);
  }
  return [...axes].sort((a, b) => a - b);
}

function bindingsOf(value: ValueTemplate): readonly Binding[] {
  switch (value.kind) {
    case "number":
      return [value.value];
    case "price":
      return [value.source];
    case "output":
      return Object.values(value.params);
    case "shifted":
      return [value.bars];
    case "arithmetic":
      return [];
  }
}
