/**
 * Makes the data directory that new embedded databases are copies of (see
 * src/store/embedded-template.ts), when there is none for these migrations and packages yet.
 */
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
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
    await store.close();
    removeFormer(template);
    renameSync(dataDir, template);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return template;
}

function removeFormer(template: string): void {
  const pattern = basename(template).replace(/-.*/, "-*");
  const cwd = dirname(template);
  for (const name of globSync(pattern, { cwd })) rmSync(join(cwd, name), { recursive: true });
}

if (import.meta.main) await buildDatabaseTemplate();
