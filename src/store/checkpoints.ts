import { and, asc, eq, isNotNull, sum } from "drizzle-orm";
import { addSpent } from "../core/stages/run-profile.ts";
import type { StageName } from "../core/stages/sweep.ts";
import { betterOf } from "./best.ts";
import { chunkAt, chunkOf } from "./chunk-row.ts";
import type { Connection, Transaction } from "./database.ts";
import { isStageComplete, sendDueWork } from "./due-work.ts";
import { packFloats, splitColumns, unpackFloats } from "./packing.ts";
import { advance, PROGRESS_EVENT_MS } from "./progress.ts";
import { type BestSoFar, isTerminal } from "./records.ts";
import { appendEvent, changeRun, type RunChange } from "./run-events.ts";
import { chunkIn, type LockedRun, lockRun } from "./run-row.ts";
import { chunkResults, chunks } from "./schema.ts";
import type { StoredChunk, StoredRows, WorkerProgress } from "./store.ts";
import type { StoreContext } from "./store-context.ts";

/**
 * Writes a chunk's result, whoever scored it first: a worker that lost its lease may be late, and
 * the result is the same. The chunk that completes a stage sends the job for the stage's end with
 * it.
 */
export async function storeChunk(
  context: StoreContext,
  runId: string,
  chunk: StoredChunk,
  best: BestSoFar | null,
): Promise<{ stored: boolean; stageComplete: boolean }> {
  const packed = [packFloats([chunk.rows]), packFloats(chunk.columns)];
  const [rows, columns] = (await Promise.all(packed)) as [Buffer, Buffer];
  const { stage, no } = chunk;
  return context.db.transaction(async (tx) => {
    const run = await lockRun(tx, runId);
    const refused = { stored: false, stageComplete: false };
    if (run === null || isTerminal(run.state) || run.stage !== stage) return refused;
    if (!(await markDone(tx, runId, chunk))) return refused;
    const { from, to, scored, stride } = chunk;
    await tx
      .insert(chunkResults)
      .values({ runId, stage, no, from, to, scored, stride, rows, columns });
    const stored = run.stored + scored;
    const complete = await isStageComplete(tx, run);
    const progress = {
      ...(await progressOf(tx, run, stored)),
      ...bestOf(run, stage, best),
      stored,
      spent: addSpent(run.spent, chunk.spent ?? null),
    };
    if (!complete) {
      await appendProgress(tx, run, progress);
      return { stored: true, stageComplete: false };
    }
    const ended = await completeStage(tx, run, progress);
    await sendDueWork(context, tx, ended);
    return { stored: true, stageComplete: true };
  });
}

async function markDone(tx: Transaction, runId: string, chunk: StoredChunk): Promise<boolean> {
  const id = { runId, stage: chunk.stage, no: chunk.no };
  const [held] = await tx.select({ state: chunks.state }).from(chunks).where(chunkAt(id));
  if (held?.state !== "RUNNING" && held?.state !== "PENDING") return false;
  await tx
    .update(chunks)
    .set({ state: "DONE", scored: chunk.scored, leaseUntil: null })
    .where(chunkAt(id));
  return true;
}

/**
 * All variants of the stage are stored: progress is whole, and after Stage B only the end is left.
 */
function completeStage(tx: Transaction, run: LockedRun, change: RunChange): Promise<LockedRun> {
  const whole = { ...change, total: run.total, done: run.total };
  if (run.stage === "STAGE_A") return appendEvent(tx, run, { kind: "PROGRESS", change: whole });
  return appendEvent(tx, run, { kind: "STAGE", change: { ...whole, stage: "FINALIZING" } });
}

/** Stored variants plus what every process has reported of its chunks in flight. */
async function progressOf(tx: Transaction, run: LockedRun, stored: number): Promise<RunChange> {
  const [inFlight] = await tx
    .select({ scored: sum(chunks.scored).mapWith(Number) })
    .from(chunks)
    .where(chunkIn(run.id, run.stage, "RUNNING"));
  const { done, variantsPerSecond, progressAt, stageAt } = advance(
    run,
    stored + (inFlight?.scored ?? 0),
    run.now,
  );
  return { done, variantsPerSecond, progressAt, stageAt };
}

/**
 * A stage's first best replaces that of the stage before: its variants are what the run ends with.
 */
