import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Connection } from "./database.ts";
import type { ChunkRecord, RunError } from "./records.ts";
import { chunkIn } from "./run-row.ts";
import { chunks } from "./schema.ts";
import type { ChunkId } from "./store.ts";
import type { StoreContext } from "./store-context.ts";

export function chunkAt(chunk: ChunkId) {
  return and(eq(chunks.runId, chunk.runId), eq(chunks.stage, chunk.stage), eq(chunks.no, chunk.no));
}

/** The chunk, where this worker holds it. */
export function chunkOf(chunk: ChunkId, worker: string) {
  return and(chunkAt(chunk), eq(chunks.state, "RUNNING"), eq(chunks.worker, worker));
}

interface HeldChunks extends Pick<ChunkId, "runId" | "stage"> {
  readonly nos: readonly number[];
  readonly worker: string;
}

/** Those of these chunks that this worker holds. */
export function chunksHeld({ runId, stage, nos, worker }: HeldChunks) {
  return and(
    chunkIn(runId, stage, "RUNNING"),
    inArray(chunks.no, [...nos]),
    eq(chunks.worker, worker),
  );
}

/** The time of the attempt after as many as the row has counted; see `backoffMs`. */
export function retryTime({ retries, random }: StoreContext): SQL {
  const doublings = Math.ceil(Math.log2(retries.maxMs / retries.baseMs));
  const share = 1 - random() / 2;
  return sql`clock_timestamp() + interval '1 millisecond' * ${share}::double precision
    * least(${retries.maxMs}::double precision, ${retries.baseMs}::double precision
      * power(2::double precision, least(${chunks.attempts} - 1, ${doublings}::integer)))`;
}

/** What changes besides with a chunk that goes back to PENDING. */
interface BackChange {
  readonly attempts?: SQL;
  readonly error?: RunError | SQL;
  readonly retryAt?: SQL;
}

/** RUNNING back to PENDING, where `where` holds; answers with the chunks it found. */
export function giveBack(
  tx: Connection,
  where: SQL | undefined,
  change: BackChange = {},
): Promise<ChunkRecord[]> {
  return tx
    .update(chunks)
    .set({ state: "PENDING", worker: null, leaseUntil: null, scored: 0, ...change })
    .where(and(eq(chunks.state, "RUNNING"), where))
    .returning();
}
