import { fileURLToPath } from "node:url";
import type { PgliteDatabase } from "drizzle-orm/pglite";
import { migrate as runOnPglite } from "drizzle-orm/pglite/migrator";
import { drizzle as drizzlePostgres } from "drizzle-orm/postgres-js";
import { migrate as runOnPostgres } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

const migrationsFolder = fileURLToPath(new URL("../../drizzle", import.meta.url));

/** Arbitrary, but the same in every process: held while one of them migrates. */
const MIGRATION_LOCK = 0x5eeb11e;

/** The embedded database has one connection, so there is nobody to lock out. */
export async function migrateEmbedded(db: PgliteDatabase): Promise<void> {
  await runOnPglite(db, { migrationsFolder });
}

/** Brings a server's schema up to date; processes that start together wait for one another. */
export async function migrateServer(url: string): Promise<void> {
  // One connection, because an advisory lock belongs to its session.
  const client = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await client`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await runOnPostgres(drizzlePostgres({ client }), { migrationsFolder });
    await client`select pg_advisory_unlock(${MIGRATION_LOCK})`;
  } finally {
    await client.end({ timeout: 5 });
  }
}
