import type { Connection } from "../database.ts";

/**
 * A backup is lines of JSON: this head, one line `[table, row]` a row, and the foot. Rows are as
 * the database makes JSON of them (`row_to_json`), which loses nothing: bytes are hexadecimal text,
 * times have microseconds, numbers as many digits as they need.
 */
export interface BackupHead {
  readonly format: typeof BACKUP_FORMAT;
  /** All that had been applied: a backup goes into a database of the same form only. */
  readonly migrations: readonly string[];
  readonly engineVersion: string;
  /** When its snapshot was taken, ISO 8601. */
  readonly at: string;
  /** In an order in which each refers to former ones only. */
  readonly tables: readonly BackupTable[];
}

export interface BackupTable {
  readonly name: string;
  /** Numbered by the database itself. */
  readonly identity: string | null;
}

/** Without it a backup was cut off. */
export interface BackupFoot {
  readonly rows: number;
}

export const BACKUP_FORMAT = "sweepline backup 1";

/** Rows of a statement that is made as text. */
export async function rowsOf<T>(
  db: Connection,
  statement: Parameters<Connection["execute"]>[0],
): Promise<readonly T[]> {
  const answer = (await db.execute(statement)) as unknown as { readonly rows: readonly T[] };
  return answer.rows;
}
