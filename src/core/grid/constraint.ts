import type { ParameterValue } from "../parameter.ts";

/**
 * A constraint: a boolean expression over axis names that says which variants of a grid exist.
 *
 *   or      := and ("or" and)*
 *   and     := not ("and" not)*
 *   not     := "not" not | compare
 *   compare := sum (("<" | "<=" | ">" | ">=" | "==" | "!=") sum)?
 *   sum     := product (("+" | "-") product)*
 *   product := atom (("*" | "/") atom)*
 *   atom    := number | 'text' | axis.name | "-" atom | "(" or ")"
 *
 * Values are numbers, texts and truths; comparing unlike types is a fault, found when the values
 * are compared. No code is evaluated: the parser builds closures.
 */
export type ConstraintValue = number | string | boolean;
type Evaluate = (values: readonly ParameterValue[]) => ConstraintValue;

export interface Constraint {
  /** Positions of the axes it reads, ascending, each once. */
  readonly axes: readonly number[];
  /** `values[axis]` for at least the axes it reads. */
  allows(values: readonly ParameterValue[]): boolean;
}

/** A fault in the text of a constraint, with the 1-based column it was found at. */
export class ConstraintFault extends Error {
  readonly column: number;
  constructor(message: string, column: number) {
    super(`${message} (column ${column})`);
    this.name = "ConstraintFault";
    this.column = column;
  }
}

/** Parses a constraint over the named axes. Throws ConstraintFault. */
export function parseConstraint(text: string, axisNames: readonly string[]): Constraint {
  const parser = new Parser(text, axisNames);
  const evaluate = parser.whole();
  return {
    axes: [...parser.axes].sort((a, b) => a - b),
    allows: (values) => {
      const verdict = evaluate(values);
      if (typeof verdict !== "boolean") {
        throw new ConstraintFault("a constraint must be true or false", 1);
      }
      return verdict;
    },
  };
}

interface Token {
  readonly kind: "number" | "text" | "name" | "operator" | "end";
  readonly text: string;
  readonly column: number;
}

const NUMBER = /(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/;
const TEXT = /'(?<text>[^']*)'/;
const NAME = /(?<name>[A-Za-z_][\w.]*)/;
const OPERATOR = /(?<operator><=|>=|==|!=|[<>+\-*/()])/;
const TOKEN = new RegExp(
  `\\s*(?:${[NUMBER, TEXT, NAME, OPERATOR].map((pattern) => pattern.source).join("|")})`,
  "y",
);
const MAX_NESTING = 50;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match?.groups === undefined) {
      const column = from + text.slice(from).search(/\S/) + 1;
      const found = String.fromCodePoint(text.codePointAt(column - 1)!);
      throw new ConstraintFault(`unexpected '${found}'`, column);
    }
    const [kind, value] = Object.entries(match.groups).find(([, found]) => found !== undefined)!;
    const column = match.index + match[0].search(/\S/) + 1;
    tokens.push({ kind: kind as Token["kind"], text: value, column });
  }
  tokens.push({ kind: "end", text: "", column: text.length + 1 });
  return tokens;
}

class Parser {
  readonly axes = new Set<number>();
  readonly #tokens: Token[];
  readonly #names: readonly string[];
  #at = 0;
  #nesting = 0;

  constructor(text: string, names: readonly string[]) {
    this.#tokens = tokenize(text);
    this.#names = names;
  }

  whole(): Evaluate {
    const evaluate = this.#or();
    const rest = this.#tokens[this.#at];
    if (rest.kind !== "end") throw new ConstraintFault(`unexpected '${rest.text}'`, rest.column);
    return evaluate;
  }

