import { complaint, UserError } from "../core/user-error.ts";
import type { Page, PageOf } from "./store.ts";

/**
 * Cursors are opaque to clients: base64url of a JSON array, the list's tag first, then the keyset
 * values of the row. A cursor of another list or order is refused, never misread.
 */
export type Keyset = readonly (number | null)[];

export function encodeCursor(tag: string, keyset: Keyset): string {
  return Buffer.from(JSON.stringify([tag, ...keyset])).toString("base64url");
}

/** The keyset values of a cursor, or null from the start. Throws VALIDATION with path `after`. */
export function decodeCursor(after: string | null, tag: string, length: number): Keyset | null {
  if (after === null) return null;
  const parts = parse(after);
  const keyset = parts?.slice(1);
  if (parts === null || keyset === undefined || parts[0] !== tag || keyset.length !== length) {
    throw refusal(after);
  }
  if (!keyset.every((v) => v === null || (typeof v === "number" && Number.isFinite(v)))) {
    throw refusal(after);
  }
  return keyset as (number | null)[];
}

function parse(after: string): unknown[] | null {
  if (!/^[A-Za-z0-9_-]{1,400}$/.test(after)) return null;
  try {
    const value: unknown = JSON.parse(Buffer.from(after, "base64url").toString("utf8"));
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function refusal(after: string): UserError {
  const message = "is not a cursor of this list in this order";
  return new UserError(
    "VALIDATION",
    complaint("after", message, after, "a cursor of a former page"),
  );
}

/** Rows fetched with one more than asked for, as a page. */
export function pageOf<R, T>(
  rows: readonly R[],
  page: Page,
  as: { readonly item: (row: R) => T; readonly cursor: (row: R) => string; total: number },
): PageOf<T> {
  const items = rows
    .slice(0, page.first)
    .map((row) => ({ cursor: as.cursor(row), item: as.item(row) }));
  return { items, hasNextPage: rows.length > page.first, totalCount: as.total };
}

/** Page sizes are bounded by the API; here only nonsense is refused. */
export function checkPage(page: Page): void {
  if (Number.isInteger(page.first) && page.first >= 0 && page.first <= 10_000) return;
  const message = "must be a number of rows";
  throw new UserError("VALIDATION", complaint("first", message, page.first, "integer 0..10000"));
}
