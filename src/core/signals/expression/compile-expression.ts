import type { ParameterValue } from "../../parameter.ts";
import { PRICE_SOURCES } from "../../series/price-source.ts";
import { calculateNumber } from "../arithmetic.ts";
import type { Comparison } from "../atom.ts";
import type { ConditionTemplate, ValueTemplate } from "../condition.ts";
import { ExpressionFault } from "./expression-fault.ts";
import { type ArgumentValue, CALLABLE_NAMES, compileCall, findCallable } from "./indicator-call.ts";
import { suggestion } from "./nearest-name.ts";
import { parseExpression } from "./parse-expression.ts";
import type { ArgumentSyntax, CallSyntax, CompareOp, CompareSyntax, Syntax } from "./syntax.ts";

/** A parameter of a strategy, `$name` in its expressions, with the axis that it is. */
export interface ExpressionParameter {
  readonly axis: number;
  readonly values: readonly ParameterValue[];
}

export interface CompiledExpression {
  readonly condition: ConditionTemplate;
  /** Names of the parameters it reads. */
  readonly reads: ReadonlySet<string>;
}

/** Most comparisons of one expression; a crossing is two. */
const MAX_COMPARISONS = 64;
/** Most numbers, series and operations of one expression. */
const MAX_VALUES = 300;
const MAX_SHIFT_BARS = 10_000;
const A_SHIFT = `a whole number of bars back, 0..${MAX_SHIFT_BARS}`;
const FUNCTIONS = ["crossover", "crossunder", "shift"];

/**
 * Parses and checks an expression and turns it into a condition over the axes of its parameters.
 *
 * There is no NOT in the result: it is moved inwards, to the comparisons, and turns each into its
 * opposite. So a comparison of something undefined is false, and so is its negation.
 *
 * Throws ExpressionFault with column and expectation.
 */
export function compileExpression(
  text: string,
  parameters: ReadonlyMap<string, ExpressionParameter>,
): CompiledExpression {
  const compiler = new Compiler(parameters);
  const condition = compiler.condition(parseExpression(text), false);
  return { condition, reads: compiler.reads };
}

/** A value with its type: what no series goes into is a number. */
interface Value {
  readonly template: ValueTemplate;
  readonly isNumber: boolean;
}

class Compiler {
  readonly reads = new Set<string>();
  readonly #parameters: ReadonlyMap<string, ExpressionParameter>;
  #comparisons = 0;
  #values = 0;

  constructor(parameters: ReadonlyMap<string, ExpressionParameter>) {
    this.#parameters = parameters;
  }

  /** The condition of a syntax, or of its opposite. */
  condition(syntax: Syntax, negated: boolean): ConditionTemplate {
    switch (syntax.kind) {
      case "not":
        return this.condition(syntax.of, !negated);
      case "and":
      case "or": {
        const of = syntax.of.map((part) => this.condition(part, negated));
        return join((syntax.kind === "and") === negated ? "or" : "and", of);
      }
      case "compare":
        return this.#comparison(syntax, negated);
      case "call":
        if (isCrossing(syntax)) return this.#crossing(syntax, negated);
    }
    const found = this.#value(syntax).isNumber ? "a number" : "a series";
    throw new ExpressionFault(
      `${found} is neither true nor false`,
      syntax.column,
      "a comparison, such as close > open",
    );
  }

