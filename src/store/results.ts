import { and, asc, count, eq, gt, inArray, lte, type SQL, sql } from "drizzle-orm";
import { RANKING_METRICS } from "../core/metrics/ranking-metric.ts";
import { complaint, UserError } from "../core/user-error.ts";
import { checkPage, decodeCursor, encodeCursor, pageOf } from "./cursor.ts";
import type { Connection } from "./database.ts";
import type { ResultRow } from "./records.ts";
import { results } from "./schema.ts";
import type { Page, PageOf, ResultOrder } from "./store.ts";

/** One page of a run's results: by rank, or by a metric and then variant index, undefined last. */
export async function resultsOf(
  db: Connection,
  runId: string,
  page: Page,
  orderBy?: ResultOrder,
): Promise<PageOf<ResultRow>> {
  checkPage(page);
  const order = orderBy === undefined ? byRank(page.after) : byMetric(orderBy, page.after);
  const [rows, [total]] = await Promise.all([
    db
      .select()
      .from(results)
      .where(and(eq(results.runId, runId), order.after))
      .orderBy(...order.by)
      .limit(page.first + 1),
    db.select({ n: count() }).from(results).where(eq(results.runId, runId)),
  ]);
  return pageOf(rows, page, {
    item: ({ runId: _runId, ...row }) => row,
    cursor: order.cursor,
    total: total!.n,
  });
}

/** The best rows of several runs, by run and rank. */
export async function bestRowsOf(
  db: Connection,
  runIds: readonly string[],
  limit: number,
): Promise<(ResultRow & { readonly runId: string })[]> {
  return db
    .select()
    .from(results)
    .where(and(inArray(results.runId, [...runIds]), lte(results.rank, limit)))
    .orderBy(asc(results.runId), asc(results.rank));
}

interface Order {
  readonly by: SQL[];
  readonly after: SQL | undefined;
  readonly cursor: (row: ResultRow) => string;
}

function byRank(after: string | null): Order {
  const keyset = decodeCursor(after, "rank", 1);
  return {
    by: [asc(results.rank)],
    after: keyset === null ? undefined : gt(results.rank, Number(keyset[0])),
    cursor: (row) => encodeCursor("rank", [row.rank]),
  };
}

function byMetric({ metric, direction }: ResultOrder, after: string | null): Order {
  const known = RANKING_METRICS.find((name) => name === metric);
  if (known === undefined) {
    const bound = RANKING_METRICS.join(" | ");
    const message = "is not a metric of the results";
    throw new UserError("VALIDATION", complaint("orderBy.metric", message, metric, bound));
  }
  const tag = `${known} ${direction}`;
  // JSON numbers keep every digit, so the cast gives back the same double that was stored.
  const value = sql`(${results.metrics} ->> ${known}::text)::double precision`;
  const sorted = direction === "ASC" ? sql`${value} asc` : sql`${value} desc`;
  const keyset = decodeCursor(after, tag, 2);
  return {
    by: [sql`${sorted} nulls last`, asc(results.variantIndex)],
    after: keyset === null ? undefined : afterKeyset(value, direction, keyset),
    cursor: (row) => encodeCursor(tag, [row.metrics[known], row.variantIndex]),
  };
}

function afterKeyset(
  value: SQL,
  direction: "ASC" | "DESC",
  [last, index]: readonly (number | null)[],
): SQL {
  const further = gt(results.variantIndex, Number(index));
  if (last === null || last === undefined) return sql`(${value} is null and ${further})`;
  const number = sql`${last}::double precision`;
  const beyond = direction === "ASC" ? sql`${value} > ${number}` : sql`${value} < ${number}`;
  return sql`(${beyond} or ${value} is null or (${value} = ${number} and ${further}))`;
}
