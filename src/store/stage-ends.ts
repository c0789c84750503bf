import { eq, sql } from "drizzle-orm";
import { backoffMs } from "../core/backoff.ts";
import { answerOf, asJson } from "./answer.ts";
import { startRun } from "./chunks.ts";
import type { Connection } from "./database.ts";
import { dueEnd, sendDueWork, sendHints, sendWorkOf } from "./due-work.ts";
import { packFloats, unpackFloats } from "./packing.ts";
import { isTerminal, type ResultRow } from "./records.ts";
import { stopOverdue } from "./recovery.ts";
import { endRun } from "./run-control.ts";
import { changeRun } from "./run-events.ts";
import { lockRun, toRecord } from "./run-row.ts";
import { shortlists } from "./schema.ts";
import type { AttemptFault, ClaimedEnd, EndClaim, RunEnd, StageBPlan } from "./store.ts";
import type { StoreContext } from "./store-context.ts";

/** Rows of results in one statement, half a kilobyte each. */
const ROWS_A_STATEMENT = 1000;

/** One statement; that there is work is told after it, and again by recovery where that is lost. */
export async function beginStageB(
  context: StoreContext,
  runId: string,
  shortlist: Float64Array,
  plan: StageBPlan,
): Promise<boolean> {
  const bases = await packFloats([shortlist]);
  const size = Math.max(1, Math.floor(plan.chunkVariants));
  const begins = await answerOf<boolean>(
    context.db,
    sql`begin_stage_b(${runId}::text, ${bases}::bytea, ${shortlist.length}::bigint,
      ${size}::bigint, ${plan.variantsPerBase}::bigint, ${asJson(plan.spent ?? null)})`,
  );
  if (begins) await sendWorkOf(context, runId);
  return begins;
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
  { rows, error, ...end }: RunEnd,
): Promise<boolean> {
  // Hints lead nowhere once it has ended. Where it does not, whoever lets go of the end sends more.
  await context.jobs?.discard(context.db, runId);
  const told = { ...end, ...(error === null ? {} : { error }) };
  const finish = (db: Connection, first: readonly ResultRow[]) =>
    answerOf<boolean>(db, sql`finish_run(${runId}::text, ${asJson(told)}, ${asJson(first)})`);
  if (rows.length <= ROWS_A_STATEMENT) return finish(context.db, rows);
  return context.db.transaction(async (tx) => {
    if (!(await finish(tx, rows.slice(0, ROWS_A_STATEMENT)))) return false;
    for (let i = ROWS_A_STATEMENT; i < rows.length; i += ROWS_A_STATEMENT) {
      const part = rows.slice(i, i + ROWS_A_STATEMENT);
      await answerOf(tx, sql`add_results(${runId}::text, ${asJson(part)})`);
    }
    return true;
  });
}
