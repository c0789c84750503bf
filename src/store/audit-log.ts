import { and, count, desc, eq, lt } from "drizzle-orm";
import type { AuditEntry, AuditRecord } from "./access-records.ts";
import { checkPage, decodeCursor, encodeCursor, pageOf } from "./cursor.ts";
import type { Connection } from "./database.ts";
import { auditLog } from "./schema.ts";
import type { Page, PageOf } from "./store.ts";

const TAG = "audit";

export interface AuditFilter {
  readonly owner?: string;
  readonly action?: string;
}

export async function recordAction(db: Connection, entry: AuditEntry): Promise<void> {
  await db.insert(auditLog).values(entry);
}

/** Newest first. */
export async function listActions(
  db: Connection,
  page: Page,
  filter: AuditFilter = {},
): Promise<PageOf<AuditRecord>> {
  checkPage(page);
  const after = decodeCursor(page.after, TAG, 1);
  const chosen = and(
    filter.owner === undefined ? undefined : eq(auditLog.owner, filter.owner),
    filter.action === undefined ? undefined : eq(auditLog.action, filter.action),
  );
  const rows = await db
    .select()
    .from(auditLog)
    .where(and(chosen, after === null ? undefined : lt(auditLog.no, Number(after[0]))))
    .orderBy(desc(auditLog.no))
    .limit(page.first + 1);
  const [total] = await db.select({ n: count() }).from(auditLog).where(chosen);
  return pageOf(rows, page, {
    item: (row) => row,
    cursor: (row) => encodeCursor(TAG, [row.no]),
    total: total!.n,
  });
}
