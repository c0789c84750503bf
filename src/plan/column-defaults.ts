import type { RankingMetric } from "../core/metrics/ranking-metric.ts";
import type { RunRequest } from "./request.ts";

/** What a service does about metric columns where a request says nothing. */
export interface ColumnDefaults {
  /** Whether they stay when the run has succeeded. */
  readonly keep: boolean;
  /** Metrics that have a column beside those the run ranks by. */
  readonly metrics: readonly RankingMetric[];
}

/** The request with the defaults where it is silent; who names columns wants to keep them. */
export function withColumns(request: RunRequest, defaults: ColumnDefaults): RunRequest {
  const { schedule } = request;
  const named = (schedule.columns ?? []).length > 0;
  const keepColumns = schedule.keepColumns ?? (named || defaults.keep);
  const columns = schedule.columns ?? (keepColumns ? [...defaults.metrics] : []);
  return { ...request, schedule: { ...schedule, keepColumns, columns } };
}

/** The request without further columns: of a run that stores nothing. */
export function withoutColumns(request: RunRequest): RunRequest {
  const { columns: _columns, ...schedule } = request.schedule;
  return { ...request, schedule };
}
