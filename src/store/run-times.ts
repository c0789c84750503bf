import { and, desc, eq } from "drizzle-orm";
import type { Transaction } from "./database.ts";
import type { RunError } from "./records.ts";
import type { LockedRun } from "./run-row.ts";
import { events } from "./schema.ts";

/**
 * Why a run's time is over, null where it is not. The deadline is a moment, and passes wherever the
 * run is; the time limit counts from the start, without pauses.
 */
export function overdue({ state, deadline, timeUpAt, now, plan }: LockedRun): RunError | null {
  if (deadline !== null && deadline <= now) {
    return { code: "DEADLINE", message: `the deadline ${deadline.toISOString()} has passed` };
  }
  if (state !== "RUNNING" || timeUpAt === null || timeUpAt > now) return null;
  const { timeLimitSeconds } = plan.request.schedule;
  return { code: "TIME_LIMIT", message: `the time limit of ${timeLimitSeconds} s was reached` };
}

/** When the time limit of a run is reached that begins now; null without one. */
export function timeUpAt({ now, plan }: LockedRun): Date | null {
  const { timeLimitSeconds } = plan.request.schedule;
  return timeLimitSeconds === undefined ? null : new Date(now.getTime() + timeLimitSeconds * 1_000);
}

/** The same after a pause, which does not count. */
export async function timeUpAfterPause(tx: Transaction, run: LockedRun): Promise<Date | null> {
  if (run.timeUpAt === null) return null;
  const [paused] = await tx
    .select({ at: events.at })
    .from(events)
    .where(and(eq(events.runId, run.id), eq(events.kind, "PAUSED")))
    .orderBy(desc(events.seq))
    .limit(1);
  const pausedMs = paused === undefined ? 0 : run.now.getTime() - paused.at.getTime();
  return new Date(run.timeUpAt.getTime() + pausedMs);
}
