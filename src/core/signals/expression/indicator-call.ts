import type { Indicator } from "../../indicators/indicator.ts";
import { findIndicator, INDICATORS } from "../../indicators/registry.ts";
import { type ParameterSpec, type ParameterValue, parameterFault } from "../../parameter.ts";
import type { Binding } from "../../stages/sweep.ts";
import type { ValueTemplate } from "../condition.ts";
import { ExpressionFault } from "./expression-fault.ts";
import { suggestion } from "./nearest-name.ts";
import type { ArgumentSyntax, CallSyntax } from "./syntax.ts";

/**
 * How an expression calls an indicator, worked out from the registry:
 *
 *   ema(close, 20)          its id or the part after the dot; source first, where it has one
 *   macd(close, 12, 26)     then its numbers in the registry's order; the rest are defaults
 *   cci(20)                 a source may be left out, too
 *   ema(close, 20, seeding='first')    choices other than the source by name only
 *   macd(fast=12, slow=26)  anything by name; a final `Window` may be left out
 *   macd(close).histogram   an output; the primary one where none is named
 */
export function findCallable(name: string): Indicator | undefined {
  return findIndicator(name) ?? BY_SHORT_NAME.get(name);
}

const BY_SHORT_NAME = new Map(INDICATORS.map((indicator) => [shortName(indicator), indicator]));
export const CALLABLE_NAMES: readonly string[] = [...BY_SHORT_NAME.keys()].sort();

function shortName({ id }: Indicator): string {
  return id.slice(id.indexOf(".") + 1);
}

/** The call with all of its arguments, such as `ema(source, window, seeding=)`. */
export function callSignature(indicator: Indicator): string {
  const positional = positionalSpecs(indicator);
  const named = indicator.params.filter((spec) => !positional.includes(spec));
  const names = [
    ...positional.map((spec) => withoutWindow(spec.name)),
    ...named.map((spec) => `${spec.name}=`),
  ];
  return `${shortName(indicator)}(${names.join(", ")})`;
}

/** What an argument turned out to be: its binding, and every value that it takes. */
export interface ArgumentValue {
  readonly binding: Binding;
  readonly values: readonly ParameterValue[];
}

/** The output that a call stands for. Throws ExpressionFault. */
export function compileCall(
  call: CallSyntax,
  indicator: Indicator,
  bind: (argument: ArgumentSyntax) => ArgumentValue,
): ValueTemplate {
  const output = outputOf(call, indicator);
  const given = new Map<ParameterSpec, Binding>();
  for (const { spec, argument, value } of pairArguments(call, indicator, bind)) {
    if (given.has(spec)) {
      const message = `${spec.name} is given twice`;
      throw new ExpressionFault(message, argument.column, callSignature(indicator));
    }
    refuseIdle(spec, argument, indicator, output);
    refuseUnfit(spec, argument, value);
    given.set(spec, value.binding);
  }
  const params = indicator.params.map((spec) => [
    spec.name,
    given.get(spec) ?? { value: spec.default },
  ]);
  return { kind: "output", indicator: indicator.id, params: Object.fromEntries(params), output };
}

interface Pairing {
  readonly spec: ParameterSpec;
  readonly argument: ArgumentSyntax;
  readonly value: ArgumentValue;
}

function* pairArguments(
  call: CallSyntax,
  indicator: Indicator,
  bind: (argument: ArgumentSyntax) => ArgumentValue,
): Generator<Pairing> {
  const numbers = positionalSpecs(indicator).filter((spec) => spec.kind !== "choice");
  const source = indicator.params.find((spec) => spec.name === "source");
  const signature = callSignature(indicator);
  let taken = 0;
  let named = false;
  for (const [i, argument] of call.arguments.entries()) {
    const { column, name } = argument;
    const value = bind(argument);
    if (name !== null) {
      named = true;
      yield { spec: namedSpec(indicator, name, column), argument, value };
    } else if (named) {
      throw new ExpressionFault("a name is missing", column, `name=value, as in ${signature}`);
    } else if (value.values.some((given) => typeof given === "string")) {
      if (i > 0 || source === undefined) {
        const message = source === undefined ? "it reads no price source" : "expected a number";
        throw new ExpressionFault(message, column, signature);
      }
      yield { spec: source, argument, value };
    } else {
      const spec = numbers[taken++];
      if (spec === undefined) throw new ExpressionFault("one too many", column, signature);
      yield { spec, argument, value };
    }
  }
}

/** The source, then every number, in the registry's order. */
function positionalSpecs({ params }: Indicator): ParameterSpec[] {
  const source = params.filter((spec) => spec.name === "source");
  return [...source, ...params.filter((spec) => spec.kind !== "choice")];
}

function namedSpec(indicator: Indicator, name: string, column: number): ParameterSpec {
  const spec =
    indicator.params.find((known) => known.name === name) ??
    indicator.params.find((known) => withoutWindow(known.name) === name);
  if (spec !== undefined) return spec;
  const known = indicator.params.map((other) => withoutWindow(other.name));
  const message = `${indicator.id} has no parameter ${name}${suggestion(name, known)}`;
  throw new ExpressionFault(message, column, callSignature(indicator));
}

function withoutWindow(name: string): string {
  return name.endsWith("Window") ? name.slice(0, -"Window".length) : name;
}

function outputOf({ output }: CallSyntax, indicator: Indicator): string {
  if (output === null) return indicator.outputs[0];
  if (indicator.outputs.includes(output.name)) return output.name;
  const near = suggestion(output.name, indicator.outputs);
  const message = `${indicator.id} has no output ${output.name}${near}`;
  throw new ExpressionFault(message, output.column, indicator.outputs.join(" | "));
}

/** What cannot change the result is refused, as everywhere. */
function refuseIdle(
  spec: ParameterSpec,
  { column }: ArgumentSyntax,
  indicator: Indicator,
  output: string,
): void {
  const read = indicator.outputParams?.[output];
  if (read === undefined || read.includes(spec.name)) return;
  const others = indicator.outputs.filter((other) => other !== output).map((other) => `.${other}`);
  const expected = `to be left out, or another output: ${others.join(" ")}`;
  throw new ExpressionFault(`${spec.name} does not change ${output}`, column, expected);
}

function refuseUnfit(spec: ParameterSpec, { column }: ArgumentSyntax, value: ArgumentValue): void {
  for (const given of value.values) {
    const fault = parameterFault(spec, given);
    if (fault === null) continue;
    throw new ExpressionFault(`${fault.message}, not ${given}`, column, fault.bound);
  }
}