  #take(...texts: string[]): Token | null {
    const token = this.#tokens[this.#at];
    if (token.kind === "text" || !texts.includes(token.text)) return null;
    this.#at++;
    return token;
  }

  #or(): Evaluate {
    if (++this.#nesting > MAX_NESTING) this.#refuseNesting();
    let left = this.#and();
    for (let token = this.#take("or"); token !== null; token = this.#take("or")) {
      const [a, b, column] = [left, this.#and(), token.column];
      left = (values) => truth(a(values), column) || truth(b(values), column);
    }
    this.#nesting--;
    return left;
  }

  #and(): Evaluate {
    let left = this.#not();
    for (let token = this.#take("and"); token !== null; token = this.#take("and")) {
      const [a, b, column] = [left, this.#not(), token.column];
      left = (values) => truth(a(values), column) && truth(b(values), column);
    }
    return left;
  }

  #not(): Evaluate {
    let negations = 0;
    let column = 1;
    for (let token = this.#take("not"); token !== null; token = this.#take("not")) {
      negations++;
      column = token.column;
    }
    const inner = this.#compare();
    if (negations === 0) return inner;
    const odd = negations % 2 === 1;
    return (values) => truth(inner(values), column) !== odd;
  }

  #compare(): Evaluate {
    const a = this.#sum();
    const token = this.#take("<", "<=", ">", ">=", "==", "!=");
    if (token === null) return a;
    return comparison(a, token, this.#sum());
  }

  #sum(): Evaluate {
    let left = this.#product();
    for (let token = this.#take("+", "-"); token !== null; token = this.#take("+", "-")) {
      const [a, b, sign, column] = [
        left,
        this.#product(),
        token.text === "+" ? 1 : -1,
        token.column,
      ];
      left = (values) => number(a(values), column) + sign * number(b(values), column);
    }
    return left;
  }

  #product(): Evaluate {
    let left = this.#atom();
    for (let token = this.#take("*", "/"); token !== null; token = this.#take("*", "/")) {
      const [a, b, divides, column] = [left, this.#atom(), token.text === "/", token.column];
      left = (values) => {
        const x = number(a(values), column);
        const y = number(b(values), column);
        return divides ? x / y : x * y;
      };
    }
    return left;
  }

  #atom(): Evaluate {
    const minus = this.#take("-");
    if (minus !== null) {
      if (++this.#nesting > MAX_NESTING) this.#refuseNesting();
      const inner = this.#atom();
      this.#nesting--;
      return (values) => -number(inner(values), minus.column);
    }
    if (this.#take("(") !== null) {
      const inner = this.#or();
      if (this.#take(")") === null) {
        throw new ConstraintFault("expected ')'", this.#tokens[this.#at].column);
      }
      return inner;
    }
    return this.#leaf(this.#tokens[this.#at++]);
  }

  #refuseNesting(): never {
    throw new ConstraintFault("nested too deeply", this.#tokens[this.#at].column);
  }

  #leaf(token: Token): Evaluate {
    if (token.kind === "number") {
      const value = Number(token.text);
      return () => value;
    }
    if (token.kind === "text") return () => token.text;
    if (token.kind !== "name") {
      const found = token.kind === "end" ? "the end" : `'${token.text}'`;
      throw new ConstraintFault(`expected a value, found ${found}`, token.column);
    }
    const axis = this.#names.indexOf(token.text);
    if (axis < 0) {
      const known = this.#names.join(", ") || "none";
      throw new ConstraintFault(`unknown axis '${token.text}', axes are: ${known}`, token.column);
    }
    this.axes.add(axis);
    return (values) => values[axis];
  }
}

function comparison(a: Evaluate, { text, column }: Token, b: Evaluate): Evaluate {
  const equals = (values: readonly ParameterValue[]): boolean => {
    const [x, y] = [a(values), b(values)];
    if (typeof x === typeof y) return x === y;
    const sides = `${JSON.stringify(x)} and ${JSON.stringify(y)}`;
    throw new ConstraintFault(`cannot compare ${sides}`, column);
  };
  switch (text) {
    case "==":
      return equals;
    case "!=":
      return (values) => !equals(values);
    case "<":
      return (values) => number(a(values), column) < number(b(values), column);
    case "<=":
      return (values) => number(a(values), column) <= number(b(values), column);
    case ">":
      return (values) => number(a(values), column) > number(b(values), column);
    default:
      return (values) => number(a(values), column) >= number(b(values), column);
  }
}

function number(value: ConstraintValue, column: number): number {
  if (typeof value === "number") return value;
  throw new ConstraintFault(`expected a number, found ${JSON.stringify(value)}`, column);
}

function truth(value: ConstraintValue, column: number): boolean {
  if (typeof value === "boolean") return value;
  throw new ConstraintFault(`expected a comparison, found ${JSON.stringify(value)}`, column);
}
