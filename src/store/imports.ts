import { and, asc, count, desc, eq, inArray, lt, or, sql } from "drizzle-orm";
import { complaint, UserError } from "../core/user-error.ts";
import { checkPage, decodeCursor, encodeCursor, pageOf } from "./cursor.ts";
import type { Connection, Transaction } from "./database.ts";
import type { ImportEnd, ImportProgress, ImportRecord, ImportState } from "./import-records.ts";
import { importPages, imports } from "./import-schema.ts";
import { leaseEnd } from "./lease.ts";
import { notifyImport } from "./notifications.ts";
import { packFloats, unpackFloats } from "./packing.ts";
import type { Page, PageOf } from "./store.ts";

const TAG = "imports";
const BAR_NUMBERS = 6;

/** Who works on an import, and for how long it may be silent. */
export interface ImportClaim {
  readonly id: string;
  readonly worker: string;
  readonly leaseMs: number;
}

export type NewImport = Pick<ImportRecord, "id" | "owner" | "request">;

export interface ImportFilter {
  readonly states?: readonly ImportState[];
  readonly owner?: string;
}

/** Imports as the store keeps them; each method is one transaction. */
export interface ImportStore {
  /** Refuses with QUEUE_FULL where `maxActive` are WAITING or RUNNING already. */
  createImport(made: NewImport, maxActive: number): Promise<ImportRecord>;
  importById(id: string): Promise<ImportRecord | null>;
  importsById(ids: readonly string[]): Promise<ImportRecord[]>;
  /** Newest first. */
  listImports(page: Page, filter?: ImportFilter): Promise<PageOf<ImportRecord>>;
  /**
   * Makes an import RUNNING in the worker's hands: one that waits, has failed or was cancelled, or
   * whose worker has not been heard of. Null where it is not to be had.
   */
  claimImport(claim: ImportClaim): Promise<ImportRecord | null>;
  /**
   * RUNNING imports whose worker has not been heard of since its lease ran out, and WAITING ones
   * that nobody comes for: their process died before it began, or their bytes never came.
   */
  lostImports(): Promise<ImportRecord[]>;
  /** Progress, and a longer lease; null where the import is not the worker's any more. */
  reportImport(claim: ImportClaim, progress: ImportProgress): Promise<ImportRecord | null>;
  /** Stores fetched bars, with the progress they make; both or neither. */
  addImportPage(
    claim: ImportClaim,
    bars: readonly Float64Array[],
    progress: ImportProgress,
  ): Promise<ImportRecord | null>;
  /** Open time of the last stored bar and the number of bars; null before the first. */
  importReached(id: string): Promise<{ readonly lastMs: number; readonly bars: number } | null>;
  /** Stored bars, six numbers each, a page at a time in order. */
  importPages(id: string): AsyncIterable<Float64Array>;
  /** False where it is not the worker's any more. Pages go with success. */
  finishImport(id: string, worker: string, end: ImportEnd): Promise<boolean>;
  /** Lets go of a RUNNING import, so that any process may go on with it at once. */
  releaseImport(id: string, worker: string): Promise<void>;
  /** One that waits ends at once, one that runs is asked to; idempotent. Null for none. */
  cancelImport(id: string): Promise<ImportRecord | null>;
}

export function importStore(db: Connection): ImportStore {
  return {
    createImport: (made, maxActive) => createImport(db, made, maxActive),
    importById: async (id) => (await byIds(db, [id]))[0] ?? null,
    importsById: (ids) => byIds(db, ids),
    listImports: (page, filter) => listImports(db, page, filter),
    claimImport: (claim) => claimImport(db, claim),
    lostImports: async () => {
      const rows = await db.select().from(imports).where(or(isLost(), isLeftWaiting()));
      return rows.map(toRecord);
    },
    reportImport: (claim, progress) => db.transaction((tx) => report(tx, claim, progress)),
    addImportPage: (claim, bars, progress) => addPage(db, claim, bars, progress),
    importReached: (id) => reached(db, id),
    importPages: (id) => pagesOf(db, id),
    finishImport: (id, worker, end) => finish(db, { id, worker, end }),
    releaseImport: async (id, worker) => {
      await db.update(imports).set({ leaseUntil: null, worker: null }).where(held(id, worker));
    },
    cancelImport: (id) => cancel(db, id),
  };
}

