import { and, count, desc, eq, gte, inArray, lt, type SQL, sql } from "drizzle-orm";
import type { RankingMetric } from "../core/metrics/ranking-metric.ts";
import { checkPage, decodeCursor, encodeCursor, pageOf } from "./cursor.ts";
import type { Connection } from "./database.ts";
import type { BestBounds, FacetKind } from "./library-records.ts";
import type { RunRecord, RunState } from "./records.ts";
import { type RunRow, toRecord } from "./run-row.ts";
import { datasets, results, runFacets, runs } from "./schema.ts";
import type { Page, PageOf, RunFilter, RunOrder } from "./store.ts";

/** One page of runs: newest first, or by when they ended, or by a metric of their best rows. */
export async function listRuns(
  db: Connection,
  page: Page,
  filter: RunFilter = {},
  orderBy?: RunOrder,
): Promise<PageOf<RunRecord>> {
  checkPage(page);
  const order = orderBy === undefined ? newestFirst(page.after) : byValue(orderBy, page.after);
  const chosen = conditionOf(filter);
  const [rows, [total]] = await Promise.all([
    db
      .select({ run: runs, value: order.value })
      .from(runs)
      .where(and(chosen, order.after))
      .orderBy(...order.by)
      .limit(page.first + 1),
    db.select({ n: count() }).from(runs).where(chosen),
  ]);
  return pageOf(rows, page, {
    item: ({ run }) => toRecord(run),
    cursor: order.cursor,
    total: total!.n,
  });
}

function conditionOf(filter: RunFilter): SQL | undefined {
  const { states, tags = [], indicators, strategyId, createdFrom, createdTo, best = [] } = filter;
  return and(
    filter.owner === undefined ? undefined : eq(runs.owner, filter.owner),
    states === undefined ? undefined : stateIn(states),
    filter.datasetHash === undefined ? undefined : eq(runs.datasetHash, filter.datasetHash),
    filter.datasetName === undefined
      ? undefined
      : sql`${runs.datasetHash} in (select ${datasets.hash} from ${datasets}
          where ${datasets.name} = ${filter.datasetName})`,
    ...tags.map((tag) => hasFacet("TAG", [tag])),
    indicators === undefined ? undefined : hasFacet("INDICATOR", indicators),
    strategyId === undefined ? undefined : hasFacet("STRATEGY", [strategyId]),
    createdFrom === undefined ? undefined : gte(runs.createdAt, createdFrom),
    createdTo === undefined ? undefined : lt(runs.createdAt, createdTo),
    ...best.map(withinBounds),
  );
}

function stateIn(states: readonly RunState[]) {
  return states.length === 0 ? sql`false` : inArray(runs.state, [...states]);
}

/** Whether the run has any of the values. */
function hasFacet(kind: FacetKind, values: readonly string[]): SQL {
  if (values.length === 0) return sql`false`;
  const list = sql.join(
    values.map((value) => sql`${value}`),
    sql`, `,
  );
  return sql`exists (select 1 from ${runFacets} where ${runFacets.runId} = ${runs.id}
    and ${runFacets.kind} = ${kind} and ${runFacets.value} in (${list}))`;
}

/** A metric of the run's best row, null without a row. */
function bestValue(metric: RankingMetric): SQL<number | null> {
  return sql`(select (${results.metrics} ->> ${metric}::text)::double precision from ${results}
    where ${results.runId} = ${runs.id} and ${results.rank} = 1)`;
}

function withinBounds({ metric, min, max }: BestBounds): SQL {
  const value = bestValue(metric);
  const from = min === undefined ? sql`true` : sql`${value} >= ${min}::double precision`;
  const to = max === undefined ? sql`true` : sql`${value} <= ${max}::double precision`;
  return sql`(${value} is not null and ${from} and ${to})`;
}

interface Order {
  readonly value: SQL<number | null>;
  readonly by: SQL[];
  readonly after: SQL | undefined;
  readonly cursor: (row: { readonly run: RunRow; readonly value: number | null }) => string;
}

function newestFirst(after: string | null): Order {
  const keyset = decodeCursor(after, "runs", 1);
  return {
    value: sql`null::double precision`,
    by: [desc(runs.no)],
    after: keyset === null ? undefined : lt(runs.no, Number(keyset[0])),
    cursor: ({ run }) => encodeCursor("runs", [run.no]),
  };
}

/** Undefined values last, then the newest first. */
function byValue({ by, direction }: RunOrder, after: string | null): Order {
  const value = orderedValue(by);
  const tag = `runs ${by} ${direction}`;
  const keyset = decodeCursor(after, tag, 2);
  const sorted = direction === "ASC" ? sql`${value} asc` : sql`${value} desc`;
  return {
    value: value.mapWith((found: unknown) => (found === null ? null : Number(found))),
    by: [sql`${sorted} nulls last`, desc(runs.no)],
    after: keyset === null ? undefined : afterKeyset(value, direction, keyset),
    cursor: ({ run, value: found }) => encodeCursor(tag, [found, run.no]),
  };
}

function orderedValue(by: RunOrder["by"]): SQL<number | null> {
  if (by === "createdAt") return epoch(runs.createdAt);
  return by === "finishedAt" ? epoch(runs.finishedAt) : bestValue(by);
}

function epoch(at: typeof runs.createdAt | typeof runs.finishedAt): SQL<number | null> {
  return sql`extract(epoch from ${at})::double precision`;
}

function afterKeyset(
  value: SQL,
  direction: "ASC" | "DESC",
  [last, no]: readonly (number | null)[],
): SQL {
  const older = lt(runs.no, Number(no));
  if (last === null || last === undefined) return sql`(${value} is null and ${older})`;
  const number = sql`${last}::double precision`;
  const beyond = direction === "ASC" ? sql`${value} > ${number}` : sql`${value} < ${number}`;
  return sql`(${beyond} or ${value} is null or (${value} = ${number} and ${older}))`;
}
