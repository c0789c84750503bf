import { and, asc, eq, sql } from "drizzle-orm";
import type { StageName } from "../core/stages/sweep.ts";
import { answerOf, type ChunkJson, chunkOfJson } from "./answer.ts";
import { chunkAt, chunkOf, giveBack, retryTime } from "./chunk-row.ts";
import type { Connection, Transaction } from "./database.ts";
import { sendDueWork, sendHints } from "./due-work.ts";
import { leaseEnd } from "./lease.ts";
import type { ChunkRecord } from "./records.ts";
import { stopRun } from "./run-control.ts";
import { appendEvent } from "./run-events.ts";
import { chunkIn, type LockedRun, lockRun } from "./run-row.ts";
import { chunks, runs } from "./schema.ts";
import type { AttemptFault, ChunkClaim, ChunkId, HeldWork } from "./store.ts";
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

export async function claimChunk(
  context: StoreContext,
  { runId, stage, no, worker, leaseMs }: ChunkClaim,
): Promise<ChunkRecord | null> {
  const claim = sql`claim_chunk(${runId}::text, ${stage}::text, ${no ?? null}::integer,
    ${worker}::text, ${leaseMs}::double precision)`;
  const { chunk, waiting } = await answerOf<{ chunk: ChunkJson | null; waiting: boolean }>(
    context.db,
    claim,
  );
  if (!waiting) await discardHints(context, runId, stage);
  return chunk === null ? null : chunkOfJson(chunk);
}

/** Where the last chunk of a stage has been taken, hints at further ones lead nowhere. */
async function discardHints(context: StoreContext, runId: string, stage: StageName): Promise<void> {
  const { jobs } = context;
  if (jobs === null) return;
  await context.db.transaction(async (tx) => {
    const run = await lockRun(tx, runId);
    if (run?.stage !== stage) return;
    const waiting = tx
      .select({ no: chunks.no })
      .from(chunks)
      .where(chunkIn(runId, stage, "PENDING"));
    if ((await waiting.limit(1)).length === 0) await jobs.discard(tx, runId);
  });
}

/** An end that is taken makes a QUEUED run RUNNING, as a chunk does. */
export function startRun(tx: Transaction, run: LockedRun): Promise<LockedRun> {
  const since = { startedAt: run.now, progressAt: run.now, stageAt: run.now };
  return appendEvent(tx, run, { kind: "STARTED", change: { state: "RUNNING", ...since } });
}

export async function extendLeases(
  context: StoreContext,
  worker: string,
  leaseMs: number,
  held: HeldWork,
): Promise<void> {
  const leaseUntil = leaseEnd(leaseMs);
  const ofWorker = and(eq(chunks.worker, worker), eq(chunks.state, "RUNNING"));
  // One row a statement: whoever locks several at once, beside those who lock their run first, may
  // meet them in a deadlock.
  for (const chunk of held.chunks) {
    await context.db
      .update(chunks)
      .set({ leaseUntil })
      .where(and(ofWorker, chunkAt(chunk)));
  }
  for (const runId of held.ends) {
    await context.db
      .update(runs)
      .set({ endLeaseUntil: leaseUntil })
      .where(and(eq(runs.endWorker, worker), eq(runs.id, runId)));
  }
}

export async function releaseChunk(
  context: StoreContext,
  chunk: ChunkId,
  worker: string,
): Promise<void> {
  await context.db.transaction(async (tx) => {
    const run = await lockRun(tx, chunk.runId);
    if (run === null) return;
    const back = { attempts: sql`${chunks.attempts} - 1` };
    if ((await giveBack(tx, chunkOf(chunk, worker), back)).length === 0) return;
    await sendAgain(context, tx, run, chunk, null);
  });
}

export async function failChunk(
  context: StoreContext,
  chunk: ChunkId,
  worker: string,
  fault: AttemptFault,
): Promise<void> {
  await context.db.transaction(async (tx) => {
    const run = await lockRun(tx, chunk.runId);
    if (run === null) return;
    const { error } = fault;
    const [failed] = await giveBack(tx, chunkOf(chunk, worker), {
      error,
      retryAt: retryTime(context),
    });
    if (failed === undefined) return;
    const { retries } = context;
    const allowed = fault.kind === "USER" ? retries.userErrors : retries.faults;
    if (failed.attempts <= allowed) return sendAgain(context, tx, run, chunk, failed.retryAt);
    const stop = { state: "FAILED", reason: error.message, error } as const;
    await sendDueWork(context, tx, await stopRun(context, tx, run, stop));
  });
}

/** A job for a chunk that was given back; a run that is to stop may be due its end instead. */
function sendAgain(
  context: StoreContext,
  tx: Transaction,
  run: LockedRun,
  { runId, stage, no }: ChunkId,
  notBefore: Date | null,
): Promise<void> {
  if (run.stopState !== null) return sendDueWork(context, tx, run);
  return sendHints(context, tx, run, [{ kind: "chunk", runId, stage, no, notBefore }]);
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
