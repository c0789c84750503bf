import { and, count, desc, eq, inArray, lt, sql } from "drizzle-orm";
import { checkPage, decodeCursor, encodeCursor, pageOf } from "./cursor.ts";
import type { Connection } from "./database.ts";
import type { NewStrategy, StrategyRecord, StrategyVersion } from "./library-records.ts";
import { strategies, strategyVersions } from "./schema.ts";
import type { Page, PageOf } from "./store.ts";
import type { StoreContext } from "./store-context.ts";

const [TAG, VERSIONS_TAG] = ["strategies", "versions"];

/** See LibraryStore.saveStrategy. The strategy's row is locked, so versions have no holes. */
export async function saveStrategy(
  context: StoreContext,
  { owner, name, strategy, hash, note }: NewStrategy,
): Promise<StrategyRecord> {
  return context.db.transaction(async (tx) => {
    await tx
      .insert(strategies)
      .values({ id: context.newId(), owner, name })
      .onConflictDoNothing({ target: [strategies.owner, strategies.name] });
    const [row] = await tx
      .select()
      .from(strategies)
      .where(and(eq(strategies.owner, owner), eq(strategies.name, name)))
      .for("update");
    const former = await latestOf(tx, row!.id);
    if (former?.hash === hash) return { ...row!, latest: former };
    const version = (former?.version ?? 0) + 1;
    const [latest] = await tx
      .insert(strategyVersions)
      .values({ strategyId: row!.id, version, hash, strategy, note })
      .returning();
    return { ...row!, latest: latest! };
  });
}

async function latestOf(db: Connection, id: string): Promise<StrategyVersion | null> {
  const [row] = await db
    .select()
    .from(strategyVersions)
    .where(eq(strategyVersions.strategyId, id))
    .orderBy(desc(strategyVersions.version))
    .limit(1);
  return row ?? null;
}

/** The version of a strategy's row that was saved last. */
const isLatest = sql`${strategyVersions.version} = (select max(v.version)
  from ${strategyVersions} v where v.strategy_id = ${strategies.id})`;

function withLatest(db: Connection) {
  return db
    .select({ strategy: strategies, latest: strategyVersions })
    .from(strategies)
    .innerJoin(strategyVersions, and(eq(strategyVersions.strategyId, strategies.id), isLatest));
}

export async function strategiesById(
  db: Connection,
  ids: readonly string[],
): Promise<StrategyRecord[]> {
  const rows = await withLatest(db).where(inArray(strategies.id, [...ids]));
  return rows.map(({ strategy, latest }) => ({ ...strategy, latest }));
}

export async function listStrategies(
  db: Connection,
  page: Page,
  owner?: string,
): Promise<PageOf<StrategyRecord>> {
  checkPage(page);
  const after = decodeCursor(page.after, TAG, 1);
  const own = owner === undefined ? undefined : eq(strategies.owner, owner);
  const rows = await withLatest(db)
    .where(and(own, after === null ? undefined : lt(strategies.no, Number(after[0]))))
    .orderBy(desc(strategies.no))
    .limit(page.first + 1);
  const [total] = await db.select({ n: count() }).from(strategies).where(own);
  return pageOf(rows, page, {
    item: ({ strategy, latest }) => ({ ...strategy, latest }),
    cursor: ({ strategy }) => encodeCursor(TAG, [strategy.no]),
    total: total!.n,
  });
}

export async function versionsOf(
  db: Connection,
  id: string,
  page: Page,
): Promise<PageOf<StrategyVersion>> {
  checkPage(page);
  const after = decodeCursor(page.after, VERSIONS_TAG, 1);
  const own = eq(strategyVersions.strategyId, id);
  const further = after === null ? undefined : lt(strategyVersions.version, Number(after[0]));
  const rows = await db
    .select()
    .from(strategyVersions)
    .where(and(own, further))
    .orderBy(desc(strategyVersions.version))
    .limit(page.first + 1);
  const [total] = await db.select({ n: count() }).from(strategyVersions).where(own);
  return pageOf(rows, page, {
    item: (row) => row,
    cursor: (row) => encodeCursor(VERSIONS_TAG, [row.version]),
    total: total!.n,
  });
}

export async function versionOf(
  db: Connection,
  id: string,
  version: number | null,
): Promise<StrategyVersion | null> {
  if (version === null) return latestOf(db, id);
  const [row] = await db
    .select()
    .from(strategyVersions)
    .where(and(eq(strategyVersions.strategyId, id), eq(strategyVersions.version, version)));
  return row ?? null;
}
