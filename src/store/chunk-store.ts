import { reportProgress, storeChunks, storePartialChunk } from "./checkpoints.ts";
import { listChunks } from "./chunk-list.ts";
import { chunksOf, claimChunks, failChunk, releaseChunks } from "./chunks.ts";
import type { Database } from "./database.ts";
import type { Store } from "./store.ts";
import type { StoreContext } from "./store-context.ts";
import { storedChunks, storedRows } from "./stored-chunks.ts";

type ChunkStore = Pick<
  Store,
  | "claimChunk"
  | "claimChunks"
  | "releaseChunks"
  | "failChunk"
  | "storeChunks"
  | "storeChunk"
  | "storePartialChunk"
  | "chunks"
  | "listChunks"
  | "storedRows"
  | "storedChunks"
  | "reportProgress"
>;

/** What the store knows of chunks. */
export function chunkStore(
  context: StoreContext,
  database: Pick<Database, "db" | "pool">,
): ChunkStore {
  const { db } = context;
  return {
    claimChunk: async (claim) => (await claimChunks(context, claim, 1))[0] ?? null,
    claimChunks: (claim, most) => claimChunks(context, claim, most),
    releaseChunks: (held, worker) => releaseChunks(context, held, worker),
    failChunk: (chunk, worker, fault) => failChunk(context, chunk, worker, fault),
    storeChunks: (runId, chunks, told, wish) =>
      storeChunks(context, runId, { chunks, ...told }, wish),
    storeChunk: async (runId, chunk, best, wish) => {
      const scored = { chunks: [chunk], best, spent: chunk.spent ?? null };
      const { stored, next, ...rest } = await storeChunks(context, runId, scored, wish);
      return { ...rest, stored: stored > 0, next: next[0] ?? null };
    },
    storePartialChunk: (runId, rows, worker) => storePartialChunk(context, runId, rows, worker),
    chunks: (runId, stage) => chunksOf(db, runId, stage),
    listChunks: (runId, page, states) => listChunks(db, runId, page, states),
    storedRows: (runId, stage) => storedRows(database, runId, stage),
    storedChunks: (runId, stage) => storedChunks(database, runId, stage),
    reportProgress: (progress) => reportProgress(context, progress),
  };
}
