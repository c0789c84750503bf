import type { Axis } from "../core/grid/axis.ts";
import type { Indicator } from "../core/indicators/indicator.ts";
import { findIndicator, INDICATORS } from "../core/indicators/registry.ts";
import { type ParameterSpec, type ParameterValue, parameterFault } from "../core/parameter.ts";
import type { ConditionTemplate, Sides } from "../core/signals/condition.ts";
import { findRule, RULES } from "../core/signals/registry.ts";
import type { Rule } from "../core/signals/rule.ts";
import type {
  Binding,
  IndicatorBinding,
  OperandBinding,
  SignalBinding,
} from "../core/stages/sweep.ts";
import { type Complaint, complaint } from "../core/user-error.ts";
import { AxisLister } from "./axis-lister.ts";
import { compareText } from "./compare-text.ts";
import type { AxisSpec, RunRequest } from "./request.ts";
import { resolveExpressions } from "./resolve-expressions.ts";

/** A strategy as the core sees it, with every complaint found on the way. */
export interface ResolvedStrategy {
  readonly axes: readonly Axis[];
  readonly indicators: readonly IndicatorBinding[];
  readonly signals: readonly SignalBinding[];
  readonly expressions?: Sides<ConditionTemplate>;
  readonly complaints: readonly Complaint[];
}

export type Strategy = RunRequest["strategy"];
type SignalSpec = NonNullable<Strategy["signals"]>[number];

/**
 * Binds names to definitions and parameters to axes. Every given parameter becomes an axis, of one
 * value if need be; the others keep their defaults and show in no result. Axes: indicators by id
 * then name, their parameters in definition order, then signal parameters by name.
 */
export function resolveStrategy(strategy: Strategy): ResolvedStrategy {
  if (strategy.expressions !== undefined) return resolveExpressions(strategy);
  return new Resolver(strategy).resolve();
}

class Resolver {
  readonly #indicatorSpecs: NonNullable<Strategy["indicators"]>;
  readonly #strategy: Strategy;
  readonly #axes: Axis[] = [];
  readonly #complaints: Complaint[] = [];
  readonly #definitions = new Map<string, Indicator>();
  readonly #lister = new AxisLister((found) => this.#report(found));
  /** A signal that was refused makes what it reads look unused. */
  #signalRefused = false;

  constructor(strategy: Strategy) {
    this.#strategy = strategy;
    this.#indicatorSpecs = strategy.indicators ?? {};
  }