  #comparison({ op, left, right, column }: CompareSyntax, negated: boolean): ConditionTemplate {
    const sides = [this.#value(left), this.#value(right)] as const;
    const meant = negated ? OPPOSITE[op] : op;
    if (meant === "==") {
      return join("and", [this.#compare("<=", sides, column), this.#compare(">=", sides, column)]);
    }
    if (meant === "!=") {
      return join("or", [this.#compare("<", sides, column), this.#compare(">", sides, column)]);
    }
    return this.#compare(meant, sides, column);
  }

  #compare(
    op: Comparison,
    [left, right]: readonly [Value, Value],
    column: number,
  ): ConditionTemplate {
    if (++this.#comparisons > MAX_COMPARISONS) {
      const expected = `${MAX_COMPARISONS} at most, a crossing or == is two`;
      throw new ExpressionFault("too many comparisons", column, expected);
    }
    if (left.isNumber && right.isNumber) {
      const expected = "a series on one side; conditions over parameters go into the constraint";
      throw new ExpressionFault("the comparison reads no bar", column, expected);
    }
    const strict = op === "<" || op === ">";
    if (strict && JSON.stringify(left.template) === JSON.stringify(right.template)) {
      throw new ExpressionFault("a series against itself never signals", column, "another series");
    }
    return left.isNumber
      ? { kind: "compare", left: right.template, op: MIRRORED[op], right: left.template }
      : { kind: "compare", left: left.template, op, right: right.template };
  }

  /** A state and the opposite one on the bar before. */
  #crossing(call: CallSyntax, negated: boolean): ConditionTemplate {
    const [a, b] = this.#operands(call, `${call.name}(series, series)`);
    const sides = [this.#value(a), this.#value(b)] as const;
    const before = [previous(sides[0]), previous(sides[1])] as const;
    const now: Comparison = call.name === "crossover" ? ">" : "<";
    const then: Comparison = call.name === "crossover" ? "<=" : ">=";
    const of = [
      this.#compare(negated ? OPPOSITE[now] : now, sides, call.column),
      this.#compare(negated ? OPPOSITE[then] : then, before, call.column),
    ];
    return join(negated ? "or" : "and", of);
  }

  #value(syntax: Syntax): Value {
    if (++this.#values > MAX_VALUES) {
      const expected = `${MAX_VALUES} numbers, series and operations at most`;
      throw new ExpressionFault("the expression is too large", syntax.column, expected);
    }
    switch (syntax.kind) {
      case "number":
        return constant(syntax.value, syntax.column);
      case "parameter":
        return this.#parameterValue(syntax);
      case "name":
        return this.#named(syntax);
      case "negated":
        return combine("*", constant(-1, syntax.column), this.#value(syntax.of), syntax.column);
      case "arithmetic": {
        const { op, left, right, column } = syntax;
        return combine(op, this.#value(left), this.#value(right), column);
      }
      case "shift":
        return this.#shifted(syntax.of, syntax.bars, syntax.column);
      case "call":
        if (isCrossing(syntax)) break;
        return this.#call(syntax);
      case "text": {
        const expected = "a number or a series; names of choices belong into a call";
        throw new ExpressionFault(`'${syntax.text}' has no value`, syntax.column, expected);
      }
    }
    throw new ExpressionFault("a condition has no value", syntax.column, "a number or a series");
  }

  #call(syntax: CallSyntax): Value {
    const { name, column, output } = syntax;
    if (name === "shift") {
      const [of, bars] = this.#operands(syntax, "shift(series, bars)");
      if (output === null) return this.#shifted(of, bars, column);
      throw new ExpressionFault("a shift has no outputs", output.column, "no output");
    }
    const indicator = findCallable(name);
    if (indicator === undefined) {
      const names = [...FUNCTIONS, ...CALLABLE_NAMES];
      const message = `there is no ${name}()${suggestion(name, names)}`;
      throw new ExpressionFault(message, column, names.join(" | "));
    }
    const template = compileCall(syntax, indicator, (argument) => this.#argument(argument));
    return { template, isNumber: false };
  }

  /** The two operands of a function. */
  #operands(call: CallSyntax, expected: string): readonly [Syntax, Syntax] {
    const named = call.arguments.find((argument) => argument.name !== null);
    if (named !== undefined) {
      throw new ExpressionFault(`${call.name} has no names`, named.column, expected);
    }
    const [first, second, third] = call.arguments;
    if (second === undefined || third !== undefined) {
      const column = third?.column ?? call.column;
      throw new ExpressionFault(`${call.name} takes two arguments`, column, expected);
    }
    return [first.value, second.value];
  }

  /** What an argument of an indicator gives its parameter: constants and parameters, no series. */
  #argument({ value }: ArgumentSyntax): ArgumentValue {
    if (value.kind === "parameter") {
      const { axis, values } = this.#parameter(value);
      return { binding: { axis }, values };
    }
    if (value.kind === "name") return fixed(value.name);
    if (value.kind === "text") return fixed(value.text);
    const { template } = this.#value(value);
    if (template.kind === "number" && "value" in template.value) return fixed(template.value.value);
    const message = "an indicator takes no series and no sums over parameters";
    throw new ExpressionFault(message, value.column, "a number, $parameter or price source");
  }

  #shifted(of: Syntax, bars: Syntax, column: number): Value {
    const series = this.#value(of);
    if (series.isNumber) throw new ExpressionFault("a number has no past", column, "a series");
    const { template } = this.#value(bars);
    if (template.kind !== "number") throw new ExpressionFault(NO_SHIFT, bars.column, A_SHIFT);
    const { value: binding } = template;
    const values = "axis" in binding ? this.#valuesOf(bars) : [binding.value];
    for (const given of values) {
      const distance = given as number;
      if (Number.isInteger(distance) && distance >= 0 && distance <= MAX_SHIFT_BARS) continue;
      const message = distance < 0 ? `a shift by ${given} would look ahead` : NO_SHIFT;
      throw new ExpressionFault(message, bars.column, A_SHIFT);
    }
    return { template: { kind: "shifted", of: series.template, bars: binding }, isNumber: false };
  }

  #valuesOf(syntax: Syntax): readonly ParameterValue[] {
    return syntax.kind === "parameter" ? this.#parameter(syntax).values : [];
  }

