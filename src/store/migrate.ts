import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import type { Connection } from "./database.ts";

const migrationsFolder = fileURLToPath(new URL("../../drizzle", import.meta.url));

/** Arbitrary, but the same in every process: held while one of them migrates. */
const MIGRATION_LOCK = 0x5eeb11e;

/** The embedded database has one connection, so there is nobody to lock out. */
export async function migrateEmbedded(db: NodePgDatabase): Promise<void> {
  await migrate(db, { migrationsFolder });
}

/** Brings a server's schema up to date; processes that start together wait for one another. */
export async function migrateServer(url: string): Promise<void> {
  // One connection, because an advisory lock belongs to its session.
  const client = new pg.Client(url);
  // A connection that is lost fails the statement under way, or the next one.
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await migrate(drizzle({ client }), { migrationsFolder });
    await client.query("select pg_advisory_unlock($1)", [MIGRATION_LOCK]);
  } finally {
    await client.end();
  }
}

/** Migrations of this version that a database has not seen: none, unless it is older. */
export async function missingMigrations(db: Connection): Promise<string[]> {
  const names = new Set(await appliedMigrations(db));
  return readdirSync(migrationsFolder).filter((name) => /^\d/.test(name) && !names.has(name));
}

/** By name, in order. */
export async function appliedMigrations(db: Connection): Promise<string[]> {
  const done = await db.execute(sql`select name from drizzle.__drizzle_migrations order by name`);
  const { rows } = done as unknown as { readonly rows: readonly { readonly name: string }[] };
  return rows.map((row) => row.name);
}
