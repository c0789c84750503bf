import { sql } from "drizzle-orm";
import type { Connection, Transaction } from "../database.ts";
import { appliedMigrations } from "../migrate.ts";
import {
  BACKUP_FORMAT,
  type BackupFoot,
  type BackupHead,
  type BackupTable,
  rowsOf,
} from "./backup-form.ts";

/** Rows in memory at a time: one may hold the metric columns of a whole chunk. */
const ROWS_A_FETCH = 16;

/**
 * Everything the service remembers, as it is at one moment, while others go on writing. Jobs are
 * left out: recovery sends them again. Answers with the number of rows.
 */
export async function writeBackup(
  db: Connection,
  engineVersion: string,
  write: (line: string) => Promise<void>,
): Promise<number> {
  const whole = { isolationLevel: "repeatable read", accessMode: "read only" } as const;
  return db.transaction(async (tx) => {
    // The disk that it is written to may be slower than what a hanging process is allowed.
    await tx.execute(sql`set local idle_in_transaction_session_timeout = 0`);
    const [{ at }] = (await rowsOf<{ at: string }>(
      tx,
      sql`select to_json(now()) #>> '{}' as at`,
    )) as [{ at: string }];
    const tables = await tablesOf(tx);
    const migrations = await appliedMigrations(tx);
    const head: BackupHead = { format: BACKUP_FORMAT, migrations, engineVersion, at, tables };
    await write(JSON.stringify(head));
    let rows = 0;
    for (const { name } of tables) rows += await writeTable(tx, name, write);
    await write(JSON.stringify({ rows } satisfies BackupFoot));
    return rows;
  }, whole);
}

async function writeTable(
  tx: Transaction,
  table: string,
  write: (line: string) => Promise<void>,
): Promise<number> {
  const name = sql.identifier(table);
  const title = JSON.stringify(table);
  await tx.execute(sql`declare backup no scroll cursor for
    select row_to_json(t)::text as row from ${name} as t`);
  let count = 0;
  for (;;) {
    const fetch = sql.raw(`fetch ${ROWS_A_FETCH} from backup`);
    const rows = await rowsOf<{ row: string }>(tx, fetch);
    for (const { row } of rows) await write(`[${title},${row}]`);
    count += rows.length;
    if (rows.length < ROWS_A_FETCH) break;
  }
  await tx.execute(sql`close backup`);
  return count;
}

/** All tables, what is referred to before what refers to it. */
async function tablesOf(tx: Transaction): Promise<BackupTable[]> {
  const found = await rowsOf<BackupTable & { readonly refers: readonly string[] }>(
    tx,
    sql`select t.table_name as name,
      (select c.column_name from information_schema.columns c
        where c.table_schema = t.table_schema and c.table_name = t.table_name
          and c.is_identity = 'YES') as identity,
      (select coalesce(json_agg(r.confrelid::regclass::text), '[]') from pg_constraint r
        where r.contype = 'f' and r.conrelid = to_regclass(quote_ident(t.table_name))
          and r.confrelid <> r.conrelid) as refers
    from information_schema.tables t
    where t.table_schema = 'public' and t.table_type = 'BASE TABLE'
    order by t.table_name`,
  );
  const ordered: BackupTable[] = [];
  const waiting = new Map(found.map((table) => [table.name, table]));
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter((t) => !t.refers.some((name) => waiting.has(name)));
    if (ready.length === 0) throw new Error(`tables refer in a circle: ${[...waiting.keys()]}`);
    for (const { name, identity } of ready) {
      waiting.delete(name);
      ordered.push({ name, identity });
    }
  }
  return ordered;
}
