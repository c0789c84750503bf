import { sql } from "drizzle-orm";
import { sendDueWork } from "./due-work.ts";
import { PRIORITY_STEP } from "./priorities.ts";
import { isTerminal } from "./records.ts";
import { changeRun } from "./run-events.ts";
import { lockRun } from "./run-row.ts";
import type { StoreContext } from "./store-context.ts";

/**
 * Nothing starves: where a priority has work that waits and none at work, the first of its runs
 * counts as one priority more urgent for every `ageingMs` that it has waited, or that its priority
 * has not been served. Once that reaches the most urgent work there is, its next chunk goes before
 * everything else. Runs of the same priority do not age against one another: they keep their order.
 */
export async function liftStarving(context: StoreContext): Promise<void> {
  const { rows } = (await context.db.execute(starving(context))) as unknown as {
    readonly rows: readonly { readonly id: string }[];
  };
  for (const { id } of rows) {
    await context.db.transaction(async (tx) => {
      const run = await lockRun(tx, id);
      if (run === null || isTerminal(run.state)) return;
      await sendDueWork(context, tx, await changeRun(tx, run, { lifted: true }));
    });
  }
}

/** Ids of the first runs of priorities that have waited long enough. */
function starving({ ageingMs, engineVersion }: StoreContext) {
  return sql`
    with active as (
      select id, priority, place, queued_at, progress_at, lifted,
        coalesce(end_lease_until > clock_timestamp(), false) or exists (select from chunks
          where run_id = runs.id and stage = runs.stage and state = 'RUNNING') as at_work,
        stop_state is not null or exists (select from chunks
          where run_id = runs.id and stage = runs.stage and state = 'PENDING'
            and (retry_at is null or retry_at <= clock_timestamp()))
          or not exists (select from chunks where run_id = runs.id and stage = runs.stage
            and state in ('PENDING', 'RUNNING', 'PARTIAL')) as waits
      from runs
      where (state in ('QUEUED', 'RUNNING') or state = 'PAUSED' and stop_state is not null)
        and not is_foreign(runs, ${engineVersion}::text)),
    classes as (
      select priority, bool_or(at_work or lifted) as is_served, max(progress_at) as served_at
      from active group by priority),
    heads as (
      select distinct on (priority) id, priority, queued_at from active where waits
      order by priority, place)
    select heads.id from heads join classes using (priority)
    where not is_served
      and priority < (select max(priority) from classes)
      and priority + ${PRIORITY_STEP}::integer * floor(
        extract(epoch from clock_timestamp() - greatest(queued_at, served_at)) * 1000
          / ${ageingMs}::double precision) >= (select max(priority) from classes)`;
}
