import { and, asc, eq, isNotNull, sql } from "drizzle-orm";
import type { StageName } from "../core/stages/sweep.ts";
import { checkedId, copiedBytes } from "./copied-bytes.ts";
import type { Connection, Database } from "./database.ts";
import { COLUMN_HEAD_BYTES, columnPlaces } from "./packing.ts";
import { chunkResults } from "./schema.ts";
import type { ColumnChunk, ColumnPart, Store } from "./store.ts";

/** The metric columns of runs, apart from the rows that were stored with them. */
export function columnStore(
  database: Pick<Database, "db" | "pool">,
): Pick<Store, "columnChunks" | "columnParts"> {
  const { db } = database;
  return {
    columnChunks: (runId, stage) => columnChunksOf(db, runId, stage),
    columnParts: (runId, stage, parts) => columnPartsOf(database.pool, runId, stage, parts),
  };
}

/** Chunks of a stage whose metric columns are stored, in index order, without the columns. */
async function columnChunksOf(
  db: Connection,
  runId: string,
  stage: StageName,
): Promise<ColumnChunk[]> {
  const { no, from, to, columns } = chunkResults;
  const packedBytes = sql<number>`octet_length(${columns})`.mapWith(Number);
  const head = sql<Uint8Array>`substring(${columns} from 1 for ${COLUMN_HEAD_BYTES})`;
  const rows = await db
    .select({ no, from, to, packedBytes, head })
    .from(chunkResults)
    .where(and(ofStage(runId, stage), isNotNull(columns)))
    .orderBy(asc(no));
  return rows.map(({ head, ...chunk }) => ({ ...chunk, places: columnPlaces(head) }));
}

/**
 * Bytes of packed columns, in the order asked for, in one statement; of a chunk that is not there,
 * nothing.
 */
async function columnPartsOf(
  pool: Database["pool"],
  runId: string,
  stage: StageName,
  parts: readonly ColumnPart[],
): Promise<Uint8Array[]> {
  const places = parts.map(({ no, at, bytes }, place) => ({ place, no, at, bytes }));
  const query = `
    select substring(r.columns from p.at + 1 for p.bytes) as bytes
    from json_to_recordset('${JSON.stringify(places)}') as p(place int, no int, at int, bytes int)
    join "chunk_results" r
      on r.run_id = '${checkedId(runId)}' and r.stage = '${stage}' and r.no = p.no
      and r.columns is not null
    order by p.place`;
  return copiedBytes(pool, query);
}

function ofStage(runId: string, stage: StageName) {
  return and(eq(chunkResults.runId, runId), eq(chunkResults.stage, stage));
}