async function createImport(
  db: Connection,
  made: NewImport,
  maxActive: number,
): Promise<ImportRecord> {
  return db.transaction(async (tx) => {
    const active = inArray(imports.state, ["WAITING", "RUNNING"]);
    const [{ n } = { n: 0 }] = await tx.select({ n: count() }).from(imports).where(active);
    if (n >= maxActive) {
      const message = "too many imports are waiting or running";
      throw new UserError("QUEUE_FULL", complaint("", message, n, `at most ${maxActive}`), {
        retryAfterMs: 5_000,
        allowed: maxActive,
      });
    }
    const [row] = await tx
      .insert(imports)
      .values({ ...made, state: "WAITING" })
      .returning();
    return toRecord(row!);
  });
}

async function byIds(db: Connection, ids: readonly string[]): Promise<ImportRecord[]> {
  const rows = await db
    .select()
    .from(imports)
    .where(inArray(imports.id, [...ids]));
  return rows.map(toRecord);
}

async function listImports(
  db: Connection,
  page: Page,
  filter: ImportFilter = {},
): Promise<PageOf<ImportRecord>> {
  checkPage(page);
  const after = decodeCursor(page.after, TAG, 1);
  const { states, owner } = filter;
  const wanted = and(
    states === undefined ? undefined : inArray(imports.state, [...states]),
    owner === undefined ? undefined : eq(imports.owner, owner),
  );
  const rows = await db
    .select()
    .from(imports)
    .where(and(wanted, after === null ? undefined : lt(imports.no, Number(after[0]))))
    .orderBy(desc(imports.no))
    .limit(page.first + 1);
  const [total] = await db.select({ n: count() }).from(imports).where(wanted);
  return pageOf(rows, page, {
    item: toRecord,
    cursor: (row) => encodeCursor(TAG, [row.no]),
    total: total!.n,
  });
}

function isLost() {
  return sql`(${imports.state} = 'RUNNING'
    and (${imports.leaseUntil} is null or ${imports.leaseUntil} < clock_timestamp()))`;
}

/** An upload waits for its client; anything else begins with the request that made it. */
function isLeftWaiting() {
  return sql`(${imports.state} = 'WAITING' and ${imports.createdAt} < clock_timestamp()
    - (case when ${imports.request}->'origin'->>'kind' = 'UPLOAD' then interval '1 hour'
       else interval '15 seconds' end))`;
}

function held(id: string, worker: string) {
  return and(eq(imports.id, id), eq(imports.state, "RUNNING"), eq(imports.worker, worker));
}

async function claimImport(db: Connection, claim: ImportClaim): Promise<ImportRecord | null> {
  return db.transaction(async (tx) => {
    const free = sql`(${imports.state} in ('WAITING', 'FAILED', 'CANCELLED') or ${isLost()})`;
    const [row] = await tx
      .update(imports)
      .set({
        state: "RUNNING",
        seq: next(),
        worker: claim.worker,
        leaseUntil: leaseEnd(claim.leaseMs),
        cancelRequested: sql`${imports.cancelRequested} and ${imports.state} = 'RUNNING'`,
        startedAt: sql`coalesce(${imports.startedAt}, clock_timestamp())`,
        finishedAt: null,
        error: null,
        rejected: null,
        message: null,
      })
      .where(and(eq(imports.id, claim.id), free))
      .returning();
    return changed(tx, row);
  });
}

const next = () => sql`${imports.seq} + 1`;