  #named({ name, column }: Syntax & { readonly kind: "name" }): Value {
    if (isPrice(name)) {
      return { template: { kind: "price", source: { value: name } }, isNumber: false };
    }
    const indicator = findCallable(name);
    const expected =
      indicator === undefined
        ? [...PRICE_SOURCES, "$parameter", "a call"].join(" | ")
        : `${name}()`;
    const names = [...PRICE_SOURCES, ...CALLABLE_NAMES];
    const message =
      indicator === undefined
        ? `unknown name ${name}${suggestion(name, names)}`
        : `${name} must be called`;
    throw new ExpressionFault(message, column, expected);
  }

  #parameterValue(syntax: Syntax & { readonly kind: "parameter" }): Value {
    const { axis, values } = this.#parameter(syntax);
    if (values.every((value) => typeof value === "number")) {
      return { template: { kind: "number", value: { axis } }, isNumber: true };
    }
    const stranger = values.find((value) => !isPrice(value));
    if (stranger === undefined) {
      return { template: { kind: "price", source: { axis } }, isNumber: false };
    }
    const message = `$${syntax.name} takes the value ${stranger}`;
    const expected = `numbers only, or prices only: ${PRICE_SOURCES.join(" | ")}`;
    throw new ExpressionFault(message, syntax.column, expected);
  }

  #parameter({ name, column }: Syntax & { readonly kind: "parameter" }): ExpressionParameter {
    const parameter = this.#parameters.get(name);
    if (parameter === undefined) {
      const known = [...this.#parameters.keys()].map((other) => `$${other}`);
      const message = `unknown parameter $${name}${suggestion(`$${name}`, known)}`;
      throw new ExpressionFault(message, column, known.join(" | ") || "no parameters");
    }
    this.reads.add(name);
    return parameter;
  }
}

const NO_SHIFT = "no distance to shift by";

const OPPOSITE = {
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
  "==": "!=",
  "!=": "==",
} as const satisfies Record<CompareOp, CompareOp>;

const MIRRORED = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;

function isCrossing({ name }: CallSyntax): boolean {
  return name === "crossover" || name === "crossunder";
}

function isPrice(name: ParameterValue): boolean {
  return (PRICE_SOURCES as readonly ParameterValue[]).includes(name);
}

/** Parts of the same kind are taken into the whole. */
function join(kind: "and" | "or", parts: readonly ConditionTemplate[]): ConditionTemplate {
  return { kind, of: parts.flatMap((part) => (part.kind === kind ? part.of : [part])) };
}

function previous({ template, isNumber }: Value): Value {
  return isNumber
    ? { template, isNumber }
    : { template: { kind: "shifted", of: template, bars: { value: 1 } }, isNumber };
}

function fixed(value: ParameterValue): ArgumentValue {
  return { binding: { value }, values: [value] };
}

function constant(value: number, column: number): Value {
  if (!Number.isFinite(value)) {
    throw new ExpressionFault(`${value} is no finite number`, column, "a finite number");
  }
  return { template: { kind: "number", value: { value: value + 0 } }, isNumber: true };
}

/** Numbers that are known are calculated at once. */
function combine(op: "+" | "-" | "*" | "/", left: Value, right: Value, column: number): Value {
  const [a, b] = [knownNumber(left), knownNumber(right)];
  if (a !== null && b !== null) return constant(calculateNumber(a, op, b), column);
  const template = { kind: "arithmetic", op, left: left.template, right: right.template } as const;
  return { template, isNumber: left.isNumber && right.isNumber };
}

function knownNumber({ template }: Value): number | null {
  if (template.kind !== "number" || "axis" in template.value) return null;
  return template.value.value as number;
}
