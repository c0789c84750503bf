import type { ExecutionSettings } from "../execution/settings.ts";
import type { Axis } from "../grid/axis.ts";
import type { Direction, RankingMetric } from "../metrics/ranking-metric.ts";
import type { ParameterValue } from "../parameter.ts";
import type { PriceSource } from "../series/price-source.ts";
import type { ConditionTemplate, Sides } from "../signals/condition.ts";

/** Where a parameter gets its value from: digit of an axis, or a constant. */
export type Binding = { readonly axis: number } | { readonly value: ParameterValue };

export interface IndicatorBinding {
  /** The name the strategy gives it; unique. */
  readonly name: string;
  readonly id: string;
  readonly params: Readonly<Record<string, Binding>>;
}

export type OperandBinding =
  | { readonly indicator: string; readonly output: string }
  | { readonly price: PriceSource };

export interface SignalBinding {
  readonly name: string;
  readonly rule: string;
  readonly operands: Readonly<Record<string, OperandBinding>>;
  readonly params: Readonly<Record<string, Binding>>;
}

export interface RankingKey {
  readonly metric: RankingMetric;
  readonly direction: Direction;
}

/**
 * What the core needs to score a whole grid: pure data, serialisable, the same in every thread and
 * machine. Signals combine by AND. Base variants are numbered by the mixed radix of `axes` (last
 * axis fastest); the constraint skips numbers without renumbering the others.
 */
export interface Sweep {
  readonly axes: readonly Axis[];
  readonly indicators: readonly IndicatorBinding[];
  readonly signals: readonly SignalBinding[];
  /** What makes the signal instead of indicators and signals, which are then empty. */
  readonly expressions?: Sides<ConditionTemplate>;
  /**
   * Source text of a boolean expression over axis names, e.g. `fast.window < slow.window`; null
   * allows all.
   */
  readonly constraint: string | null;
  readonly execution: ExecutionSettings;
  /** Length of a bar; a bar belongs to the UTC day of its close. */
  readonly timeframeMs: number;
  /** Bars `[firstBar, lastBar)` of the candles are traded; earlier bars feed indicators only. */
  readonly firstBar: number;
  readonly lastBar: number;
  /**
   * Stage B axes: stop outer, then trailing stop, target inner; null is off, and `[null]` an axis
   * that is not used.
   */
  readonly stops: readonly (number | null)[];
  readonly trails: readonly (number | null)[];
  readonly targets: readonly (number | null)[];
  readonly ranking: readonly [RankingKey] | readonly [RankingKey, RankingKey];
  /** Metrics that are stored for every variant beside those it ranks by. They change no result. */
  readonly columns?: readonly RankingMetric[];
  readonly preselect: number;
  readonly topK: number;
}

export type StageName = "STAGE_A" | "STAGE_B";

/** Metrics that a sweep ranks by, in ranking order: those of its rows. */
export function rankedMetrics(sweep: Sweep): readonly RankingMetric[] {
  return sweep.ranking.map((key) => key.metric);
}

/** Metrics that a sweep stores for every variant: those it ranks by, then those asked for. */
export function sweepMetrics(sweep: Sweep): readonly RankingMetric[] {
  return [...rankedMetrics(sweep), ...(sweep.columns ?? [])];
}

/** Cells of the risk grid of one base variant. */
export function riskCells(sweep: Pick<Sweep, "stops" | "trails" | "targets">): number {
  return sweep.stops.length * sweep.trails.length * sweep.targets.length;
}
