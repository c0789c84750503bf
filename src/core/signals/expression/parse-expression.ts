import type { ArithmeticOp } from "../atom.ts";
import { ExpressionFault } from "./expression-fault.ts";
import type { ArgumentSyntax, CompareOp, Syntax } from "./syntax.ts";
import { type Token, tokenize } from "./tokens.ts";

/**
 * The grammar of an expression, loosest first:
 *
 *   or       := and ("or" and)*
 *   and      := not ("and" not)*
 *   not      := "not" not | compare
 *   compare  := sum (("<" | "<=" | ">" | ">=" | "==" | "!=") sum)?
 *   sum      := product (("+" | "-") product)*
 *   product  := unary (("*" | "/") unary)*
 *   unary    := "-" unary | value ("[" sum "]")*
 *   value    := number | 'text' | $parameter | price | call | "(" or ")"
 *   call     := name "(" (argument ("," argument)*)? ")" ("." output)?
 *   argument := (name "=")? or
 *
 * Throws ExpressionFault. What names mean and whether types fit is checked by compileExpression.
 */
export function parseExpression(text: string): Syntax {
  return new Parser(tokenize(text)).whole();
}

const MAX_NESTING = 50;
const COMPARISONS: readonly string[] = ["<", "<=", ">", ">=", "==", "!="];
const A_VALUE = "a number, $parameter, price, call or (";

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #nesting = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Syntax {
    const syntax = this.#or();
    const { kind } = this.#next;
    if (kind !== "end") throw this.#unexpected(this.#expectedAfterWhole());
    return syntax;
  }

  get #next(): Token {
    return this.#tokens[this.#at];
  }

  /** Moves on where the next token is one of these operators or words. */
  #take(...texts: readonly string[]): Token | null {
    const token = this.#next;
    if (token.kind !== "operator" && token.kind !== "name") return null;
    if (!texts.includes(token.text)) return null;
    this.#at++;
    return token;
  }

  #require(text: string, expected = `'${text}'`): Token {
    const token = this.#take(text);
    if (token === null) throw this.#unexpected(expected);
    return token;
  }

  #unexpected(expected: string): ExpressionFault {
    const { kind, text, column } = this.#next;
    const quoted = kind === "parameter" ? `'$${text}'` : `'${text}'`;
    const found = kind === "end" ? "end" : quoted;
    return new ExpressionFault(`unexpected ${found}`, column, expected);
  }

  #expectedAfterWhole(): string {
    const { text } = this.#next;
    if (COMPARISONS.includes(text)) return "one comparison; join two with and";
    if (text === "=") return "==";
    return "an operator, and, or, or the end";
  }

  #or(): Syntax {
    return this.#nested(() => this.#chain("or", () => this.#chain("and", () => this.#not())));
  }

  #nested(parse: () => Syntax): Syntax {
    if (++this.#nesting > MAX_NESTING) {
      const { column } = this.#next;
      throw new ExpressionFault("nested too deeply", column, `${MAX_NESTING} levels at most`);
    }
    const syntax = parse();
    this.#nesting--;
    return syntax;
  }

  #chain(word: "and" | "or", operand: () => Syntax): Syntax {
    const first = operand();
    const of = [first];
    while (this.#take(word) !== null) of.push(operand());
    return of.length === 1 ? first : { kind: word, column: first.column, of };
  }

  #not(): Syntax {
    const token = this.#take("not");
    if (token === null) return this.#compare();
    return { kind: "not", column: token.column, of: this.#nested(() => this.#not()) };
  }

  #compare(): Syntax {
    const left = this.#sum();
    const token = this.#take(...COMPARISONS);
    if (token === null) return left;
    const op = token.text as CompareOp;
    return { kind: "compare", column: token.column, op, left, right: this.#sum() };
  }

  #sum(): Syntax {
    return this.#arithmetic(["+", "-"], () => this.#arithmetic(["*", "/"], () => this.#unary()));
  }

  #arithmetic(operators: readonly string[], operand: () => Syntax): Syntax {
    let left = operand();
    for (let token = this.#take(...operators); token !== null; token = this.#take(...operators)) {
      const op = token.text as ArithmeticOp;
      left = { kind: "arithmetic", column: token.column, op, left, right: operand() };
    }
    return left;
  }

  #unary(): Syntax {
    const minus = this.#take("-");
    if (minus !== null) {
      return { kind: "negated", column: minus.column, of: this.#nested(() => this.#unary()) };
    }
    let of = this.#value();
    for (let open = this.#take("["); open !== null; open = this.#take("[")) {
      of = { kind: "shift", column: open.column, of, bars: this.#sum() };
      this.#require("]");
    }
    return of;
  }

  #value(): Syntax {
    if (this.#take("(") !== null) {
      const inner = this.#or();
      this.#require(")");
      return inner;
    }
    const { kind, text, column } = this.#next;
    if (kind === "operator" || kind === "end" || WORDS.includes(text)) {
      throw this.#unexpected(A_VALUE);
    }
    this.#at++;
    if (kind === "number") return { kind, column, value: Number(text) };
    if (kind === "text") return { kind, column, text };
    if (kind === "parameter") return { kind, column, name: text };
    return this.#take("(") === null
      ? { kind: "name", column, name: text }
      : this.#call(text, column);
  }

  #call(name: string, column: number): Syntax {
    const given: ArgumentSyntax[] = [];
    if (this.#take(")") === null) {
      do given.push(this.#argument());
      while (this.#take(",") !== null);
      this.#require(")", "',' or ')'");
    }
    return { kind: "call", column, name, arguments: given, output: this.#output() };
  }

  #output() {
    if (this.#take(".") === null) return null;
    const { kind, text, column } = this.#next;
    if (kind !== "name") throw this.#unexpected("the name of an output");
    this.#at++;
    return { column, name: text };
  }

  #argument(): ArgumentSyntax {
    const { kind, text, column } = this.#next;
    const isNamed = kind === "name" && isAssignment(this.#tokens[this.#at + 1]);
    if (isNamed) this.#at += 2;
    return { column, name: isNamed ? text : null, value: this.#or() };
  }
}

const WORDS: readonly string[] = ["and", "or", "not"];

function isAssignment({ kind, text }: Token): boolean {
  return kind === "operator" && text === "=";
}
