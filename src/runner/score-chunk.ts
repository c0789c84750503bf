import type { RunSpent } from "../core/stages/run-profile.ts";
import type { ChunkProgress, ChunkResult } from "../pool/task.ts";
import type { ChunkRecord } from "../store/records.ts";
import type { ChunkWish, StoredRows } from "../store/store.ts";
import type { ActiveRun, ActiveRunOptions } from "./active-run.ts";
import { bestSoFar } from "./stage-ends.ts";

export interface ScoringOptions extends ActiveRunOptions {
  /** Waits for the database while it is away. */
  readonly whenThere: <T>(work: () => Promise<T>) => Promise<T>;
  /** Asked when a chunk is stored: who takes the next one of its run, if anybody. */
  readonly wish: () => ChunkWish | null;
  /** Fires when the process cannot wait any longer: chunks are given back as they are. */
  readonly shutdown: AbortSignal;
}

/** What there is to do after a chunk: the next of its run, or an end. */
export interface Scored {
  readonly next: ChunkRecord | null;
  /** Whether its stage, or its run, may have nothing left but its end. */
  readonly endDue: boolean;
}

/** What became of a chunk, and how many variants of it were scored. */
export interface ChunkOutcome extends Scored {
  readonly what: "STORED" | "PARTIAL" | "RELEASED";
  readonly scored: number;
}

/**
 * Scores a claimed chunk and stores it: whole, or what there is of it when the run was stopped. A
 * chunk of a process that shuts down is given back.
 */
export async function scoreChunk(
  active: ActiveRun,
  chunk: ChunkRecord,
  options: ScoringOptions,
): Promise<ChunkOutcome> {
  active.begin(chunk.stage, chunk.no);
  try {
    const result = await runOnPool(active, chunk, options);
    if (result !== null) active.runClock.add(result.spent);
    // Taken once: the store adds it with the chunk, which a repeat does not store again.
    const spent = active.runClock.take();
    const store = () => keep(active, chunk, result, { ...options, spent });
    return await active.runClock.during("persist", () => options.whenThere(store));
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
  const { base } = await active.runClock.during("load", () => active.task);
  const { stage, from, to, no } = chunk;
  const shortlist = stage === "STAGE_B" ? await active.shortlist() : null;
  if (stage === "STAGE_B" && shortlist === null)
    throw new Error(`run ${chunk.runId} has no shortlist`);
  const positions = shortlist === null ? {} : { shortlist };
  const signal = AbortSignal.any([active.signal, shutdown]);
  const result = await active.scoring(async () => {
    if (signal.aborted) return null;
    const onProgress = ({ scored, best }: ChunkProgress) => active.progress(no, scored, best);
    return active.runClock.during("scoring", () =>
      pool.runChunk(
        { ...base, urgency: active.urgency, stage, from, to, ...positions },
        { signal, onProgress },
      ),
    );
  });
  const given = result !== null && (result.status === "done" || active.signal.aborted);
  return given ? result : null;
}

/** A repeat changes nothing, whatever came of the first time. */
async function keep(
  active: ActiveRun,
  chunk: ChunkRecord,
  result: ChunkResult | null,
  { store, worker, wish, spent }: ScoringOptions & { readonly spent: RunSpent },
): Promise<ChunkOutcome> {
  if (result === null) return release();
  const { runId, stage, no, from, to } = chunk;
  const { scored } = result;
  const { stride, data } = result.rows;
  const rows: StoredRows = { stage, no, from, to, scored, stride, rows: data, spent };
  if (result.status === "aborted") {
    const kept = await store.storePartialChunk(runId, rows, worker);
    // A run that was retried in the meantime wants the whole chunk again.
    return kept ? { what: "PARTIAL", scored, next: null, endDue: true } : release();
  }
  const best = data.length === 0 ? null : bestSoFar(active.run.plan.sweep, stage, data);
  const whole = { ...rows, columns: result.columns };
  const { next, stageComplete } = await store.storeChunk(runId, whole, best, wish());
  active.told();
  return { what: "STORED", scored, next, endDue: stageComplete || active.signal.aborted };

  async function release(): Promise<ChunkOutcome> {
    await store.releaseChunk(chunk, worker);
    return { what: "RELEASED", scored: 0, next: null, endDue: active.signal.aborted };
  }
}
