import { and, asc, eq, sql } from "drizzle-orm";
import type { StageName } from "../core/stages/sweep.ts";
import type { Connection, Transaction } from "./database.ts";
import { sendDueWork, sendHints } from "./due-work.ts";
import type { ChunkRecord, RunError } from "./records.ts";
import { stopRun } from "./run-control.ts";
import { appendEvent } from "./run-events.ts";
import { type LockedRun, lockRun } from "./run-row.ts";
import { chunks, runs } from "./schema.ts";
import type { ChunkClaim, ChunkId } from "./store.ts";
import type { StoreContext } from "./store-context.ts";

/**
 * The numbers `[0, total)` of a stage cut into chunks of `chunkVariants`; a repeat does nothing.
 */
export async function insertChunks(
  tx: Transaction,
  stage: { runId: string; stage: StageName; total: number; chunkVariants: number },
): Promise<void> {
  const { runId, total } = stage;
  const size = Math.max(1, Math.floor(stage.chunkVariants));
  const last = Math.ceil(total / size) - 1;
  await tx.execute(sql`
    insert into ${chunks} (run_id, stage, no, start_index, end_index, state)
    select ${runId}::text, ${stage.stage}::text, n::integer, n * ${size}::bigint,
      least((n + 1) * ${size}::bigint, ${total}::bigint), 'PENDING'
    from generate_series(0::bigint, ${last}::bigint) as n
    on conflict do nothing`);
}

export function chunkAt(chunk: ChunkId) {
  return and(eq(chunks.runId, chunk.runId), eq(chunks.stage, chunk.stage), eq(chunks.no, chunk.no));
}

/** The chunk, where this worker holds it. */
export function chunkOf(chunk: ChunkId, worker: string) {
  return and(chunkAt(chunk), eq(chunks.state, "RUNNING"), eq(chunks.worker, worker));
}

const leaseEnd = (leaseMs: number) =>
  sql`clock_timestamp() + ${leaseMs}::double precision * interval '1 millisecond'`;

export async function claimChunk(
  context: StoreContext,
  claim: ChunkClaim,
): Promise<ChunkRecord | null> {
  return context.db.transaction(async (tx) => {
    const run = await lockRun(tx, claim.runId);
    if (claim.jobId !== undefined) await context.jobs?.complete(tx, claim.jobId);
    if (run === null || !takesWork(run, claim.stage)) return null;
    const [row] = await tx
      .update(chunks)
      .set({
        state: "RUNNING",
        attempts: sql`${chunks.attempts} + 1`,
        scored: 0,
        worker: claim.worker,
        leaseUntil: leaseEnd(claim.leaseMs),
      })
      .where(and(chunkAt(claim), isFree()))
      .returning();
    if (row === undefined) return null;
    if (run.state === "QUEUED") await startRun(tx, run);
    return row;
  });
}

function takesWork(run: LockedRun, stage: StageName): boolean {
  const active = run.state === "QUEUED" || run.state === "RUNNING";
  return active && run.stopState === null && run.stage === stage;
}

/** Waiting, or held by a worker that has not been heard of since its lease ran out. */
function isFree() {
  return sql`(${chunks.state} = 'PENDING'
    or (${chunks.state} = 'RUNNING' and ${chunks.leaseUntil} < clock_timestamp()))`;
}

/** The first piece of work that is taken makes a QUEUED run RUNNING. */
export function startRun(tx: Transaction, run: LockedRun): Promise<LockedRun> {
  const since = { startedAt: run.now, progressAt: run.now, stageAt: run.now };
  return appendEvent(tx, run, { kind: "STARTED", change: { state: "RUNNING", ...since } });
}

export async function extendLeases(
  context: StoreContext,
  worker: string,
  leaseMs: number,
): Promise<void> {
  await context.db
    .update(chunks)
    .set({ leaseUntil: leaseEnd(leaseMs) })
    .where(and(eq(chunks.worker, worker), eq(chunks.state, "RUNNING")));
  await context.db
    .update(runs)
    .set({ endLeaseUntil: leaseEnd(leaseMs) })
    .where(eq(runs.endWorker, worker));
}

export async function releaseChunk(
  context: StoreContext,
  chunk: ChunkId,
  worker: string,
): Promise<void> {
  await context.db.transaction(async (tx) => {
    const run = await lockRun(tx, chunk.runId);
    if (run === null) return;
    const released = await giveBack(tx, chunk, worker, sql`${chunks.attempts} - 1`);
    if (released !== null) await sendAgain(context, tx, run, chunk);
  });
}

export async function failChunk(
  context: StoreContext,
  chunk: ChunkId,
  worker: string,
  fault: { readonly error: RunError; readonly maxAttempts: number },
): Promise<void> {
  await context.db.transaction(async (tx) => {
    const run = await lockRun(tx, chunk.runId);
    if (run === null) return;
    const attempts = await giveBack(tx, chunk, worker, sql`${chunks.attempts}`);
    if (attempts === null) return;
    if (attempts < fault.maxAttempts) return sendAgain(context, tx, run, chunk);
    const { error } = fault;
    const stopped = await stopRun(context, tx, run, {
      state: "FAILED",
      reason: error.message,
      error,
    });
    await sendDueWork(context, tx, stopped);
  });
}

/** A job for a chunk that was given back; a run that is to stop may be due its end instead. */
function sendAgain(
  context: StoreContext,
  tx: Transaction,
  run: LockedRun,
  { runId, stage, no }: ChunkId,
): Promise<void> {
  if (run.stopState !== null) return sendDueWork(context, tx, run);
  return sendHints(context, tx, run, [{ kind: "chunk", runId, stage, no }]);
}

/**
 * RUNNING back to PENDING; answers with its attempts, or null when this worker does not hold it.
 */
async function giveBack(
  tx: Transaction,
  chunk: ChunkId,
  worker: string,
  attempts: ReturnType<typeof sql>,
): Promise<number | null> {
  const [row] = await tx
    .update(chunks)
    .set({ state: "PENDING", worker: null, leaseUntil: null, scored: 0, attempts })
    .where(chunkOf(chunk, worker))
    .returning({ attempts: chunks.attempts });
  return row?.attempts ?? null;
}

export async function chunksOf(
  db: Connection,
  runId: string,
  stage?: StageName,
): Promise<ChunkRecord[]> {
  return db
    .select()
    .from(chunks)
    .where(and(eq(chunks.runId, runId), stage === undefined ? undefined : eq(chunks.stage, stage)))
    .orderBy(asc(chunks.stage), asc(chunks.no));
}
