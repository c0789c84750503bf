import type { ArithmeticOp } from "../atom.ts";

/** An expression as it was written, before names and types are checked. */
export type Syntax =
  | { readonly kind: "number"; readonly column: number; readonly value: number }
  | { readonly kind: "text"; readonly column: number; readonly text: string }
  | { readonly kind: "parameter"; readonly column: number; readonly name: string }
  | { readonly kind: "name"; readonly column: number; readonly name: string }
  | CallSyntax
  | ShiftSyntax
  | { readonly kind: "negated"; readonly column: number; readonly of: Syntax }
  | {
      readonly kind: "arithmetic";
      readonly column: number;
      readonly op: ArithmeticOp;
      readonly left: Syntax;
      readonly right: Syntax;
    }
  | CompareSyntax
  | { readonly kind: "not"; readonly column: number; readonly of: Syntax }
  | {
      readonly kind: "and" | "or";
      readonly column: number;
      readonly of: readonly Syntax[];
    };

export type CompareOp = "<" | "<=" | ">" | ">=" | "==" | "!=";

/** `left op right`; the column is that of the operator. */
export interface CompareSyntax {
  readonly kind: "compare";
  readonly column: number;
  readonly op: CompareOp;
  readonly left: Syntax;
  readonly right: Syntax;
}

/** `of[bars]`; the column is that of the bracket. */
export interface ShiftSyntax {
  readonly kind: "shift";
  readonly column: number;
  readonly of: Syntax;
  readonly bars: Syntax;
}

/** `name(arguments).output` */
export interface CallSyntax {
  readonly kind: "call";
  readonly column: number;
  readonly name: string;
  readonly arguments: readonly ArgumentSyntax[];
  readonly output: { readonly column: number; readonly name: string } | null;
}

/** `value` or `name=value`. */
export interface ArgumentSyntax {
  readonly column: number;
  readonly name: string | null;
  readonly value: Syntax;
}
