import { and, count, desc, eq, gt, inArray, min, sql } from "drizzle-orm";
import type { Connection, Transaction } from "./database.ts";
import { PRIORITIES, PRIORITY_NAMES, type Priority } from "./priorities.ts";
import { runs } from "./schema.ts";

/** The runs of one priority that wait and that are at work. */
export interface QueueClass {
  readonly priority: Priority;
  readonly waiting: number;
  readonly running: number;
  /** Since when the first of those that wait does so; null where none waits. */
  readonly waitingSince: Date | null;
}

/** Where a QUEUED run stands. */
export interface QueuePosition {
  /** From 1: how many starts from now it begins, if nobody more urgent comes. */
  readonly position: number;
  /** At the rate of the latest starts; null where too few are known. */
  readonly waitSeconds: number | null;
}

/** Starts that are looked back at, and how far. */
const LOOK_BACK_RUNS = 1_000;
const LOOK_BACK = sql`clock_timestamp() - interval '15 minutes'`;
/** Below these a rate is a guess. */
const LEAST_STARTS = 3;

/** Most urgent first, all of them. */
export async function queueClasses(db: Connection): Promise<QueueClass[]> {
  const rows = await db
    .select({ priority: runs.priority, state: runs.state, n: count(), since: min(runs.queuedAt) })
    .from(runs)
    .where(inArray(runs.state, ["QUEUED", "RUNNING"]))
    .groupBy(runs.priority, runs.state);
  return PRIORITY_NAMES.map((name) => {
    const of = (state: string) =>
      rows.find((row) => row.priority === PRIORITIES[name] && row.state === state);
    const waiting = of("QUEUED");
    return {
      priority: name,
      waiting: waiting?.n ?? 0,
      running: of("RUNNING")?.n ?? 0,
      waitingSince: waiting?.since ?? null,
    };
  });
}

/** Of those that wait, by id. */
export async function queuePositions(
  db: Connection,
  ids: readonly string[],
): Promise<ReadonlyMap<string, QueuePosition>> {
  const order = sql`${runs.lifted} desc, ${runs.priority} desc, ${runs.place}`;
  const position = sql`row_number() over (order by ${order})`.mapWith(Number).as("position");
  const queue = db
    .select({ id: runs.id, position })
    .from(runs)
    .where(eq(runs.state, "QUEUED"))
    .as("queue");
  const rows = await db
    .select()
    .from(queue)
    .where(inArray(queue.id, [...ids]));
  if (rows.length === 0) return new Map();
  const intervalMs = await startIntervalMs(db, null, LEAST_STARTS);
  return new Map(
    rows.map((row) => [
      row.id,
      {
        position: row.position,
        waitSeconds: intervalMs === null ? null : (row.position * intervalMs) / 1_000,
      },
    ]),
  );
}

/**
 * Milliseconds between two starts of late, of one priority or of all; null where fewer than `least`
 * runs have started.
 */
export async function startIntervalMs(
  db: Connection | Transaction,
  priority: Priority | null,
  least = 1,
): Promise<number | null> {
  const latest = db
    .select({ startedAt: runs.startedAt })
    .from(runs)
    .where(priority === null ? undefined : eq(runs.priority, PRIORITIES[priority]))
    .orderBy(desc(runs.no))
    .limit(LOOK_BACK_RUNS)
    .as("latest");
  const since = sql`clock_timestamp() - min(${latest.startedAt})`;
  const sinceMs = sql<number | null>`extract(epoch from ${since}) * 1000`;
  const [found] = await db
    .select({ n: count(), sinceMs: sinceMs.mapWith(Number) })
    .from(latest)
    .where(and(gt(latest.startedAt, LOOK_BACK)));
  return found === undefined || found.n < least ? null : found.sinceMs! / found.n;
}