function bestOf(run: LockedRun, stage: StageName, best: BestSoFar | null): RunChange {
  if (best === null) return {};
  if (run.bestStage !== stage) return { best, bestStage: stage };
  return { best: betterOf(run.plan.sweep.ranking, run.best, best) };
}

/** The change, and an event of it unless the last one is only just past. */
async function appendProgress(tx: Transaction, run: LockedRun, change: RunChange): Promise<void> {
  const sinceMs = run.now.getTime() - (run.progressEventAt?.getTime() ?? Number.NEGATIVE_INFINITY);
  if (sinceMs < PROGRESS_EVENT_MS) {
    await changeRun(tx, run, change);
    return;
  }
  await appendEvent(tx, run, { kind: "PROGRESS", change: { ...change, progressEventAt: run.now } });
}

export async function reportProgress(
  context: StoreContext,
  progress: WorkerProgress,
): Promise<void> {
  const { runId, stage, worker } = progress;
  await context.db.transaction(async (tx) => {
    const run = await lockRun(tx, runId);
    if (run === null || run.stage !== stage || isTerminal(run.state)) return;
    for (const { no, scored } of progress.chunks) {
      await tx.update(chunks).set({ scored }).where(chunkOf({ runId, stage, no }, worker));
    }
    const change = await progressOf(tx, run, run.stored);
    await appendProgress(tx, run, { ...change, ...bestOf(run, stage, progress.best) });
  });
}

/** Rows of a chunk that was stopped; the last one to come in sends the job that ends the run. */
export async function storePartialChunk(
  context: StoreContext,
  runId: string,
  chunk: StoredRows,
  worker: string,
): Promise<boolean> {
  const rows = await packFloats([chunk.rows]);
  const { stage, no, from, to, scored, stride } = chunk;
  return context.db.transaction(async (tx) => {
    const run = await lockRun(tx, runId);
    if (run === null || isTerminal(run.state) || run.stopState === null) return false;
    const [held] = await tx
      .update(chunks)
      .set({ state: "PARTIAL", scored, leaseUntil: null })
      .where(chunkOf({ runId, stage, no }, worker))
      .returning({ no: chunks.no });
    if (held === undefined) return false;
    await tx.insert(chunkResults).values({ runId, stage, no, from, to, scored, stride, rows });
    await changeRun(tx, run, { spent: addSpent(run.spent, chunk.spent ?? null) });
    await sendDueWork(context, tx, run);
    return true;
  });
}

/** Rows of every stored chunk, one in memory at a time. */
export async function* storedRows(
  db: Connection,
  runId: string,
  stage: StageName,
): AsyncGenerator<StoredRows> {
  const ofStage = and(eq(chunkResults.runId, runId), eq(chunkResults.stage, stage));
  for (const no of await storedNumbers(db, ofStage)) {
    const { columns: _columns, ...light } = columnsOfTable;
    const [row] = await db
      .select(light)
      .from(chunkResults)
      .where(and(ofStage, eq(chunkResults.no, no)));
    if (row !== undefined) yield { ...row, rows: await unpackFloats(row.rows) };
  }
}

/** Rows and columns of every whole chunk, one in memory at a time. */
export async function* storedChunks(
  db: Connection,
  runId: string,
  stage: StageName,
): AsyncGenerator<StoredChunk> {
  const ofStage = and(
    eq(chunkResults.runId, runId),
    eq(chunkResults.stage, stage),
    isNotNull(chunkResults.columns),
  );
  for (const no of await storedNumbers(db, ofStage)) {
    const [row] = await db
      .select(columnsOfTable)
      .from(chunkResults)
      .where(and(ofStage, eq(chunkResults.no, no)));
    if (row === undefined) continue;
    const floats = await unpackFloats(row.columns!);
    const columns = splitColumns(floats, floats.length / (row.stride - 1));
    yield { ...row, rows: await unpackFloats(row.rows), columns };
  }
}

const columnsOfTable = {
  stage: chunkResults.stage,
  no: chunkResults.no,
  from: chunkResults.from,
  to: chunkResults.to,
  scored: chunkResults.scored,
  stride: chunkResults.stride,
  rows: chunkResults.rows,
  columns: chunkResults.columns,
};

async function storedNumbers(
  db: Connection,
  where: ReturnType<typeof and>,
): Promise<readonly number[]> {
  const rows = await db
    .select({ no: chunkResults.no })
    .from(chunkResults)
    .where(where)
    .orderBy(asc(chunkResults.no));
  return rows.map((row) => row.no);
}
