import type { RunSpent } from "../core/stages/run-profile.ts";
import type { ChunkProgress, ChunkResult } from "../pool/task.ts";
import type { ChunkRecord } from "../store/records.ts";
import type { ChunkWish } from "../store/store.ts";
import type { ActiveRun, ActiveRunOptions } from "./active-run.ts";
import { bestSoFar } from "./stage-ends.ts";
import { type Stretch, splitStretch, stretchOf } from "./stretch.ts";

export interface ScoringOptions extends ActiveRunOptions {
  /** Waits for the database while it is away. */
  readonly whenThere: <T>(work: () => Promise<T>) => Promise<T>;
  /** Asked when a stretch is stored: who takes the next one of its run, if anybody. */
  readonly wish: () => ChunkWish | null;
  /** Fires when the process cannot wait any longer: chunks are given back as they are. */
  readonly shutdown: AbortSignal;
}

/** What there is to do after a stretch: the next of its run, or an end. */
export interface Scored {
  readonly next: Stretch | null;
  /** Whether its stage, or its run, may have nothing left but its end. */
  readonly endDue: boolean;
}

/** What became of a chunk, and how many variants of it were scored. */
export interface ChunkOutcome {
  readonly chunk: ChunkRecord;
  readonly what: "STORED" | "PARTIAL" | "RELEASED";
  readonly scored: number;
}

export interface StretchOutcome extends Scored {
  readonly chunks: readonly ChunkOutcome[];
}

/**
 * Scores claimed chunks and stores them: whole, or what there is of them when the run was stopped.
 * Chunks of a process that shuts down are given back.
 */
export async function scoreStretch(
  active: ActiveRun,
  stretch: Stretch,
  options: ScoringOptions,
): Promise<StretchOutcome> {
  active.begin(stretch);
  try {
    const scoring = runOnPool(active, stretch, options);
    const result = await unlessFired(options.shutdown, scoring);
    if (result !== null) active.runClock.add(result.spent);
    // Taken once: the store adds it with the chunks, which a repeat does not store again.
    const spent = active.runClock.take();
    const store = () => keep(active, stretch, result, { ...options, spent });
    return await active.runClock.during("persist", () => options.whenThere(store));
  } finally {
    active.end(stretch);
  }
}

/** What was scored, or null when there was no time to begin or to finish it. */
async function runOnPool(
  active: ActiveRun,
  stretch: Stretch,
  { pool, shutdown }: ScoringOptions,
): Promise<ChunkResult | null> {
  const { base } = await active.runClock.during("load", () => active.task);
  const [{ stage, from }] = stretch;
  const shortlist = await shortlistOf(active, stretch);
  const positions = shortlist === null ? {} : { shortlist };
  const ends = stretch.length === 1 ? {} : { ends: stretch.map((chunk) => chunk.to) };
  const signal = AbortSignal.any([active.signal, shutdown]);
  const result = await active.scoring(async () => {
    if (signal.aborted) return null;
    const onProgress = ({ scored, best }: ChunkProgress) => active.progress(stretch, scored, best);
    const { to } = stretch.at(-1)!;
    return active.runClock.during("scoring", () =>
      pool.runChunk(
        { ...base, urgency: active.urgency, stage, from, to, ...positions, ...ends },
        { signal, onProgress },
      ),
    );
  });
  if (result?.status === "done") active.took(stretch, result);
  const given = result !== null && (result.status === "done" || active.signal.aborted);
  return given ? result : null;
}

/**
 * What `work` comes to, or null as soon as the signal fires: a thread may be in the middle of rows
 * that all variants need, and what it says then is of no use.
 */
async function unlessFired<T>(signal: AbortSignal, work: Promise<T>): Promise<T | null> {
  const fired = Promise.withResolvers<null>();
  const fire = () => fired.resolve(null);
  if (signal.aborted) fire();
  signal.addEventListener("abort", fire);
  try {
    return await Promise.race([work, fired.promise]);
  } finally {
    signal.removeEventListener("abort", fire);
  }
}

async function shortlistOf(active: ActiveRun, [{ stage, runId }]: Stretch) {
  if (stage === "STAGE_A") return null;
  const shortlist = await active.shortlist();
  if (shortlist === null) throw new Error(`run ${runId} has no shortlist`);
  return shortlist;
}

/** A repeat changes nothing, whatever came of the first time. */
async function keep(
  active: ActiveRun,
  stretch: Stretch,
  result: ChunkResult | null,
  { store, pool, worker, wish, spent }: ScoringOptions & { readonly spent: RunSpent },
): Promise<StretchOutcome> {
  if (result === null) {
    await store.releaseChunks(stretch, worker);
    return { chunks: stretch.map(released), next: null, endDue: active.signal.aborted };
  }
  const { sweep } = active.run.plan;
  const parts = splitStretch(sweep, stretch, result, await shortlistOf(active, stretch));
  const [{ runId, stage }] = stretch;
  if (result.status === "aborted") {
    const kept: ChunkOutcome[] = [];
    for (const [i, { columns: _columns, ...rows }] of parts.entries()) {
      const chunk = stretch[i]!;
      const told = i === 0 ? { ...rows, spent } : rows;
      const isKept = await store.storePartialChunk(runId, told, worker);
      // A run that was retried in the meantime wants the whole chunk again.
      if (!isKept) await store.releaseChunks([chunk], worker);
      kept.push(isKept ? { chunk, what: "PARTIAL", scored: rows.scored } : released(chunk));
    }
    return { chunks: kept, next: null, endDue: true };
  }
  const { data } = result.rows;
  const best = data.length === 0 ? null : bestSoFar(sweep, stage, data);
  const who = wish();
  const wanted = who === null ? null : { ...who, ...active.wishAfter(stretch[0]) };
  const { next, stageComplete } = await store.storeChunks(runId, parts, { best, spent }, wanted);
  active.told();
  pool.giveBack(result);
  const chunks = stretch.map((chunk, i) => {
    return { chunk, what: "STORED" as const, scored: parts[i]!.scored };
  });
  const endDue = stageComplete || active.signal.aborted;
  return { chunks, next: stretchOf(next), endDue };
}

function released(chunk: ChunkRecord): ChunkOutcome {
  return { chunk, what: "RELEASED", scored: 0 };
}
