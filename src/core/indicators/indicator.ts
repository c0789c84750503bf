import type { ParameterSpec, ParameterValues } from "../parameter.ts";
import type { CandleView } from "../series/candle-view.ts";
import type { PriceSource } from "../series/price-source.ts";
import type { Seeding } from "./recursive-average.ts";

/**
 * One indicator: pure, block-free, over a whole series. One file each plus one line in registry.ts.
 *
 * `compute` returns one series per output, each as long as the candles, NaN where undefined
 * (warm-up, holes).
 * Value t may depend on bars 0..t only.
 */
export interface Indicator {
  /** Family and name, e.g. `ma.sma`. */
  readonly id: string;
  readonly title: string;
  /** Formula in one line, and the paper, book or library that defines it. */
  readonly formula: string;
  readonly source: string;
  /** Axes in definition order. */
  readonly params: readonly ParameterSpec[];
  /** Names of the outputs; the first is the primary one. */
  readonly outputs: readonly string[];
  /** Parameters that an output depends on, where not all: others may not be axes of it. */
  readonly outputParams?: Readonly<Record<string, readonly string[]>>;
  /** The rule used when a strategy names none for this indicator, with the output it reads. */
  readonly defaultRule: DefaultRule;
  /**
   * Outputs that may be NaN after their warm-up on whole candles, and where: a quotient without a
   * denominator, an event that is rare by nature.
   */
  readonly undefinedWhere?: Readonly<Record<string, string>>;
  /**
   * Where the only output is the mean of a window of a price source (PrefixSum.means): which.
   * Engines then compute it block by block instead of keeping it.
   */
  windowMean?(params: ParameterValues): WindowMean;
  /**
   * Where the only output is the relative strength of a price source (relativeStrength): which.
   * Engines then compute several windows at once.
   */
  strength?(params: ParameterValues): Strength;
  /** Exact number of leading NaN values of each output on a series without holes. */
  warmup(params: ParameterValues): readonly number[];
  compute(view: CandleView, params: ParameterValues): Float64Array[];
}

export interface Strength {
  readonly source: PriceSource;
  readonly window: number;
  readonly seeding: Seeding;
}

export interface WindowMean {
  readonly source: PriceSource;
  readonly window: number;
}

export interface DefaultRule {
  readonly rule: string;
  readonly output: string;
  /** The output that a rule with two operands reads as its second. */
  readonly against?: string;
  /** Signal parameters where the rule's own defaults do not suit the unit of the output. */
  readonly params?: ParameterValues;
}