  resolve(): ResolvedStrategy {
    const { parameters } = this.#strategy;
    if (parameters !== undefined) {
      this.#report(complaint("strategy.parameters", "only expressions read them", parameters));
    }
    const indicators = this.#indicators();
    const signals = this.#signals();
    if (!this.#signalRefused) this.#refuseUnused(indicators, signals);
    return { axes: this.#axes, indicators, signals, complaints: this.#complaints };
  }

  #report = (found: Complaint): void => {
    this.#complaints.push(found);
  };

  #indicators(): IndicatorBinding[] {
    const specs = Object.entries(this.#indicatorSpecs);
    if (specs.length === 0) {
      this.#report(complaint("strategy.indicators", "a strategy needs an indicator", {}, ">= 1"));
    }
    const known: { name: string; definition: Indicator }[] = [];
    for (const [name, spec] of specs) {
      const definition = findIndicator(spec.id);
      if (definition === undefined) {
        const ids = INDICATORS.map((indicator) => indicator.id).join(" | ");
        this.#report(
          complaint(`strategy.indicators.${name}.id`, "unknown indicator", spec.id, ids),
        );
      } else {
        this.#definitions.set(name, definition);
        known.push({ name, definition });
      }
    }
    known.sort(
      (a, b) => compareText(a.definition.id, b.definition.id) || compareText(a.name, b.name),
    );
    return known.map(({ name, definition }) => ({
      name,
      id: definition.id,
      params: this.#bind(definition.params, this.#indicatorSpecs[name].params, {
        path: `strategy.indicators.${name}.params`,
        axis: name,
      }),
    }));
  }

  #signals(): SignalBinding[] {
    const specs = this.#strategy.signals ?? this.#defaultSignals();
    const drafts = specs.map((spec, i) => this.#draft(spec, `strategy.signals.${i}`));
    const named = drafts.filter((draft) => draft !== null);
    this.#signalRefused = named.length < drafts.length;
    named.sort((a, b) => compareText(a.name, b.name));
    named.forEach((draft, i) => {
      if (i > 0 && draft.name === named[i - 1].name) {
        const path = `${draft.path}.name`;
        this.#report(complaint(path, "signals need distinct names", draft.name, "unique"));
      }
    });
    return named.map(({ name, rule, operands, spec, path }) => ({
      name,
      rule: rule.id,
      operands,
      params: this.#bind(rule.params, spec.params, {
        path: `${path}.params`,
        axis: `signal.${name}`,
      }),
    }));
  }

  /** Each indicator's own rule on its own output. */
  #defaultSignals(): SignalSpec[] {
    return [...this.#definitions].map(([name, { defaultRule }]) => ({
      rule: defaultRule.rule,
      of: `${name}.${defaultRule.output}`,
      ...(defaultRule.against === undefined ? {} : { against: `${name}.${defaultRule.against}` }),
      params: defaultRule.params ?? {},
    }));
  }

  #draft(spec: SignalSpec, path: string) {
    const rule = findRule(spec.rule);
    if (rule === undefined) {
      const ids = RULES.map((known) => known.id).join(" | ");
      this.#report(complaint(`${path}.rule`, "unknown rule", spec.rule, ids));
      return null;
    }
    const operands = this.#operands(rule, spec, path);
    if (operands === null) return null;
    return { name: spec.name ?? spec.of.split(".")[0], rule, operands, spec, path };
  }

  #operands(rule: Rule, spec: SignalSpec, path: string): Record<string, OperandBinding> | null {
    const operands: Record<string, OperandBinding> = {};
    const given = { of: spec.of, against: spec.against };
    for (const [name, reference] of Object.entries(given)) {
      const wanted = rule.operands.includes(name);
      if (!wanted && reference !== undefined) {
        const bound = rule.operands.join(", ");
        this.#report(complaint(`${path}.${name}`, `unused by rule ${rule.id}`, reference, bound));
      }
      if (!wanted) continue;
      if (reference === undefined) {
        const message = `rule ${rule.id} needs a series here`;
        this.#report(complaint(`${path}.${name}`, message, undefined, "name or name.output"));
        return null;
      }
      const operand = this.#output(reference, `${path}.${name}`);
      if (operand === null) return null;
      operands[name] = operand;
    }
    if (isSameSeries(operands.of, operands.against)) {
      const message = "a series against itself never signals";
      this.#report(complaint(`${path}.against`, message, spec.against, "another series"));
      return null;
    }
    return operands;
  }

  /** `name` or `name.output`. */
  #output(reference: string, path: string): OperandBinding | null {
    const [name, output, ...rest] = reference.split(".");
    const definition = this.#definitions.get(name);
    if (definition === undefined) {
      if (!Object.hasOwn(this.#indicatorSpecs, name)) {
        const names = Object.keys(this.#indicatorSpecs).join(" | ");
        this.#report(complaint(path, "no indicator of this name", reference, names));
      }
      return null;
    }
    const chosen = output ?? definition.outputs[0];
    if (rest.length > 0 || !definition.outputs.includes(chosen)) {
      const bound = definition.outputs.join(" | ");
      this.#report(complaint(path, `${definition.id} has no such output`, reference, bound));
      return null;
    }
    return { indicator: name, output: chosen };
  }

  #bind(
    specs: readonly ParameterSpec[],
    given: Readonly<Record<string, AxisSpec>>,
    at: { readonly path: string; readonly axis: string },
  ): Record<string, Binding> {
    const names = specs.map((spec) => spec.name);
    for (const [name, value] of Object.entries(given)) {
      if (names.includes(name)) continue;
      const bound = names.join(" | ") || "none";
      this.#report(complaint(`${at.path}.${name}`, "unknown parameter", value, bound));
    }
    const bindings: Record<string, Binding> = {};
    for (const spec of specs) {
      if (!Object.hasOwn(given, spec.name)) continue;
      const path = `${at.path}.${spec.name}`;
      const values = this.#lister.list(given[spec.name], path);
      this.#checkValues(spec, values, path);
      bindings[spec.name] = { axis: this.#axes.length };
      this.#axes.push({ name: `${at.axis}.${spec.name}`, values });
    }
    return bindings;
  }

  #checkValues(spec: ParameterSpec, values: readonly ParameterValue[], path: string): void {
    for (const value of values) {
      const fault = parameterFault(spec, value);
      if (fault === null) continue;
      this.#report(complaint(path, fault.message, value, fault.bound));
      return;
    }
  }

  /** What no signal reads would only fill the shortlist with copies of the same variant. */
  #refuseUnused(indicators: readonly IndicatorBinding[], signals: readonly SignalBinding[]): void {
    for (const indicator of indicators) {
      const path = `strategy.indicators.${indicator.name}`;
      const outputs = outputsRead(indicator.name, signals);
      if (outputs.length === 0) {
        this.#report(complaint(path, "no signal reads this indicator", indicator.id));
        continue;
      }
      const definition = this.#definitions.get(indicator.name)!;
      for (const param of Object.keys(indicator.params)) {
        if (outputs.some((output) => dependsOn(definition, output, param))) continue;
        const read = outputs.join(", ");
        const message = `changes nothing: the signals read only ${read}`;
        const given = this.#indicatorSpecs[indicator.name].params[param];
        this.#report(complaint(`${path}.params.${param}`, message, given));
      }
    }
  }
}

function isSameSeries(a: OperandBinding | undefined, b: OperandBinding | undefined): boolean {
  if (a === undefined || b === undefined || "price" in a || "price" in b) return false;
  return a.indicator === b.indicator && a.output === b.output;
}

function outputsRead(name: string, signals: readonly SignalBinding[]): string[] {
  const read = signals
    .flatMap((signal) => Object.values(signal.operands))
    .filter((operand) => "indicator" in operand)
    .filter((operand) => operand.indicator === name)
    .map((operand) => operand.output);
  return [...new Set(read)];
}

function dependsOn(definition: Indicator, output: string, param: string): boolean {
  const params = definition.outputParams?.[output];
  return params === undefined || params.includes(param);
}