async function report(
  tx: Transaction,
  claim: ImportClaim,
  progress: ImportProgress,
): Promise<ImportRecord | null> {
  const [row] = await tx
    .update(imports)
    .set({ ...progress, seq: next(), leaseUntil: leaseEnd(claim.leaseMs) })
    .where(held(claim.id, claim.worker))
    .returning();
  return changed(tx, row);
}

async function addPage(
  db: Connection,
  claim: ImportClaim,
  bars: readonly Float64Array[],
  progress: ImportProgress,
): Promise<ImportRecord | null> {
  const packed = await packFloats(bars);
  return db.transaction(async (tx) => {
    const record = await report(tx, claim, progress);
    if (record === null) return null;
    await tx.insert(importPages).values({
      importId: claim.id,
      no: sql`(select coalesce(max(no), 0) + 1 from import_pages where import_id = ${claim.id})`,
      lastMs: bars.at(-1)![0],
      bars: packed,
    });
    return record;
  });
}

async function reached(db: Connection, id: string) {
  const [last] = await db
    .select({ lastMs: importPages.lastMs, bars: imports.bars })
    .from(importPages)
    .innerJoin(imports, eq(imports.id, importPages.importId))
    .where(eq(importPages.importId, id))
    .orderBy(desc(importPages.no))
    .limit(1);
  return last ?? null;
}

async function* pagesOf(db: Connection, id: string): AsyncGenerator<Float64Array> {
  const numbers = await db
    .select({ no: importPages.no })
    .from(importPages)
    .where(eq(importPages.importId, id))
    .orderBy(asc(importPages.no));
  for (const { no } of numbers) {
    const [page] = await db
      .select({ bars: importPages.bars })
      .from(importPages)
      .where(and(eq(importPages.importId, id), eq(importPages.no, no)));
    if (page === undefined) throw new Error(`page ${no} of import ${id} is gone`);
    const floats = await unpackFloats(page.bars);
    if (floats.length % BAR_NUMBERS !== 0) throw new Error(`page ${no} of import ${id} is damaged`);
    yield floats;
  }
}

async function finish(
  db: Connection,
  { id, worker, end }: { id: string; worker: string; end: ImportEnd },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const succeeded = end.state === "SUCCEEDED";
    const [row] = await tx
      .update(imports)
      .set({
        ...end,
        seq: next(),
        message: null,
        worker: null,
        leaseUntil: null,
        finishedAt: sql`clock_timestamp()`,
        ...(succeeded ? { fraction: 1 } : {}),
      })
      .where(held(id, worker))
      .returning();
    if (succeeded) await tx.delete(importPages).where(eq(importPages.importId, id));
    return (await changed(tx, row)) !== null;
  });
}

async function cancel(db: Connection, id: string): Promise<ImportRecord | null> {
  return db.transaction(async (tx) => {
    const [row] = await tx
      .update(imports)
      .set({
        seq: next(),
        cancelRequested: true,
        state: sql`case when ${imports.state} = 'WAITING' or ${isLost()}
          then 'CANCELLED' else ${imports.state} end`,
        finishedAt: sql`case when ${imports.state} = 'WAITING' or ${isLost()}
          then clock_timestamp() else ${imports.finishedAt} end`,
      })
      .where(and(eq(imports.id, id), inArray(imports.state, ["WAITING", "RUNNING"])))
      .returning();
    if (row !== undefined) return changed(tx, row);
    const [ended] = await tx.select().from(imports).where(eq(imports.id, id));
    return ended === undefined ? null : toRecord(ended);
  });
}

type ImportRow = typeof imports.$inferSelect;

/** Listeners hear of it when the transaction commits. */
async function changed(tx: Transaction, row: ImportRow | undefined): Promise<ImportRecord | null> {
  if (row === undefined) return null;
  await notifyImport(tx, row.id);
  return toRecord(row);
}

function toRecord(row: ImportRow): ImportRecord {
  const { no: _no, worker: _worker, leaseUntil: _leaseUntil, ...record } = row;
  return record;
}
