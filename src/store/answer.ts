import { type SQL, sql } from "drizzle-orm";
import type { Connection } from "./database.ts";
import type { ChunkRecord } from "./records.ts";
import type { chunks } from "./schema.ts";

/** What a function of the database answers with, as json: one statement, and so one transaction. */
export async function answerOf<T>(db: Connection, call: SQL): Promise<T> {
  const result = await db.execute(sql`select ${call} as answer`);
  const { rows } = result as unknown as { readonly rows: readonly { readonly answer: unknown }[] };
  return rows[0]!.answer as T;
}

/** A null stays one: a parameter of undefined would be none at all. */
export function asJson(value: unknown): SQL {
  return sql`${value === null ? null : JSON.stringify(value)}::json`;
}

/** A row of the chunks as json has it: columns by name, times as text. */
export interface ChunkJson {
  readonly run_id: string;
  readonly stage: ChunkRecord["stage"];
  readonly no: number;
  readonly start_index: number;
  readonly end_index: number;
  readonly state: ChunkRecord["state"];
  readonly attempts: number;
  readonly scored: number;
  readonly worker: string | null;
  readonly lease_until: string | null;
  readonly retry_at: string | null;
  readonly error: ChunkRecord["error"];
}

export function chunkOfJson(row: ChunkJson): typeof chunks.$inferSelect {
  const time = (text: string | null) => (text === null ? null : new Date(text));
  const { stage, no, state, attempts, scored, worker, error } = row;
  return {
    runId: row.run_id,
    ...{ stage, no, from: row.start_index, to: row.end_index },
    ...{ state, attempts, scored, worker, error },
    leaseUntil: time(row.lease_until),
    retryAt: time(row.retry_at),
  };
}
