import { eq } from "drizzle-orm";
import { backoffMs } from "../core/backoff.ts";
import { addSpent } from "../core/stages/run-profile.ts";
import { rankedMetrics, type Sweep } from "../core/stages/sweep.ts";
import { insertChunks, startRun } from "./chunks.ts";
import type { Connection, Transaction } from "./database.ts";
import { dueEnd, sendDueWork, sendHints } from "./due-work.ts";
import { dropColumns } from "./metric-columns.ts";
import { packFloats, unpackFloats } from "./packing.ts";
import { type BestSoFar, isTerminal, type ResultRow } from "./records.ts";
import { stopOverdue } from "./recovery.ts";
import { endRun } from "./run-control.ts";
import { appendEvent, changeRun } from "./run-events.ts";
import { lockRun, toRecord } from "./run-row.ts";
import { results, shortlists } from "./schema.ts";
import type { AttemptFault, ClaimedEnd, EndClaim, RunEnd, StageBPlan } from "./store.ts";
import type { StoreContext } from "./store-context.ts";
import { STAGE_BEFORE } from "./transitions.ts";

/** Rows of one insert: each binds eight values, and a statement takes 65,535. */
const ROWS_A_STATEMENT = 1000;

export async function beginStageB(
  context: StoreContext,
  runId: string,
  shortlist: Float64Array,
  plan: StageBPlan,
): Promise<boolean> {
  const bases = await packFloats([shortlist]);
  return context.db.transaction(async (tx) => {
    const run = await lockRun(tx, runId);
    if (run === null || run.stage !== "STAGE_A" || isTerminal(run.state)) return false;
    if (run.stopState !== null || run.state === "PAUSED") return false;
    await tx.insert(shortlists).values({ runId, bases }).onConflictDoNothing();
    await insertChunks(tx, {
      runId,
      stage: "STAGE_B",
      total: shortlist.length,
      chunkVariants: plan.chunkVariants,
    });
    const begun = await appendEvent(tx, run, {
      kind: "STAGE",
      change: {
        stage: "STAGE_B",
        total: shortlist.length * plan.variantsPerBase,
        stored: 0,
        done: 0,
        variantsPerSecond: null,
        progressAt: run.now,
        stageAt: run.now,
        endAttempts: 0,
        endWorker: null,
        endLeaseUntil: null,
        spent: addSpent(run.spent, plan.spent ?? null),
      },
    });
    await sendDueWork(context, tx, begun);
    return true;
  });
}

export async function shortlistOf(db: Connection, runId: string): Promise<Float64Array | null> {
  const [row] = await db.select().from(shortlists).where(eq(shortlists.runId, runId));
  return row === undefined ? null : unpackFloats(row.bases);
}

/** Takes the end of a stage for one worker; see Store.claimEnd. */
export async function claimEnd(context: StoreContext, claim: EndClaim): Promise<ClaimedEnd | null> {
  return context.db.transaction(async (tx) => {
    const found = await lockRun(tx, claim.runId);
    // One that waits does not begin after its deadline.
    const run = found?.state === "QUEUED" ? await stopOverdue(context, tx, found) : found;
    const work = run === null ? null : await dueEnd(context, tx, run);
    if (run === null || work === null) return null;
    const attempt = run.endAttempts + 1;
    // A retried run may have nothing left to score.
    const starts = run.state === "QUEUED" && work !== "STOP" && work !== "ABANDON";
    const begun = starts ? await startRun(tx, run) : run;
    const claimed = await changeRun(tx, begun, {
      endWorker: claim.worker,
      endLeaseUntil: new Date(run.now.getTime() + claim.leaseMs),
      endAttempts: attempt,
      lifted: false,
    });
    return { run: toRecord(claimed), work, attempt };
  });
}

export async function releaseEnd(
  context: StoreContext,
  runId: string,
  worker: string,
): Promise<void> {
  await context.db.transaction(async (tx) => {
    const run = await lockRun(tx, runId);
    if (run === null || run.endWorker !== worker) return;
    const released = await changeRun(tx, run, { endWorker: null, endLeaseUntil: null });
    await sendDueWork(context, tx, released);
  });
}

export async function failEnd(
  context: StoreContext,
  runId: string,
  worker: string,
  fault: AttemptFault,
): Promise<void> {
  const { retries, random } = context;
  await context.db.transaction(async (tx) => {
    const run = await lockRun(tx, runId);
    if (run === null || isTerminal(run.state) || run.endWorker !== worker) return;
    const allowed = fault.kind === "USER" ? retries.userErrors : retries.faults;
    if (run.endAttempts > allowed) {
      const state = run.stopState ?? "FAILED";
      await endRun(context, tx, run, { state, error: fault.error });
      return;
    }
    // Nobody takes the end before its lease is over, this worker neither.
    const waitMs = backoffMs(retries, run.endAttempts, random());
    const retryAt = new Date(run.now.getTime() + waitMs);
    const failed = await changeRun(tx, run, { endWorker: null, endLeaseUntil: retryAt });
    await sendHints(context, tx, failed, [{ kind: "end", runId, notBefore: retryAt }]);
  });
}

export async function finishRun(
  context: StoreContext,
  runId: string,
  end: RunEnd,
): Promise<boolean> {
  return context.db.transaction(async (tx) => {
    const run = await lockRun(tx, runId);
    if (run === null || isTerminal(run.state)) return false;
    // A cancel or a pause that came in while the results were made is obeyed.
    const ripe = run.stage === STAGE_BEFORE.SUCCEEDED;
    const wanted = run.stopState === null && run.state !== "PAUSED" && ripe;
    if (end.state === "SUCCEEDED" && !wanted) return false;
    await insertResults(tx, runId, end.rows);
    const keeps = run.plan.request.schedule.keepColumns !== false;
    if (end.state === "SUCCEEDED" && !keeps) await dropColumns(tx, runId);
    const best = end.rows[0] === undefined ? {} : { best: asBest(run.plan.sweep, end.rows[0]) };
    const error = end.error ?? run.error;
    const spent = addSpent(run.spent, end.spent ?? null);
    await endRun(context, tx, run, { state: end.state, digest: end.digest, error, spent, ...best });
    return true;
  });
}

/** The best in the end is the first row, whatever the last progress saw. */
function asBest(sweep: Sweep, row: ResultRow): BestSoFar {
  const { variantIndex, params, stopLossPct, trailingStopPct, takeProfitPct } = row;
  const metrics = Object.fromEntries(rankedMetrics(sweep).map((name) => [name, row.metrics[name]]));
  return { variantIndex, params, stopLossPct, trailingStopPct, takeProfitPct, metrics };
}

async function insertResults(
  tx: Transaction,
  runId: string,
  rows: readonly ResultRow[],
): Promise<void> {
  for (let i = 0; i < rows.length; i += ROWS_A_STATEMENT) {
    const part = rows.slice(i, i + ROWS_A_STATEMENT).map((row) => ({ runId, ...row }));
    await tx.insert(results).values(part).onConflictDoNothing();
  }
}
