import { sql } from "drizzle-orm";
import { addSpent, type RunSpent } from "../core/stages/run-profile.ts";
import { answerOf, asJson, type ChunkJson, chunkOfJson } from "./answer.ts";
import { chunkOf } from "./chunk-row.ts";
import { sendDueWork, sendWorkOf } from "./due-work.ts";
import { freeArrays } from "./free-arrays.ts";
import { packChunks, packFloats } from "./packing.ts";
import { type BestSoFar, type Checkpoint, isTerminal } from "./records.ts";
import { changeRun } from "./run-events.ts";
import { lockRun } from "./run-row.ts";
import { chunkResults, chunks } from "./schema.ts";
import type { ChunkWish, StoredChunk, StoredRows, WorkerProgress } from "./store.ts";
import type { StoreContext } from "./store-context.ts";

interface Answer extends Omit<Checkpoint, "next"> {
  readonly next: readonly ChunkJson[];
  readonly left: boolean;
}

interface Scored {
  readonly chunks: readonly StoredChunk[];
  readonly best: BestSoFar | null;
  readonly spent: RunSpent | null;
}

/**
 * Writes the results of chunks of one stage, whoever scored them first: a worker that lost its
 * lease may be late, and the result is the same. With `wish` the worker takes the next chunks of
 * the run in the same statement.
 */
export async function storeChunks(
  context: StoreContext,
  runId: string,
  { chunks: scored, best, spent }: Scored,
  wish: ChunkWish | null = null,
): Promise<Checkpoint> {
  // All bytes are one parameter: an array of them is text in the protocol.
  const { bytes, sizes } = await packChunks(scored);
  const parts = scored.map(({ no, from, to, scored: count, stride }, i) => {
    return { no, from, to, scored: count, stride, ...sizes[i] };
  });
  // The longest comes last: the driver's message grows by half of what it has for any behind it.
  const { next, left, ...checkpoint } = await answerOf<Answer>(
    context.db,
    sql`store_chunks(of_run => ${runId}::text, its_stage => ${scored[0]!.stage}::text,
      told => ${asJson(parts)}, its_best => ${asJson(best)}, its_spent => ${asJson(spent)},
      wish => ${asJson(wish)}, packed => ${bytes}::bytea)`,
  );
  freeArrays([bytes]);
  // Its worker goes elsewhere: whoever has nothing to do is told of the chunks that are left.
  if (left) await sendWorkOf(context, runId);
  return { ...checkpoint, next: next.map(chunkOfJson) };
}

export async function reportProgress(
  context: StoreContext,
  { runId, stage, worker, chunks: reported, best }: WorkerProgress,
): Promise<void> {
  await answerOf(
    context.db,
    sql`report_progress(${runId}::text, ${stage}::text, ${worker}::text, ${asJson(reported)},
      ${asJson(best)})`,
  );
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
