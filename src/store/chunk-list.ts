import { and, asc, count, eq, inArray, sql } from "drizzle-orm";
import { checkPage, decodeCursor, encodeCursor, pageOf } from "./cursor.ts";
import type { Connection } from "./database.ts";
import type { ChunkRecord, ChunkState } from "./records.ts";
import { chunks, runs } from "./schema.ts";
import type { Page, PageOf } from "./store.ts";

const TAG = "chunks";
const STAGES = ["STAGE_A", "STAGE_B"] as const;

/** One page of a run's chunks, Stage A first, by number. */
export async function listChunks(
  db: Connection,
  runId: string,
  page: Page,
  states?: readonly ChunkState[],
): Promise<PageOf<ChunkRecord>> {
  checkPage(page);
  const keyset = decodeCursor(page.after, TAG, 2);
  const chosen = and(
    eq(chunks.runId, runId),
    states === undefined ? undefined : inArray(chunks.state, [...states]),
  );
  const after =
    keyset === null
      ? undefined
      : sql`(${chunks.stage}, ${chunks.no}) >
          (${STAGES[Number(keyset[0])] ?? ""}::text, ${Number(keyset[1])}::integer)`;
  const rows = await db
    .select()
    .from(chunks)
    .where(and(chosen, after))
    .orderBy(asc(chunks.stage), asc(chunks.no))
    .limit(page.first + 1);
  const [total] = await db.select({ n: count() }).from(chunks).where(chosen);
  return pageOf(rows, page, {
    item: (row) => row,
    cursor: ({ stage, no }) => encodeCursor(TAG, [STAGES.indexOf(stage), no]),
    total: total!.n,
  });
}

/** Of runs that go on. */
export async function countOpenChunks(
  db: Connection,
): Promise<Record<"PENDING" | "RUNNING", number>> {
  const rows = await db
    .select({ state: chunks.state, n: count() })
    .from(chunks)
    .innerJoin(runs, and(eq(runs.id, chunks.runId), eq(runs.stage, chunks.stage)))
    .where(
      and(
        inArray(runs.state, ["QUEUED", "RUNNING", "PAUSED"]),
        inArray(chunks.state, ["PENDING", "RUNNING"]),
      ),
    )
    .groupBy(chunks.state);
  return { PENDING: 0, RUNNING: 0, ...Object.fromEntries(rows.map(({ state, n }) => [state, n])) };
}
