import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { OwnPostgres } from "../test/support/postgres.ts";

/** What a database has spent up to a moment. */
interface Reading {
  readonly statements: number;
  readonly cpuMs: number;
  readonly walBytes: number;
  readonly wireBytes: number;
  readonly byKind: ReadonlyMap<string, number>;
}

export interface RunCosts extends Omit<Reading, "byKind"> {
  readonly chunks: number;
  readonly lines: readonly string[];
}

/** Of `/proc/<pid>/stat`, in hundredths of a second on every Linux there is. */
const TICK_MS = 10;
/** What is said of a run after its end, and what the database notes of it then. */
const SETTLE_MS = 500;

/**
 * Statements by pg_stat_statements, begins and commits included; processor time of all processes of
 * the server by the kernel (Linux); its log; and bytes that pass a proxy, both ways.
 */
export class DatabaseCosts implements AsyncDisposable {
  readonly url: string;
  readonly #postgres: OwnPostgres;
  readonly #client: pg.Client;
  readonly #proxy: Server;
  #wireBytes = 0;

  static async open(postgres: OwnPostgres, client: pg.Client): Promise<DatabaseCosts> {
    await client.connect();
    await client.query("create extension if not exists pg_stat_statements");
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new DatabaseCosts(postgres, client, server);
  }

  constructor(postgres: OwnPostgres, client: pg.Client, proxy: Server) {
    this.#postgres = postgres;
    this.#client = client;
    this.#proxy = proxy;
    const url = new URL(postgres.url);
    const target = Number(url.port);
    url.port = String((proxy.address() as AddressInfo).port);
    this.url = url.href;
    const count = (bytes: Buffer) => {
      this.#wireBytes += bytes.length;
    };
    proxy.on("connection", (near) => {
      const far = connect(target, "127.0.0.1");
      near.on("data", count).pipe(far);
      far.on("data", count).pipe(near);
      for (const [one, other] of [[near, far] as const, [far, near] as const]) {
        one.on("error", () => other.destroy()).on("close", () => other.destroy());
      }
    });
  }

  async read(): Promise<Reading> {
    await sleep(SETTLE_MS);
    const { rows } = await this.#client.query(`
      select regexp_replace(left(query, 60), '\\s+', ' ', 'g') as kind, sum(calls)::integer as calls
      from pg_stat_statements where query not like '%pg_stat_statements%' group by 1`);
    const byKind = new Map(rows.map(({ kind, calls }) => [kind as string, calls as number]));
    const wal = "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as bytes";
    const walBytes = (await this.#client.query(wal)).rows[0].bytes as number;
    const statements = [...byKind.values()].reduce((sum, calls) => sum + calls, 0);
    const cpuMs = treeCpuMs(this.#postgres.pid());
    return { statements, cpuMs, walBytes, wireBytes: this.#wireBytes, byKind };
  }

  async since(before: Reading, chunks: number): Promise<RunCosts> {
    const after = await this.read();
    const spent = {
      statements: after.statements - before.statements,
      cpuMs: after.cpuMs - before.cpuMs,
      walBytes: after.walBytes - before.walBytes,
      wireBytes: after.wireBytes - before.wireBytes,
    };
    const kinds = [...after.byKind]
      .map(([kind, calls]) => ({ kind, calls: calls - (before.byKind.get(kind) ?? 0) }))
      .filter(({ calls }) => calls > 0)
      .sort((a, b) => b.calls - a.calls);
    const a = (amount: number) => (amount / chunks).toFixed(2);
    const lines = [
      ...kinds.map(({ kind, calls }) => `${String(calls).padStart(6)}  ${kind}`),
      `chunks                      ${chunks}`,
      `statements                  ${spent.statements}`,
      `database processor a chunk  ${a(spent.cpuMs)} ms`,
      `database log a chunk        ${a(spent.walBytes / 1024)} KiB`,
      `network a chunk             ${a(spent.wireBytes / 1024)} KiB`,
    ];
    return { chunks, ...spent, lines };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#proxy.close();
    await this.#client.end();
  }
}

/** Processor time of a process, its children, and those that have ended. */
export function treeCpuMs(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  const all = [pid, ...(children === "" ? [] : children.split(" ").map(Number))];
  let ticks = 0;
  for (const one of all) {
    // It may have ended since; then it is in the sum of its parent.
    const fields = statOf(one);
    if (fields === null) continue;
    const [user, system, endedUser, endedSystem] = fields;
    ticks += user! + system! + (one === pid ? endedUser! + endedSystem! : 0);
  }
  return ticks * TICK_MS;
}

function statOf(pid: number): readonly number[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold spaces; utime is the twelfth field after it.
    return stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 15)
      .map(Number);
  } catch {
    return null;
  }
}
