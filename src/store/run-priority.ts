import { complaint, UserError } from "../core/user-error.ts";
import { sendDueWork } from "./due-work.ts";
import { notifyWorkers } from "./notifications.ts";
import { PRIORITIES, type Priority } from "./priorities.ts";
import { lockQueue, type QueueLimits, refuseFullQueue } from "./queue-limits.ts";
import { isTerminal, type RunRecord } from "./records.ts";
import { appendEvent } from "./run-events.ts";
import { lockRun, toRecord } from "./run-row.ts";
import type { StoreContext } from "./store-context.ts";

/** The run keeps its place, now among those of the other priority; see Store.setRunPriority. */
export async function setRunPriority(
  context: StoreContext,
  runId: string,
  name: Priority,
  limits: QueueLimits = {},
): Promise<RunRecord> {
  return context.db.transaction(async (tx) => {
    await lockQueue(tx, limits);
    const run = await lockRun(tx, runId);
    if (run === null) {
      throw new UserError("NOT_FOUND", complaint("id", "there is no such run", runId));
    }
    const priority = PRIORITIES[name];
    if (run.priority === priority) return toRecord(run);
    if (isTerminal(run.state)) {
      const message = `a run that is ${run.state} has no priority any more`;
      throw new UserError("CONFLICT", complaint("id", message, runId), { state: run.state });
    }
    if (run.state === "QUEUED") {
      // It waits already, so the queue as a whole has room for it.
      await refuseFullQueue(tx, name, { maxQueuedOf: limits.maxQueuedOf ?? {} });
    }
    const changed = await appendEvent(tx, run, {
      kind: "PROGRESS",
      message: `priority ${name}`,
      change: { priority, lifted: false },
    });
    await notifyWorkers(tx, runId);
    await context.jobs?.discard(tx, runId);
    await sendDueWork(context, tx, changed);
    return toRecord(changed);
  });
}
