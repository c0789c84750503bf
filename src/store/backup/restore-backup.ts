import { sql } from "drizzle-orm";
import { complaint, UserError } from "../../core/user-error.ts";
import type { Connection, Transaction } from "../database.ts";
import { appliedMigrations } from "../migrate.ts";
import { BACKUP_FORMAT, type BackupFoot, type BackupHead, rowsOf } from "./backup-form.ts";

/** Text of one insert. */
const CHARACTERS_A_STATEMENT = 4_000_000;

/**
 * Fills an empty database of the same form with a backup, all of it or nothing. Runs that had not
 * ended go on as soon as there is a worker. UserError VALIDATION for what is no backup, is cut off
 * or of another form; CONFLICT for a database that is not empty. Answers with the number of rows.
 */
export async function restoreBackup(
  db: Connection,
  lines: AsyncIterable<string>,
): Promise<{ readonly rows: number; readonly head: BackupHead }> {
  const iterator = lines[Symbol.asyncIterator]();
  return db.transaction(async (tx) => {
    const head = headOf((await iterator.next()).value);
    await sameForm(tx, head);
    await empty(tx, head);
    // Rows come in the state they were in, which no client may write.
    await triggers(tx, head, "disable");
    const rows = await fill(tx, iterator);
    await triggers(tx, head, "enable");
    for (const { name, identity } of head.tables) {
      if (identity !== null) await goOnCounting(tx, name, identity);
    }
    // Who comes from now on stands behind those that wait in the backup.
    await tx.execute(sql`select setval('queue_places', (select max(place) from runs))
      where exists (select 1 from runs)`);
    return { rows, head };
  });
}

async function fill(tx: Transaction, lines: AsyncIterator<string>): Promise<number> {
  let table = "";
  let rows: string[] = [];
  let characters = 0;
  let count = 0;
  const flush = async () => {
    if (rows.length > 0) await insert(tx, table, rows);
    count += rows.length;
    rows = [];
    characters = 0;
  };
  for (;;) {
    const { done, value: line } = await lines.next();
    if (done) throw notRestorable("the backup is cut off: its last line is missing");
    if (!line.startsWith("[")) {
      await flush();
      const { rows: expected } = parsed<BackupFoot>(line);
      if (expected === count) return count;
      throw notRestorable(`the backup has ${count} rows instead of ${expected}`);
    }
    // The row stays text: the database reads it, and loses nothing.
    const comma = line.indexOf(",");
    const name = parsed<string>(line.slice(1, comma));
    if (name !== table || characters > CHARACTERS_A_STATEMENT) await flush();
    table = name;
    rows.push(line.slice(comma + 1, -1));
    characters += line.length;
  }
}

async function insert(tx: Transaction, table: string, rows: readonly string[]): Promise<void> {
  const name = sql.identifier(table);
  await tx.execute(sql`insert into ${name} overriding system value
    select * from json_populate_recordset(null::${name}, ${`[${rows.join()}]`}::json)`);
}

function headOf(line: string | undefined): BackupHead {
  const head = line === undefined ? null : parsed<BackupHead>(line);
  if (head?.format === BACKUP_FORMAT) return head;
  throw notRestorable("the file is not a backup of this service", head?.format, BACKUP_FORMAT);
}

async function sameForm(tx: Transaction, head: BackupHead): Promise<void> {
  const own = await appliedMigrations(tx);
  if (own.join() === head.migrations.join()) return;
  throw notRestorable(
    "the backup was made by another version: restore it with that one, then bring it up to date",
    head.migrations.at(-1),
    own.at(-1),
  );
}

async function empty(tx: Transaction, head: BackupHead): Promise<void> {
  for (const { name } of head.tables) {
    const found = await rowsOf(tx, sql`select 1 from ${sql.identifier(name)} limit 1`);
    if (found.length === 0) continue;
    const message = `a backup goes into an empty database, and this one has ${name}`;
    throw new UserError("CONFLICT", complaint("database", message));
  }
}

async function triggers(tx: Transaction, head: BackupHead, how: "enable" | "disable") {
  for (const { name } of head.tables) {
    await tx.execute(sql`alter table ${sql.identifier(name)} ${sql.raw(how)} trigger user`);
  }
}

async function goOnCounting(tx: Transaction, table: string, column: string): Promise<void> {
  const name = sql.identifier(table);
  await tx.execute(sql`select setval(pg_get_serial_sequence(${table}, ${column}),
    (select max(${sql.identifier(column)}) from ${name})) where exists (select 1 from ${name})`);
}

function parsed<T>(line: string): T {
  try {
    return JSON.parse(line) as T;
  } catch (cause) {
    const error = notRestorable("the file is not a backup of this service: a line is no JSON");
    error.cause = cause;
    throw error;
  }
}

function notRestorable(message: string, value?: unknown, bound?: unknown): UserError {
  return new UserError("VALIDATION", complaint("file", message, value, bound));
}
