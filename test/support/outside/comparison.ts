import type { CandleView } from "../../../src/core/series/candle-view.ts";
import { computeOurs, type OurSeries } from "./our-series.ts";
import { type Source, toleranceOf } from "./outside-truth.ts";

/** One series of ours beside the same one as another program computed it. */
export interface Comparison {
  readonly source: Source;
  /** What it is called there. */
  readonly column: string;
  readonly id: string;
  readonly output: string;
  readonly ours: Float64Array;
  readonly theirs: Float64Array;
  /** Largest difference allowed, as a share of `scale`. */
  readonly tolerance: number;
  /** Root mean square of their values where absent. */
  readonly scale?: number;
  /** Why the two differ on purpose, where both were brought into one form first. */
  readonly deviation?: string;
  /** Points that differ for the reason of the deviation: they must, or the reason is void. */
  readonly differing?: ReadonlySet<number>;
  /**
   * Points where `ours` is not ours: their other rule, followed without our output. They show that
   * the deviation is understood and count for nothing else.
   */
  readonly reproduced?: ReadonlySet<number>;
  /** Whether a difference beyond the tolerance is rounding of theirs that can be told. */
  readonly isNoise?: (point: number) => boolean;
  /** What was found wrong before any value was compared. */
  readonly faults?: readonly string[];
}

/** Comparisons that are made together, when they are asked for. */
export interface OutsideCase {
  readonly title: string;
  comparisons(): Comparison[];
}

/** Ours and theirs, point by point. */
export interface Pair {
  readonly ours: Float64Array;
  readonly theirs: Float64Array;
  readonly differing?: ReadonlySet<number>;
  readonly reproduced?: ReadonlySet<number>;
}

export interface Subject {
  readonly view: CandleView;
  readonly series: OurSeries;
}

/** How two series that differ on purpose are brought into one form, and why they differ. */
export interface Form {
  readonly reason: string;
  apply(pair: Pair, subject: Subject): Pair;
}

/** A column of another program, what we call it, and the form in which both are compared. */
export type ColumnRow = readonly [
  column: string,
  id: string,
  output: string,
  params: OurSeries["params"],
  form?: Form,
];

export interface ForeignColumn {
  readonly source: Source;
  /** Names the column, and the candles where there are several. */
  readonly label: string;
  readonly theirs: Float64Array;
  readonly view: CandleView;
}

export function compareColumn(
  { source, label, theirs, view }: ForeignColumn,
  [, id, output, params, form]: ColumnRow,
): Comparison {
  const series = { id, output, params };
  const pair = { ours: computeOurs(view, series), theirs };
  return {
    source,
    column: label,
    id,
    output,
    tolerance: toleranceOf(id, source),
    ...(form?.apply(pair, { view, series }) ?? pair),
    ...(form === undefined ? {} : { deviation: form.reason }),
  };
}

/** Absent values are null in the files. */
export function seriesOf(values: readonly (number | null)[]): Float64Array {
  return Float64Array.from(values, (value) => value ?? Number.NaN);
}
