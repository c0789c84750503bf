import type { ParameterSpec, ParameterValues } from "../parameter.ts";
import type { AtomPair, SeriesRef } from "./atom.ts";

/**
 * A rule family: turns series and chosen signal parameters into a long and a short atom.
 * One file each plus one line in registry.ts.
 */
export interface Rule {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Names of the series operands, e.g. ["of"] or ["of", "against"]. */
  readonly operands: readonly string[];
  /**
   * True where the rule also reads the price source of the indicator behind `of` as operand
   * `price`.
   */
  readonly readsPrice: boolean;
  /** Signal parameters (axes), in name order. */
  readonly params: readonly ParameterSpec[];
  atoms(operands: Readonly<Record<string, SeriesRef>>, params: ParameterValues): AtomPair;
}
