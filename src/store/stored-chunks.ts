import { setImmediate as turn } from "node:timers/promises";
import { and, asc, eq, inArray, isNotNull, type SQL, sql } from "drizzle-orm";
import type { StageName } from "../core/stages/sweep.ts";
import type { Connection } from "./database.ts";
import { unpackColumns, unpackFloats } from "./packing.ts";
import { chunkResults } from "./schema.ts";
import type { StoredChunk, StoredRows } from "./store.ts";

/** Rows of every stored chunk, in index order. */
export async function* storedRows(
  db: Connection,
  runId: string,
  stage: StageName,
): AsyncGenerator<StoredRows> {
  const ofStage = and(eq(chunkResults.runId, runId), eq(chunkResults.stage, stage));
  const { columns: _columns, ...light } = columnsOfTable;
  for (const numbers of await batches(
    db,
    ofStage,
    sql<number>`octet_length(${chunkResults.rows})`,
  )) {
    const batch = await db
      .select(light)
      .from(chunkResults)
      .where(and(ofStage, inArray(chunkResults.no, numbers)))
      .orderBy(asc(chunkResults.no));
    for (const [i, row] of batch.entries()) {
      yield { ...row, rows: await unpackFloats(row.rows) };
      if (i % CHUNKS_A_TURN === CHUNKS_A_TURN - 1) await turn();
    }
  }
}

/** Rows and columns of every whole chunk, in index order. */
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
  const { rows, columns } = chunkResults;
  const bytes = sql<number>`octet_length(${rows}) + octet_length(${columns})`;
  for (const numbers of await batches(db, ofStage, bytes)) {
    const batch = await db
      .select(columnsOfTable)
      .from(chunkResults)
      .where(and(ofStage, inArray(chunkResults.no, numbers)))
      .orderBy(asc(chunkResults.no));
    for (const [i, row] of batch.entries()) {
      const columns = await unpackColumns(row.columns!, row.stride - 1);
      yield { ...row, rows: await unpackFloats(row.rows), columns };
      if (i % CHUNKS_A_TURN === CHUNKS_A_TURN - 1) await turn();
    }
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

/** Small chunks are unpacked at once: the event loop gets a turn after so many. */
const CHUNKS_A_TURN = 64;
/** Packed bytes of chunks that are fetched by one statement; a chunk with more comes alone. */
const BATCH_BYTES = 4 * 2 ** 20;

/** Numbers of the chunks, in order, as many at a time as may be in memory together. */
async function batches(
  db: Connection,
  where: SQL | undefined,
  bytes: SQL<number>,
): Promise<number[][]> {
  const sizes = await db
    .select({ no: chunkResults.no, bytes: bytes.mapWith(Number) })
    .from(chunkResults)
    .where(where)
    .orderBy(asc(chunkResults.no));
  const found: number[][] = [];
  let room = 0;
  for (const size of sizes) {
    room -= size.bytes;
    if (room < 0 || found.length === 0) {
      found.push([]);
      room = BATCH_BYTES - size.bytes;
    }
    found.at(-1)!.push(size.no);
  }
  return found;
}
