import { complaint, UserError } from "../core/user-error.ts";
import { decodeCursor, encodeCursor } from "../store/cursor.ts";
import type { Page, PageOf } from "../store/store.ts";
import { MAX_PAGE_SIZE } from "./limits.ts";

/** Arguments of a forward connection. */
export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

export const DEFAULT_PAGE_SIZE = 20;

/** A page size within its bounds. Throws UserError that says bound and value. */
export function pageSize(first: number | null | undefined, path = "first"): number {
  const size = first ?? DEFAULT_PAGE_SIZE;
  if (size >= 0 && size <= MAX_PAGE_SIZE) return size;
  const bound = `0..${MAX_PAGE_SIZE}`;
  throw new UserError("VALIDATION", complaint(path, `must be in ${bound}`, size, bound));
}

export function pageOf(args: PageArgs): Page {
  return { first: pageSize(args.first), after: args.after ?? null };
}

/** A page of the store as a Relay connection; the cursors are the store's own. */
export function toConnection<T>(page: PageOf<T>, args: PageArgs) {
  const edges = page.items.map(({ cursor, item }) => ({ cursor, node: item }));
  return {
    edges,
    totalCount: page.totalCount,
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: args.after != null && edges.length > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges[edges.length - 1]?.cursor ?? null,
    },
  };
}

/** A page of a list that is in memory; `tag` keeps its cursors apart from those of other lists. */
export function listConnection<T>(items: readonly T[], tag: string, args: PageArgs) {
  const { first, after } = pageOf(args);
  const keyset = decodeCursor(after, tag, 1);
  const from = keyset === null ? 0 : Number(keyset[0]) + 1;
  const page = items.slice(from, from + first).map((item, i) => ({
    cursor: encodeCursor(tag, [from + i]),
    item,
  }));
  const hasNextPage = from + page.length < items.length;
  return toConnection({ items: page, hasNextPage, totalCount: items.length }, args);
}

export type ConnectionOf<T> = ReturnType<typeof toConnection<T>>;

/** Points of a connection: its rows times what is selected of each. */
export function pageComplexity(args: PageArgs): { field: number; multiplier: number } {
  return { field: 1, multiplier: Math.max(1, args.first ?? DEFAULT_PAGE_SIZE) };
}
