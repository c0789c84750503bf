import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { describe, inject } from "vitest";
import type { DatabaseLocation } from "../../src/store/database.ts";

export interface TestDatabase {
  readonly name: "pglite" | "postgres";
  /** A new, empty database that `drop` removes. Persistent: it can be closed and opened again. */
  create(): Promise<{ location: DatabaseLocation; drop: () => Promise<void> }>;
}

export const PGLITE: TestDatabase = {
  name: "pglite",
  create: async () => {
    const dir = mkdtempSync(join(tmpdir(), "sweepline-pglite-"));
    return {
      location: { dataDir: join(dir, "db") },
      drop: async () => rmSync(dir, { recursive: true, force: true }),
    };
  },
};

export const POSTGRES: TestDatabase = {
  name: "postgres",
  create: async () => {
    const server = inject("postgresUrl");
    const name = `test_${randomBytes(6).toString("hex")}`;
    await onServer(server, `create database ${name} template ${inject("postgresTemplate")}`);
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
