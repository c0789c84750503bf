import { and, asc, eq, inArray, isNotNull, sql } from "drizzle-orm";
import type { StageName } from "../core/stages/sweep.ts";
import type { Connection, Transaction } from "./database.ts";
import { splitColumns, unpackFloats } from "./packing.ts";
import { chunkResults } from "./schema.ts";
import type { ColumnChunk, Store, StoredColumns } from "./store.ts";

/** The metric columns of runs, apart from the rows that were stored with them. */
export function columnStore(db: Connection): Pick<Store, "columnChunks" | "metricColumns"> {
  return {
    columnChunks: (runId, stage) => columnChunksOf(db, runId, stage),
    metricColumns: (runId, stage, numbers) => metricColumnsOf(db, runId, stage, numbers),
  };
}

/** Chunks of a stage whose metric columns are stored, in index order, without the columns. */
/** Of a run that has succeeded and was not to keep them; its digest covers them all the same. */
export async function dropColumns(tx: Transaction, runId: string): Promise<void> {
  await tx.update(chunkResults).set({ columns: null }).where(eq(chunkResults.runId, runId));
}

async function columnChunksOf(
  db: Connection,
  runId: string,
  stage: StageName,
): Promise<ColumnChunk[]> {
  const { no, from, to } = chunkResults;
  const packedBytes = sql<number>`octet_length(${chunkResults.columns})`.mapWith(Number);
  return db
    .select({ no, from, to, packedBytes })
    .from(chunkResults)
    .where(and(ofStage(runId, stage), isNotNull(chunkResults.columns)))
    .orderBy(asc(no));
}

/** The metric columns of some chunks, in index order; of one that is not there, nothing. */
async function metricColumnsOf(
  db: Connection,
  runId: string,
  stage: StageName,
  numbers: readonly number[],
): Promise<StoredColumns[]> {
  const { no, from, to, stride, columns } = chunkResults;
  const rows = await db
    .select({ no, from, to, stride, columns })
    .from(chunkResults)
    .where(and(ofStage(runId, stage), inArray(no, [...numbers]), isNotNull(columns)))
    .orderBy(asc(no));
  return Promise.all(
    rows.map(async (row) => {
      const floats = await unpackFloats(row.columns!);
      const split = splitColumns(floats, floats.length / (row.stride - 1));
      return { no: row.no, from: row.from, to: row.to, columns: split };
    }),
  );
}

function ofStage(runId: string, stage: StageName) {
  return and(eq(chunkResults.runId, runId), eq(chunkResults.stage, stage));
}
