import { and, count, desc, eq, inArray, lt } from "drizzle-orm";
import { checkPage, decodeCursor, encodeCursor, pageOf } from "./cursor.ts";
import type { Connection } from "./database.ts";
import type { NewPin, PinRecord } from "./library-records.ts";
import { pins } from "./schema.ts";
import type { Page, PageOf } from "./store.ts";
import type { StoreContext } from "./store-context.ts";

const TAG = "pins";

export async function insertPin(context: StoreContext, pin: NewPin): Promise<PinRecord> {
  const [row] = await context.db
    .insert(pins)
    .values({ id: context.newId(), ...pin })
    .returning();
  return row!;
}

export async function pinsById(db: Connection, ids: readonly string[]): Promise<PinRecord[]> {
  return db
    .select()
    .from(pins)
    .where(inArray(pins.id, [...ids]));
}

export async function listPins(
  db: Connection,
  page: Page,
  owner?: string,
): Promise<PageOf<PinRecord>> {
  checkPage(page);
  const after = decodeCursor(page.after, TAG, 1);
  const own = owner === undefined ? undefined : eq(pins.owner, owner);
  const rows = await db
    .select()
    .from(pins)
    .where(and(own, after === null ? undefined : lt(pins.no, Number(after[0]))))
    .orderBy(desc(pins.no))
    .limit(page.first + 1);
  const [total] = await db.select({ n: count() }).from(pins).where(own);
  return pageOf(rows, page, {
    item: (row) => row,
    cursor: (row) => encodeCursor(TAG, [row.no]),
    total: total!.n,
  });
}

export async function deletePin(db: Connection, id: string): Promise<void> {
  await db.delete(pins).where(eq(pins.id, id));
}
