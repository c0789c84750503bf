import { and, count, eq, notInArray, sql } from "drizzle-orm";
import { complaint, UserError } from "../core/user-error.ts";
import type { Transaction } from "./database.ts";
import { PRIORITIES, type Priority } from "./priorities.ts";
import { startIntervalMs } from "./queue-view.ts";
import { TERMINAL_STATES } from "./records.ts";
import { runs } from "./schema.ts";

/** What may wait at most. Whatever is left out has no bound. */
export interface QueueLimits {
  /** Refuse with QUEUE_FULL when so many runs are QUEUED already. */
  readonly maxQueued?: number;
  /** The same, of those of the run's own priority. */
  readonly maxQueuedOf?: Readonly<Partial<Record<Priority, number>>>;
  /** Refuse with QUOTA_EXCEEDED when the owner has so many runs that have not ended. */
  readonly maxUnfinishedOfOwner?: number;
}

/** Held to the end of the transaction. */
const QUEUE_LOCK = sql`select pg_advisory_xact_lock(hashtext('sweepline: queued runs'))`;

/** What a client is told to wait at least and at most, and where nothing is known of the queue. */
const LEAST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 600_000;
const UNKNOWN_WAIT_MS = 5_000;

/** Lets one transaction after the other look at the queue, so that no two take the last place. */
export async function lockQueue(tx: Transaction, limits: QueueLimits): Promise<void> {
  if (Object.values(limits).some((limit) => limit !== undefined)) await tx.execute(QUEUE_LOCK);
}

/** UserError QUEUE_FULL where the queue has no place for one more run of this priority. */
export async function refuseFullQueue(
  tx: Transaction,
  priority: Priority,
  { maxQueued, maxQueuedOf }: QueueLimits,
): Promise<void> {
  const ofPriority = maxQueuedOf?.[priority];
  if (maxQueued !== undefined) {
    const queued = await tx.$count(runs, eq(runs.state, "QUEUED"));
    if (queued >= maxQueued) throw await queueFull(tx, queued, maxQueued, null);
  }
  if (ofPriority !== undefined) {
    const waits = and(eq(runs.state, "QUEUED"), eq(runs.priority, PRIORITIES[priority]));
    const queued = await tx.$count(runs, waits);
    if (queued >= ofPriority) throw await queueFull(tx, queued, ofPriority, priority);
  }
}

async function queueFull(
  tx: Transaction,
  queued: number,
  allowed: number,
  priority: Priority | null,
): Promise<UserError> {
  const message = priority === null ? "the queue is full" : `the queue is full for ${priority}`;
  const intervalMs = await startIntervalMs(tx, priority);
  const wait = (intervalMs ?? UNKNOWN_WAIT_MS) * (queued - allowed + 1);
  const retryAfterMs = Math.round(Math.min(LONGEST_WAIT_MS, Math.max(LEAST_WAIT_MS, wait)));
  const details = { retryAfterMs, queued, allowed };
  const bound = `${allowed} queued runs`;
  return new UserError("QUEUE_FULL", complaint("", message, queued, bound), details);
}

/** UserError QUOTA_EXCEEDED where the owner has all that he may have. */
export async function refuseQuota(
  tx: Transaction,
  owner: string,
  { maxUnfinishedOfOwner: allowed }: QueueLimits,
): Promise<void> {
  if (allowed === undefined) return;
  const unfinished = and(eq(runs.owner, owner), notInArray(runs.state, [...TERMINAL_STATES]));
  const [used] = await tx.select({ n: count() }).from(runs).where(unfinished);
  if (used!.n < allowed) return;
  const message = "this owner has too many runs that have not ended";
  const bound = `${allowed} unfinished runs`;
  throw new UserError("QUOTA_EXCEEDED", complaint("", message, used!.n, bound), {
    used: used!.n,
    allowed,
  });
}
