import type { RunPlan } from "../../src/plan/run-plan.ts";
import type { BestSoFar, ChunkRecord } from "../../src/store/records.ts";
import type { StoredChunk } from "../../src/store/store.ts";

/**
 * A made-up result of a chunk for tests of the store: the metric of variant i is a function of i.
 */
export function scoredChunk(plan: RunPlan, chunk: ChunkRecord): StoredChunk {
  const cells = chunk.stage === "STAGE_B" ? plan.sweep.stops.length * plan.sweep.targets.length : 1;
  const scored = (chunk.to - chunk.from) * cells;
  const column = Float64Array.from({ length: scored }, (_, i) => metricOf(chunk.from * cells + i));
  const order = Array.from(column.keys()).sort((a, b) => column[b] - column[a]);
  const rows = Float64Array.from(order.flatMap((i) => [chunk.from * cells + i, column[i]]));
  const { stage, no, from, to } = chunk;
  return { stage, no, from, to, scored, stride: 2, rows, columns: [column] };
}

export function metricOf(index: number): number {
  return ((index * 7919) % 1009) / 3;
}

export function bestOf(chunk: StoredChunk): BestSoFar {
  return {
    variantIndex: chunk.rows[0],
    params: { "fast.window": chunk.rows[0] + 2 },
    stopLossPct: null,
    trailingStopPct: null,
    takeProfitPct: null,
    metrics: { totalReturnPct: chunk.rows[1] },
  };
}
