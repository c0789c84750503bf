import type { ExecutionSettings } from "../src/core/execution/settings.ts";
import type { Candles } from "../src/core/series/candles.ts";
import type { Sweep } from "../src/core/stages/sweep.ts";
import { DEFAULT_GUARDS } from "../src/plan/guards.ts";
import { makePlan } from "../src/plan/make-plan.ts";
import { parseRunRequest } from "../src/plan/parse-request.ts";
import type { ChunkResult, ChunkTask, ComputePool } from "../src/pool/task.ts";
import { variantIndices } from "../src/runner/stage-ends.ts";
import type { Workload } from "./workloads.ts";

/** The stage of a workload that is timed, ready to run again and again. */
export interface TimedTask {
  readonly sweep: Sweep;
  readonly candles: Candles;
  /** Base variants of Stage B, best first; null where Stage A is timed. */
  readonly shortlist: Float64Array | null;
  /**
   * One run on warm threads. Each has a key of its own and its candles have none, so nothing
   * computed for an earlier run is kept: indicators, atoms and trades are part of the time. A
   * workload that `keeps` finds its indicators and atoms in the pool's caches.
   */
  run(): Promise<ChunkResult>;
}

/** The same with other execution settings; a Stage B keeps its shortlist where one is given. */
export interface Variation {
  readonly execution?: Workload["request"]["execution"];
  /** Set after planning, which refuses axes of a side that does not trade. */
  readonly direction?: ExecutionSettings["direction"];
  readonly shortlist?: Float64Array | null;
}

/** Runs of all tasks: two of one workload may differ in their settings. */
let runs = 0;

export async function timedTask(
  workload: Workload,
  pool: ComputePool,
  workers: number,
  { execution, direction, shortlist: given }: Variation = {},
): Promise<TimedTask> {
  const candles = await workload.candles();
  const { sweep: planned, estimate } = makePlan(
    parseRunRequest({
      dataset: workload.name,
      ...workload.request,
      ...(execution === undefined ? {} : { execution }),
    }),
    { datasetHash: workload.name, timeframe: workload.timeframe, candles },
    { guards: { ...DEFAULT_GUARDS, maxVariantsPerStage: 1e8 }, engineVersion: "bench", workers },
  );
  const sweep =
    direction === undefined
      ? planned
      : { ...planned, execution: { ...planned.execution, direction } };
  const runChunk = (task: Omit<ChunkTask, "key" | "sweep" | "candles">) =>
    pool.runChunk({
      ...task,
      key: `${workload.name}-${runs++}`,
      sweep,
      candles,
      ...(workload.keeps === true ? { candlesKey: workload.name } : {}),
    });
  const stageA = { stage: "STAGE_A", from: 0, to: estimate.indexSpace } as const;
  if (workload.stage === "STAGE_A") {
    return { sweep, candles, shortlist: null, run: () => runChunk(stageA) };
  }
  const shortlist = given ?? variantIndices((await runChunk(stageA)).rows);
  const stageB = { stage: "STAGE_B", from: 0, to: shortlist.length, shortlist } as const;
  return { sweep, candles, shortlist, run: () => runChunk(stageB) };
}
