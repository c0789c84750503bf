import { setImmediate as turn } from "node:timers/promises";
import { and, asc, eq, isNotNull, type SQL, sql } from "drizzle-orm";
import type { StageName } from "../core/stages/sweep.ts";
import { checkedId, copiedBytes } from "./copied-bytes.ts";
import type { Connection, Database } from "./database.ts";
import { freeArrays } from "./free-arrays.ts";
import { unpackColumns, unpackFloats } from "./packing.ts";
import { chunkResults } from "./schema.ts";
import type { StoredChunk, StoredRows } from "./store.ts";

/** Rows of every stored chunk, in index order. */
export async function* storedRows(
  database: ChunkDatabase,
  runId: string,
  stage: StageName,
): AsyncGenerator<StoredRows> {
  const ofStage = and(eq(chunkResults.runId, runId), eq(chunkResults.stage, stage));
  for (const batch of await batches(database.db, ofStage, ROW_BYTES)) {
    const packed = await packedOf(database.pool, runId, batch, "rows");
    for (const [i, { bytes: _bytes, rowBytes: _rowBytes, ...chunk }] of batch.entries()) {
      const rows = await unpackFloats(packed[i]);
      freeArrays([packed[i]]);
      yield { ...chunk, rows };
      if (i % CHUNKS_A_TURN === CHUNKS_A_TURN - 1) await turn();
    }
  }
}

/** Rows and columns of every whole chunk, in index order. */
export async function* storedChunks(
  database: ChunkDatabase,
  runId: string,
  stage: StageName,
): AsyncGenerator<StoredChunk> {
  const ofStage = and(
    eq(chunkResults.runId, runId),
    eq(chunkResults.stage, stage),
    isNotNull(chunkResults.columns),
  );
  const bytes = sql<number>`${ROW_BYTES} + octet_length(${chunkResults.columns})`;
  for (const batch of await batches(database.db, ofStage, bytes)) {
    const packed = await packedOf(database.pool, runId, batch, "rows || columns");
    for (const [i, { bytes: _bytes, rowBytes, ...chunk }] of batch.entries()) {
      const rows = await unpackFloats(packed[i].subarray(0, rowBytes));
      const columns = await unpackColumns(packed[i].subarray(rowBytes), chunk.stride - 1);
      freeArrays([packed[i]]);
      yield { ...chunk, rows, columns };
      if (i % CHUNKS_A_TURN === CHUNKS_A_TURN - 1) await turn();
    }
  }
}

type ChunkDatabase = Pick<Database, "db" | "pool">;

/** A stored chunk without its bytes, and how many there are. */
type ChunkSize = Omit<StoredRows, "rows"> & {
  /** To fetch. */
  readonly bytes: number;
  /** Of these, those of the rows, which come first. */
  readonly rowBytes: number;
};

const ROW_BYTES = sql<number>`octet_length(${chunkResults.rows})`;

/** Small chunks are unpacked at once: the event loop gets a turn after so many. */
const CHUNKS_A_TURN = 64;
/** Packed bytes of chunks that are fetched by one statement; a chunk with more comes alone. */
const BATCH_BYTES = 2 ** 20;

/** Chunks in order, as many at a time as may be in memory together. */
async function batches(
  db: Connection,
  where: SQL | undefined,
  bytes: SQL<number>,
): Promise<ChunkSize[][]> {
  const { stage, no, from, to, scored, stride } = chunkResults;
  const sizes = await db
    .select({
      ...{ stage, no, from, to, scored, stride },
      bytes: bytes.mapWith(Number),
      rowBytes: ROW_BYTES.mapWith(Number),
    })
    .from(chunkResults)
    .where(where)
    .orderBy(asc(no));
  const found: ChunkSize[][] = [];
  let room = 0;
  for (const size of sizes) {
    room -= size.bytes;
    if (room < 0 || found.length === 0) {
      found.push([]);
      room = BATCH_BYTES - size.bytes;
    }
    found.at(-1)!.push(size);
  }
  return found;
}

/** What a batch has stored, a piece a chunk; a stored chunk never changes, but may be deleted. */
async function packedOf(
  pool: Database["pool"],
  runId: string,
  batch: readonly ChunkSize[],
  what: "rows" | "rows || columns",
): Promise<Uint8Array[]> {
  const numbers = batch.map(({ no }) => no).join();
  const query = `
    select ${what} from "chunk_results"
    where run_id = '${checkedId(runId)}' and stage = '${batch[0].stage}' and no in (${numbers})
    order by no`;
  const packed = await copiedBytes(pool, query);
  if (packed.length !== batch.length) {
    throw new Error(`${batch.length - packed.length} chunks of run ${runId} are gone`);
  }
  return packed;
}
