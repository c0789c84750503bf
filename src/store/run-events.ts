import { and, asc, eq, gt } from "drizzle-orm";
import type { Connection, Transaction } from "./database.ts";
import { etaSeconds } from "./progress.ts";
import type { EventKind, RunEvent } from "./records.ts";
import type { LockedRun, RunRow } from "./run-row.ts";
import { events, runs } from "./schema.ts";

export type RunChange = Partial<Omit<RunRow, "id" | "no" | "lastSeq">>;

export interface NewEvent {
  readonly kind: EventKind;
  readonly message?: string | null;
  /** Columns of the run that change with the event. */
  readonly change?: RunChange;
}

/**
 * Changes a locked run and appends the event that tells of it. Each event holds the whole progress,
 * so a reader may drop all but the newest. Committing notifies (a trigger on the events does).
 */
export async function appendEvent(
  tx: Transaction,
  run: LockedRun,
  event: NewEvent,
): Promise<LockedRun> {
  const next: LockedRun = { ...run, ...event.change, lastSeq: run.lastSeq + 1 };
  await tx
    .update(runs)
    .set({ ...event.change, lastSeq: next.lastSeq })
    .where(eq(runs.id, run.id));
  await tx.insert(events).values({
    runId: run.id,
    seq: next.lastSeq,
    at: run.now,
    kind: event.kind,
    state: next.state,
    stage: next.stage,
    done: next.done,
    total: next.total,
    variantsPerSecond: next.variantsPerSecond,
    etaSeconds: next.state === "RUNNING" ? etaSeconds(next) : null,
    best: next.best,
    message: event.message ?? null,
  });
  return next;
}

/** Changes a locked run without an event, so without waking anybody. */
export async function changeRun(
  tx: Transaction,
  run: LockedRun,
  change: RunChange,
): Promise<LockedRun> {
  await tx.update(runs).set(change).where(eq(runs.id, run.id));
  return { ...run, ...change };
}

export async function eventsAfter(
  db: Connection,
  runId: string,
  afterSeq: number,
  limit: number,
): Promise<RunEvent[]> {
  return db
    .select()
    .from(events)
    .where(and(eq(events.runId, runId), gt(events.seq, afterSeq)))
    .orderBy(asc(events.seq))
    .limit(limit);
}
