import { and, count, desc, eq, lt, sql } from "drizzle-orm";
import type { NewToken, TokenRecord } from "./access-records.ts";
import { checkPage, decodeCursor, encodeCursor, pageOf } from "./cursor.ts";
import type { Connection } from "./database.ts";
import { notifyAccess } from "./notifications.ts";
import { tokens } from "./schema.ts";
import type { Page, PageOf } from "./store.ts";
import type { StoreContext } from "./store-context.ts";

const TAG = "tokens";

export async function createToken(
  { db, newId }: StoreContext,
  token: NewToken,
): Promise<TokenRecord> {
  return db.transaction(async (tx) => {
    const [row] = await tx
      .insert(tokens)
      .values({ id: newId(), ...token })
      .returning();
    await notifyAccess(tx);
    return toRecord(row!);
  });
}

/** Idempotent: the first revocation stays. Null when there is no such token. */
export async function revokeToken(db: Connection, id: string): Promise<TokenRecord | null> {
  return db.transaction(async (tx) => {
    const [row] = await tx
      .update(tokens)
      .set({ revokedAt: sql`coalesce(${tokens.revokedAt}, now())` })
      .where(eq(tokens.id, id))
      .returning();
    if (row === undefined) return null;
    await notifyAccess(tx);
    return toRecord(row);
  });
}

export async function tokenByHash(db: Connection, secretHash: string): Promise<TokenRecord | null> {
  const [row] = await db.select().from(tokens).where(eq(tokens.secretHash, secretHash));
  return row === undefined ? null : toRecord(row);
}

export async function tokenById(db: Connection, id: string): Promise<TokenRecord | null> {
  const [row] = await db.select().from(tokens).where(eq(tokens.id, id));
  return row === undefined ? null : toRecord(row);
}

/** Whether there has ever been one: revoked and expired ones count. */
export async function anyToken(db: Connection): Promise<boolean> {
  const rows = await db.select({ id: tokens.id }).from(tokens).limit(1);
  return rows.length > 0;
}

export async function listTokens(db: Connection, page: Page): Promise<PageOf<TokenRecord>> {
  checkPage(page);
  const after = decodeCursor(page.after, TAG, 1);
  const rows = await db
    .select()
    .from(tokens)
    .where(and(after === null ? undefined : lt(tokens.no, Number(after[0]))))
    .orderBy(desc(tokens.no))
    .limit(page.first + 1);
  const [total] = await db.select({ n: count() }).from(tokens);
  return pageOf(rows, page, {
    item: toRecord,
    cursor: (row) => encodeCursor(TAG, [row.no]),
    total: total!.n,
  });
}

function toRecord(row: typeof tokens.$inferSelect): TokenRecord {
  const { id, name, owner, scope, createdAt, expiresAt, revokedAt } = row;
  return { id, name, owner, scope, createdAt, expiresAt, revokedAt };
}
