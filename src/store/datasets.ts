import { and, count, desc, eq, inArray, lt, or } from "drizzle-orm";
import { isTimeframe } from "../core/series/timeframe.ts";
import { checkPage, decodeCursor, encodeCursor, pageOf } from "./cursor.ts";
import type { Connection } from "./database.ts";
import type { DatasetRecord } from "./records.ts";
import { datasetBlocks, datasets } from "./schema.ts";
import type { DatasetBlock, Page, PageOf } from "./store.ts";

const TAG = "datasets";

export async function saveDataset(
  db: Connection,
  record: Omit<DatasetRecord, "createdAt">,
  blocks: readonly DatasetBlock[],
): Promise<DatasetRecord> {
  return db.transaction(async (tx) => {
    const [row] = await tx.insert(datasets).values(record).onConflictDoNothing().returning();
    if (row === undefined) {
      const [existing] = await tx.select().from(datasets).where(eq(datasets.hash, record.hash));
      return toRecord(existing!);
    }
    for (const block of blocks) {
      const bytes = Buffer.from(block.bytes.buffer, block.bytes.byteOffset, block.bytes.byteLength);
      await tx.insert(datasetBlocks).values({ ...block, hash: record.hash, bytes });
    }
    return toRecord(row);
  });
}

export async function datasetByHash(db: Connection, hash: string): Promise<DatasetRecord | null> {
  const [row] = await db.select().from(datasets).where(eq(datasets.hash, hash));
  return row === undefined ? null : toRecord(row);
}

export async function datasetsByHash(
  db: Connection,
  hashes: readonly string[],
): Promise<DatasetRecord[]> {
  const rows = await db
    .select()
    .from(datasets)
    .where(inArray(datasets.hash, [...hashes]));
  return rows.map(toRecord);
}

export async function findDataset(
  db: Connection,
  hashOrName: string,
): Promise<DatasetRecord | null> {
  const rows = await db
    .select()
    .from(datasets)
    .where(or(eq(datasets.hash, hashOrName), eq(datasets.name, hashOrName)))
    // A hash names one dataset for ever, so it wins over a name that happens to look like it.
    .orderBy(desc(eq(datasets.hash, hashOrName)), desc(datasets.no))
    .limit(1);
  return rows[0] === undefined ? null : toRecord(rows[0]);
}

export async function listDatasets(db: Connection, page: Page): Promise<PageOf<DatasetRecord>> {
  checkPage(page);
  const after = decodeCursor(page.after, TAG, 1);
  const rows = await db
    .select()
    .from(datasets)
    .where(and(after === null ? undefined : lt(datasets.no, Number(after[0]))))
    .orderBy(desc(datasets.no))
    .limit(page.first + 1);
  const [total] = await db.select({ n: count() }).from(datasets);
  return pageOf(rows, page, {
    item: toRecord,
    cursor: (row) => encodeCursor(TAG, [row.no]),
    total: total!.n,
  });
}

export async function blocksOf(db: Connection, hash: string): Promise<DatasetBlock[]> {
  return db
    .select({ column: datasetBlocks.column, no: datasetBlocks.no, bytes: datasetBlocks.bytes })
    .from(datasetBlocks)
    .where(eq(datasetBlocks.hash, hash))
    .orderBy(datasetBlocks.column, datasetBlocks.no);
}

function toRecord(row: typeof datasets.$inferSelect): DatasetRecord {
  const { no: _no, timeframe, ...rest } = row;
  if (!isTimeframe(timeframe)) throw new Error(`dataset ${row.hash} has timeframe ${timeframe}`);
  return { ...rest, timeframe };
}
