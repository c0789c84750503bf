import type { Candles } from "../src/core/series/candles.ts";
import type { RankedRows } from "../src/core/stages/ranked-rows.ts";
import type { Sweep } from "../src/core/stages/sweep.ts";
import type { ChunkResult, ChunkTask, ComputePool } from "../src/pool/task.ts";
import type { Workload } from "./workloads.ts";

/** The stage of a workload that is timed, as plain data: other processes need not plan it. */
export interface PlannedStage extends Pick<Workload, "name" | "stage" | "keeps"> {
  readonly sweep: Sweep;
  /** Indices of Stage A. */
  readonly indexSpace: number;
}

/** What scores it: a pool, or a thread by itself. */
export type Scoring = Pick<ComputePool, "runChunk" | "giveBack" | "forget" | "close">;

/** The same, ready to run again and again. */
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

/** Runs of all tasks: two of one workload may differ in their settings. */
let runs = 0;

/** Stage B needs a shortlist, which is Stage A's where none is given. */
export async function taskOf(
  planned: PlannedStage,
  candles: Candles,
  scoring: Scoring,
  given: Float64Array | null = null,
): Promise<TimedTask> {
  const { name, sweep, keeps } = planned;
  const content = keeps === true ? { candlesKey: name } : {};
  const runChunk = async (task: Omit<ChunkTask, "key" | "sweep" | "candles">) => {
    const key = `${name}-${runs++}`;
    const result = await scoring.runChunk({ ...task, key, sweep, candles, ...content });
    scoring.forget(key);
    return result;
  };
  const stageA = { stage: "STAGE_A", from: 0, to: planned.indexSpace } as const;
  if (planned.stage === "STAGE_A") {
    return { sweep, candles, shortlist: null, run: () => runChunk(stageA) };
  }
  const shortlist = given ?? indicesOf((await runChunk(stageA)).rows);
  const stageB = { stage: "STAGE_B", from: 0, to: shortlist.length, shortlist } as const;
  return { sweep, candles, shortlist, run: () => runChunk(stageB) };
}

function indicesOf({ stride, data }: RankedRows): Float64Array {
  return Float64Array.from({ length: data.length / stride }, (_, row) => data[row * stride]);
}
