import { asc, eq, sql } from "drizzle-orm";
import { liftStarving } from "./ageing.ts";
import { answerOf, asJson } from "./answer.ts";
import type { Connection } from "./database.ts";
import { workers } from "./schema.ts";
import type { StoreContext } from "./store-context.ts";
import type { WorkerBeat, WorkerNews, WorkerRecord, WorkerStore } from "./worker-records.ts";

export function workerStore(context: StoreContext): WorkerStore {
  const { db } = context;
  return {
    heartbeat: (beat) => heartbeat(context, beat),
    signOff: async (name) => {
      await db.delete(workers).where(eq(workers.name, name));
    },
    workers: () => workersOf(db),
  };
}

/**
 * One statement whatever is in hand: the worker is heard of, its leases are extended, and it hears
 * of runs that are to stop or that need recovery.
 */
async function heartbeat(
  context: StoreContext,
  { about, leaseMs, held, idle }: WorkerBeat,
): Promise<WorkerNews> {
  const { db, engineVersion } = context;
  const chunks = held.chunks.map(({ runId, stage, no }) => ({ runId, stage, no }));
  const { mixed, ...news } = await answerOf<WorkerNews & { readonly mixed: boolean }>(
    db,
    sql`heartbeat(${asJson({ ...about, engineVersion: engineVersion ?? "any" })},
      ${leaseMs}::double precision, ${asJson(chunks)}, ${asJson(held.ends)}, ${idle}::boolean,
      ${engineVersion}::text)`,
  );
  // Among runs of one priority nothing starves.
  if (mixed) await liftStarving(context);
  return news;
}

async function workersOf(db: Connection): Promise<WorkerRecord[]> {
  const lost = sql<boolean>`${workers.leaseUntil} < clock_timestamp()`.mapWith(Boolean);
  const rows = await db.select({ worker: workers, lost }).from(workers).orderBy(asc(workers.name));
  return rows.map(({ worker, lost: isLost }) => ({ ...worker, lost: isLost }));
}

/** How many can work on runs of an engine version, as an expression. */
export function liveWorkers(engineVersion: string) {
  return sql<number>`(select count(*) from ${workers}
    where ${workers.leaseUntil} > clock_timestamp()
      and ${workers.engineVersion} in (${engineVersion}::text, 'any'))`.mapWith(Number);
}

export async function countWorkers(db: Connection, engineVersion: string): Promise<number> {
  const [row] = await db.select({ live: liveWorkers(engineVersion) }).from(sql`(select 1) as one`);
  return row!.live;
}
