import { and, asc, eq, sql } from "drizzle-orm";
import type { StageName } from "../core/stages/sweep.ts";
import { answerOf, type ChunkJson, chunkOfJson } from "./answer.ts";
import { chunkOf, chunksHeld, giveBack, retryTime } from "./chunk-row.ts";
import type { Connection, Transaction } from "./database.ts";
import { dueWork, sendDueWork, sendHints } from "./due-work.ts";
import type { ChunkRecord } from "./records.ts";
import { stopOverdueRun } from "./recovery.ts";
import { stopRun } from "./run-control.ts";
import { appendEvent } from "./run-events.ts";
import { chunkIn, type LockedRun, lockRun } from "./run-row.ts";
import { timeUpAt } from "./run-times.ts";
import { chunks } from "./schema.ts";
import type { AttemptFault, ChunkClaim, ChunkId } from "./store.ts";
import type { StoreContext } from "./store-context.ts";

interface Claimed {
  readonly chunks: readonly ChunkJson[];
  /** Whether further chunks of the stage may be had, now or later. */
  readonly waiting: boolean;
  /** Its deadline or time limit has passed, so that nothing of it is begun any more. */
  readonly late?: boolean;
}

export async function claimChunks(
  context: StoreContext,
  { runId, stage, no, worker, leaseMs }: ChunkClaim,
  most: number,
): Promise<ChunkRecord[]> {
  const found = await answerOf<Claimed>(
    context.db,
    sql`claim_chunks(${runId}::text, ${stage}::text, ${no ?? null}::integer, ${most}::integer,
      ${worker}::text, ${leaseMs}::double precision, ${context.engineVersion}::text)`,
  );
  if (found.late) await stopOverdueRun(context, runId);
  if (!found.waiting) await discardHints(context, runId, stage);
  return found.chunks.map(chunkOfJson);
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
  const { now } = run;
  const since = { startedAt: now, progressAt: now, stageAt: now, timeUpAt: timeUpAt(run) };
  return appendEvent(tx, run, { kind: "STARTED", change: { state: "RUNNING", ...since } });
}

export async function releaseChunks(
  context: StoreContext,
  held: readonly [ChunkId, ...ChunkId[]],
  worker: string,
): Promise<void> {
  const [{ runId, stage }] = held;
  const nos = held.map(({ no }) => no);
  await context.db.transaction(async (tx) => {
    const run = await lockRun(tx, runId);
    if (run === null) return;
    const back = { attempts: sql`${chunks.attempts} - 1` };
    const [given] = await giveBack(tx, chunksHeld({ runId, stage, nos, worker }), back);
    if (given !== undefined) await sendAgain(context, tx, run, given, null);
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

/**
 * A job for a chunk that was given back, and for whatever else waits: its lane goes on to other
 * work.
 */
async function sendAgain(
  context: StoreContext,
  tx: Transaction,
  run: LockedRun,
  { runId, stage, no }: ChunkId,
  notBefore: Date | null,
): Promise<void> {
  const due = await dueWork(context, tx, run);
  const known = due.some((hint) => hint.kind === "end" || hint.no === no);
  const active = run.state === "QUEUED" || run.state === "RUNNING";
  const waits = active && run.stopState === null && !known;
  const again = { kind: "chunk", runId, stage, no, notBefore } as const;
  await sendHints(context, tx, run, waits ? [again, ...due] : due);
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
