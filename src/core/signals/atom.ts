import type { ParameterValues } from "../parameter.ts";
import type { PriceSource } from "../series/price-source.ts";

/** A series with all its parameters chosen. */
export type SeriesRef =
  | { readonly kind: "price"; readonly source: PriceSource }
  | {
      readonly kind: "output";
      readonly indicator: string;
      readonly params: ParameterValues;
      readonly output: string;
    }
  /** The value `bars` bars earlier (bars >= 1); NaN before the series starts. */
  | { readonly kind: "shifted"; readonly of: SeriesRef; readonly bars: number }
  /** Bar by bar in float64; at least one operand is a series. */
  | {
      readonly kind: "arithmetic";
      readonly op: ArithmeticOp;
      readonly left: SeriesRef | number;
      readonly right: SeriesRef | number;
    };

export type ArithmeticOp = "+" | "-" | "*" | "/";

export type Comparison = "<" | "<=" | ">" | ">=";

/**
 * One comparison at each bar's close: true or false, and false where an operand is NaN. The other
 * fields refine it, in their order.
 */
export interface Atom {
  readonly left: SeriesRef;
  readonly op: Comparison;
  readonly right: SeriesRef | number;
  /** The atom is true only where this one holds too: how an event looks at two bars. */
  readonly and?: Atom;
  /** Where this one holds, the atom is false: how a rule keeps its sides apart when `op` cannot. */
  readonly unless?: Atom;
  /**
   * Once true, the atom stays true for as long as this one goes on holding: how an event becomes a
   * state. What came before the traded range is not seen.
   */
  readonly holdWhile?: Atom;
}

/**
 * The two sides of a rule. They are never true at the same bar: a rule resolves conflicts to
 * neutral itself.
 */
export interface AtomPair {
  readonly long: Atom;
  readonly short: Atom;
}
