import type { ExecutionSettings } from "../src/core/execution/settings.ts";
import type { Candles } from "../src/core/series/candles.ts";
import { DEFAULT_GUARDS } from "../src/plan/guards.ts";
import { makePlan } from "../src/plan/make-plan.ts";
import { parseRunRequest } from "../src/plan/parse-request.ts";
import { type PlannedStage, type Scoring, type TimedTask, taskOf } from "./planned-stage.ts";
import type { Workload } from "./workloads.ts";

/** The same with other execution settings; a Stage B keeps its shortlist where one is given. */
export interface Variation {
  readonly execution?: Workload["request"]["execution"];
  /** Set after planning, which refuses axes of a side that does not trade. */
  readonly direction?: ExecutionSettings["direction"];
  readonly shortlist?: Float64Array | null;
}

export async function timedTask(
  workload: Workload,
  scoring: Scoring,
  workers: number,
  variation: Variation = {},
): Promise<TimedTask> {
  const candles = await workload.candles();
  const planned = plannedStage(workload, candles, workers, variation);
  return taskOf(planned, candles, scoring, variation.shortlist);
}

export function plannedStage(
  workload: Workload,
  candles: Candles,
  workers: number,
  { execution, direction }: Variation = {},
): PlannedStage {
  const { name, stage, keeps, request, timeframe } = workload;
  const { sweep, estimate } = makePlan(
    parseRunRequest({
      dataset: name,
      ...request,
      ...(execution === undefined ? {} : { execution }),
    }),
    { datasetHash: name, timeframe, candles },
    { guards: { ...DEFAULT_GUARDS, maxVariantsPerStage: 1e8 }, engineVersion: "bench", workers },
  );
  const directed = direction === undefined ? sweep.execution : { ...sweep.execution, direction };
  return {
    name,
    stage,
    ...(keeps === undefined ? {} : { keeps }),
    sweep: { ...sweep, execution: directed },
    indexSpace: estimate.indexSpace,
  };
}
