import type { RunPlan } from "../plan/run-plan.ts";
import type { ChunkTask } from "../pool/task.ts";
import { type DatasetSource, planCandles } from "./dataset-source.ts";

/** A plan with its candles loaded: what every chunk of a run has in common. */
export interface SweepTask {
  readonly plan: RunPlan;
  readonly base: Omit<ChunkTask, "stage" | "from" | "to" | "shortlist">;
}

/** `urgency` orders it among what the pool has to do. */
export async function sweepTask(
  datasets: DatasetSource,
  plan: RunPlan,
  urgency: number,
): Promise<SweepTask> {
  const { workers } = plan.request.schedule;
  const { datasetHash, request, feedBar, endBar } = plan;
  return {
    plan,
    base: {
      key: [plan.planHash, ...(plan.sweep.columns ?? [])].join(" "),
      sweep: plan.sweep,
      candlesKey: `${datasetHash} ${request.timeframe ?? ""} ${feedBar} ${endBar}`,
      candles: await planCandles(datasets, plan),
      urgency,
      ...(workers === undefined ? {} : { workers }),
    },
  };
}
