import { createHash, randomBytes } from "node:crypto";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { describe, inject } from "vitest";
import { openWorkQueue } from "../../src/jobs/work-queue.ts";
import type { DatabaseLocation } from "../../src/store/database.ts";
import { openStore } from "../../src/store/open.ts";

export interface TestDatabase {
  readonly name: "pglite" | "postgres";
  /** A new, empty database that `drop` removes. Persistent: it can be closed and opened again. */
  create(): Promise<{ location: DatabaseLocation; drop: () => Promise<void> }>;
}

export const PGLITE: TestDatabase = {
  name: "pglite",
  create: async () => {
    const template = await pgliteTemplate();
    const dir = mkdtempSync(join(tmpdir(), "sweepline-pglite-"));
    const dataDir = join(dir, "db");
    cpSync(template, dataDir, { recursive: true });
    return {
      location: { dataDir },
      drop: async () => rmSync(dir, { recursive: true, force: true }),
    };
  },
};

export const POSTGRES: TestDatabase = {
  name: "postgres",
  create: async () => {
    const server = inject("postgresUrl");
    const name = `test_${randomBytes(6).toString("hex")}`;
    await onServer(server, `create database ${name}`);
    const url = new URL(server);
    url.pathname = `/${name}`;
    return {
      location: { url: url.href },
      drop: () => onServer(server, `drop database ${name} with (force)`),
    };
  },
};

/** The same suite on both databases. */
export function onBothDatabases(title: string, suite: (database: TestDatabase) => void): void {
  for (const database of [PGLITE, POSTGRES]) {
    describe(`${title} on ${database.name}`, () => suite(database));
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

const ROOT = join(import.meta.dirname, "../..");

/**
 * A migrated data directory to copy: making one takes seconds, a copy a fraction. Kept under
 * node_modules by the content of what makes it, so a changed migration or package makes a new one.
 */
async function pgliteTemplate(): Promise<string> {
  const cache = join(ROOT, "node_modules/.cache/sweepline");
  const template = join(cache, `pglite-${templateKey()}`);
  if (existsSync(template)) return template;
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(join(cache, "draft-"));
  const dataDir = join(draft, "db");
  const store = await openStore({ dataDir });
  const queue = await openWorkQueue(store);
  await queue.close();
  await store.close();
  try {
    renameSync(dataDir, template);
  } catch (error) {
    // Another test file was faster.
    if (!existsSync(template)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return template;
}

function templateKey(): string {
  const hash = createHash("sha256");
  const packages = ["@electric-sql/pglite", "pg-boss"].map((n) => `node_modules/${n}/package.json`);
  for (const file of [...globSync("drizzle/*/migration.sql", { cwd: ROOT }).sort(), ...packages]) {
    hash.update(readFileSync(join(ROOT, file)));
  }
  return hash.digest("hex").slice(0, 16);
}
