import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { ConditionTemplate, ValueTemplate } from "../core/signals/condition.ts";
import type { Sweep } from "../core/stages/sweep.ts";
import { complaint, UserError } from "../core/user-error.ts";
import type { Connection, Transaction } from "./database.ts";
import type { FacetKind, RunMarks, RunMarksChange } from "./library-records.ts";
import { lockRun } from "./run-row.ts";
import { runFacets, runNotes, runs } from "./schema.ts";
import type { StoreContext } from "./store-context.ts";

export const MAX_TAGS = 32;

/** Tags and note of a run, which change nothing that it computes: no event tells of them. */
export async function changeMarks(
  context: StoreContext,
  runId: string,
  { addTags = [], removeTags = [], note }: RunMarksChange,
): Promise<void> {
  await context.db.transaction(async (tx) => {
    if ((await lockRun(tx, runId)) === null) {
      throw new UserError("NOT_FOUND", complaint("id", "there is no such run", runId));
    }
    const ofKind = and(eq(runFacets.runId, runId), eq(runFacets.kind, "TAG"));
    if (removeTags.length > 0) {
      await tx.delete(runFacets).where(and(ofKind, inArray(runFacets.value, [...removeTags])));
    }
    await insertFacets(tx, runId, "TAG", addTags);
    const tags = await tx.select({ tag: runFacets.value }).from(runFacets).where(ofKind);
    if (tags.length > MAX_TAGS) {
      const message = "a run has too many tags";
      throw new UserError("VALIDATION", complaint("addTags", message, tags.length, MAX_TAGS));
    }
    if (note === null) await tx.delete(runNotes).where(eq(runNotes.runId, runId));
    else if (note !== undefined) {
      const target = runNotes.runId;
      await tx
        .insert(runNotes)
        .values({ runId, note })
        .onConflictDoUpdate({ target, set: { note } });
    }
  });
}

export async function insertFacets(
  tx: Transaction,
  runId: string,
  kind: FacetKind,
  values: readonly string[],
): Promise<void> {
  if (values.length === 0) return;
  const rows = [...new Set(values)].map((value) => ({ runId, kind, value }));
  await tx.insert(runFacets).values(rows).onConflictDoNothing();
}

export async function marksOf(db: Connection, runIds: readonly string[]): Promise<RunMarks[]> {
  if (runIds.length === 0) return [];
  const tags = sql<string[] | null>`(select json_agg(${runFacets.value} order by ${runFacets.value})
    from ${runFacets} where ${runFacets.runId} = ${runs.id} and ${runFacets.kind} = 'TAG')`;
  const rows = await db
    .select({ runId: runs.id, tags, note: runNotes.note })
    .from(runs)
    .leftJoin(runNotes, eq(runNotes.runId, runs.id))
    .where(inArray(runs.id, [...runIds]))
    .orderBy(asc(runs.no));
  return rows.map((row) => ({ ...row, tags: row.tags ?? [] }));
}

/** Ids of the indicators that a strategy reads, in rules or in expressions. */
export function indicatorsOf({ indicators, expressions }: Sweep): string[] {
  const ids = new Set(indicators.map(({ id }) => id));
  for (const side of Object.values(expressions ?? {})) addCondition(side, ids);
  return [...ids];
}

function addCondition(condition: ConditionTemplate, ids: Set<string>): void {
  if (condition.kind === "compare") {
    addValue(condition.left, ids);
    addValue(condition.right, ids);
  } else for (const part of condition.of) addCondition(part, ids);
}

function addValue(value: ValueTemplate, ids: Set<string>): void {
  if (value.kind === "output") ids.add(value.indicator);
  else if (value.kind === "shifted") addValue(value.of, ids);
  else if (value.kind === "arithmetic") {
    addValue(value.left, ids);
    addValue(value.right, ids);
  }
}
