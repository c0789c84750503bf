import { riskCells, sweepMetrics } from "../core/stages/sweep.ts";
import { CONTROL, COUNTER } from "./protocol.ts";
import type { SharedColumns } from "./shared-columns.ts";
import type { ChunkTask } from "./task.ts";

/** Shared memory of one attempt at a chunk. */
export function shareChunk(task: ChunkTask, threads: number, shared: SharedColumns) {
  const cells = task.stage === "STAGE_B" ? riskCells(task.sweep) : 1;
  const length = (task.to - task.from) * cells;
  const control = new Int32Array(new SharedArrayBuffer((CONTROL.begun + threads) * 4));
  const counters = new BigInt64Array(new SharedArrayBuffer((COUNTER.shares + threads) * 8));
  const columns = sweepMetrics(task.sweep).map(() => shared.take(length));
  return { control, counters, columns };
}

/** Parts that a thread has to count: without a constraint that is arithmetic. */
export function countedEnds({ stage, sweep, ends }: ChunkTask): readonly number[] | null {
  return stage === "STAGE_A" && sweep.constraint !== null ? (ends ?? null) : null;
}
