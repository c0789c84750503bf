import type { Direction, RankingMetric } from "../metrics/ranking-metric.ts";
import type { VariantDescription } from "../stages/describe.ts";
import type { StageName } from "../stages/sweep.ts";
import type { Reduction } from "./surface.ts";
import type { ParameterRule } from "./variant-filter.ts";

/** What is asked of a run's metric columns, in a user's words, and how the answer is labelled. */

/** Bounds of a metric, both inclusive. */
export interface MetricBounds {
  readonly metric: RankingMetric;
  readonly min?: number;
  readonly max?: number;
}

/** Which variants are looked at: of which stage, and which of them. */
export interface VariantChoice {
  /** Stage B where a risk axis is named, Stage A otherwise. */
  readonly stage?: StageName;
  readonly parameters?: readonly ParameterRule[];
  readonly metrics?: readonly MetricBounds[];
}

/** What was looked at. */
export interface SurfaceScope {
  readonly stage: StageName;
  readonly metric: RankingMetric;
  /** False while chunks of the stage are still to come. */
  readonly complete: boolean;
}

export interface SurfaceRequest extends VariantChoice {
  readonly x: string;
  readonly y: string;
  readonly metric: RankingMetric;
  readonly reduce: Reduction;
}

export interface MarginalsRequest extends VariantChoice {
  readonly metric: RankingMetric;
  /** All axes when absent. */
  readonly axes?: readonly string[];
}

export interface DistributionRequest extends VariantChoice {
  readonly metric: RankingMetric;
  readonly bins: number;
  readonly from?: number;
  readonly to?: number;
  readonly quantiles: readonly number[];
}

export interface NeighboursRequest {
  readonly stage?: StageName;
  readonly variantIndex: number;
  readonly metric: RankingMetric;
  readonly direction?: Direction;
  readonly radius: number;
}

export interface RankRequest extends VariantChoice {
  readonly orderBy: { readonly metric: RankingMetric; readonly direction?: Direction };
}

/** Metrics of a variant, each of them read when it is asked for. */
export type ColumnMetrics = Readonly<Partial<Record<RankingMetric, Promise<number | null>>>>;

/** A variant out of the metric columns: it has the metrics that the run keeps. */
export interface ColumnVariant extends VariantDescription {
  readonly variantIndex: number;
  readonly variantKey: string;
  readonly metrics: ColumnMetrics;
}
