import type { ChunkResult } from "../pool/task.ts";
import type { ChunkRecord } from "../store/records.ts";
import type { StoredRows } from "../store/store.ts";
import type { ActiveRun, ActiveRunOptions } from "./active-run.ts";
import { bestSoFar } from "./stage-ends.ts";

export interface ScoringOptions extends ActiveRunOptions {
  /** Fires when the process cannot wait any longer: chunks are given back as they are. */
  readonly shutdown: AbortSignal;
}

/**
 * Scores a claimed chunk and stores it: whole, or what there is of it when the run was stopped. A
 * chunk of a process that shuts down is given back.
 */
export async function scoreChunk(
  active: ActiveRun,
  chunk: ChunkRecord,
  options: ScoringOptions,
): Promise<void> {
  active.begin(chunk.stage, chunk.no);
  try {
    const result = await runOnPool(active, chunk, options);
    if (result === null) await options.store.releaseChunk(chunk, options.worker);
    else await storeResult(active, chunk, result, options);
  } finally {
    active.end(chunk.no);
  }
}

/** The chunk's result, or null when there was no time to begin or to finish it. */
async function runOnPool(
  active: ActiveRun,
  chunk: ChunkRecord,
  { pool, shutdown }: ScoringOptions,
): Promise<ChunkResult | null> {
  const { base } = await active.task;
  const { stage, from, to, no } = chunk;
  const shortlist = stage === "STAGE_B" ? await active.shortlist() : null;
  if (stage === "STAGE_B" && shortlist === null)
    throw new Error(`run ${chunk.runId} has no shortlist`);
  const positions = shortlist === null ? {} : { shortlist };
  const signal = AbortSignal.any([active.signal, shutdown]);
  const result = await active.scoring(async () => {
    if (signal.aborted) return null;
    return pool.runChunk(
      { ...base, stage, from, to, ...positions },
      { signal, onProgress: ({ scored, best }) => active.progress(no, scored, best) },
    );
  });
  const given = result !== null && (result.status === "done" || active.signal.aborted);
  return given ? result : null;
}

async function storeResult(
  active: ActiveRun,
  chunk: ChunkRecord,
  result: ChunkResult,
  { store, worker }: ScoringOptions,
): Promise<void> {
  const { runId, stage, no, from, to } = chunk;
  const { stride, data } = result.rows;
  const rows: StoredRows = { stage, no, from, to, scored: result.scored, stride, rows: data };
  if (result.status === "aborted") {
    // A run that was retried in the meantime wants the whole chunk again.
    const kept = await store.storePartialChunk(runId, rows, worker);
    if (!kept) await store.releaseChunk(chunk, worker);
    return;
  }
  const best = data.length === 0 ? null : bestSoFar(active.run.plan.sweep, stage, data);
  await store.storeChunk(runId, { ...rows, columns: result.columns }, best);
}
