/**
 * Makes the data directory that new embedded databases are copies of (see
 * src/store/embedded-template.ts), when there is none for these migrations and packages yet.
 */
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type pg from "pg";
import { openWorkQueue } from "../src/jobs/work-queue.ts";
import { templateFolder } from "../src/store/embedded-template.ts";
import { openStore } from "../src/store/open.ts";

/** Returns the template's folder. */
export async function buildDatabaseTemplate(): Promise<string> {
  const template = templateFolder();
  if (existsSync(template)) return template;
  mkdirSync(dirname(template), { recursive: true });
  const draft = mkdtempSync(join(dirname(template), "draft-"));
  try {
    const dataDir = join(draft, "db");
    const store = await openStore({ dataDir });
    const queue = await openWorkQueue(store);
    await queue.close();
    await dropSpares(store.database.pool);
    await store.close();
    removeFormer(template);
    renameSync(dataDir, template);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return template;
}

/**
 * What a server makes further databases from; the embedded one has one, and these would be half of
 * the files that are copied.
 */
async function dropSpares(pool: pg.Pool): Promise<void> {
  for (const name of ["template0", "template1"]) {
    await pool.query(`alter database ${name} is_template false`);
    await pool.query(`drop database ${name}`);
  }
  await pool.query("checkpoint");
}

function removeFormer(template: string): void {
  const pattern = basename(template).replace(/-.*/, "-*");
  const cwd = dirname(template);
  for (const name of globSync(pattern, { cwd })) rmSync(join(cwd, name), { recursive: true });
}

if (import.meta.main) await buildDatabaseTemplate();
