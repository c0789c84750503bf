import { type Sweep, sweepMetrics } from "../core/stages/sweep.ts";
import type { RunRequest } from "./request.ts";

/** What a run will cost, as arithmetic, before anything starts. */
export interface RunEstimate {
  /** Numbers of the full product of all axes. */
  readonly indexSpace: number;
  /** Base variants left by the constraint. */
  readonly stageAVariants: number;
  /** Shortlist x risk cells. */
  readonly stageBVariants: number;
  readonly bars: number;
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * A validated, estimated, hashed request: frozen data. Executing it decides nothing.
 * `planHash` covers everything that fixes the result (not workers, chunk size, priority or labels).
 */
export interface RunPlan {
  readonly planHash: string;
  readonly datasetHash: string;
  readonly engineVersion: string;
  readonly request: RunRequest;
  readonly sweep: Sweep;
  /** Traded range as UTC epoch milliseconds, half-open. */
  readonly range: { readonly startMs: number; readonly endMs: number };
  /** Bars `[feedBar, endBar)` of the (resampled) dataset are what `sweep` sees as its candles. */
  readonly feedBar: number;
  readonly endBar: number;
  readonly estimate: RunEstimate;
  readonly chunkVariants: { readonly stageA: number; readonly stageB: number };
}

/** Metric columns of both stages before they are compressed: a number an index and metric. */
export function columnBytes({ sweep, estimate }: RunPlan): number {
  const { indexSpace, stageBVariants } = estimate;
  return (indexSpace + stageBVariants) * sweepMetrics(sweep).length * 8;
}
