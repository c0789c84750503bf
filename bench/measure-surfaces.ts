/** Asks one question of a server in a process of its own, where nothing is warm at first. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { addressOf } from "../scripts/server-address.ts";
import { QUESTIONS } from "./surface-questions.ts";

export interface SurfaceOrder {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly runId: string;
  readonly question: string;
  /** Times that it is asked after the first. */
  readonly again: number;
}

/** What one process took, milliseconds; CPU times are those of all of its threads. */
export interface SurfaceTimes {
  /** From the start of the process until it says where it serves. */
  readonly startMs: number;
  readonly firstMs: number;
  readonly firstCpuMs: number;
  readonly againMs: readonly number[];
  readonly againCpuMs: readonly number[];
  /** The longest that the event loop was held by all but the first. */
  readonly heldMs: number;
}

/** As an operator starts it; it is asked as soon as it says where. */
export async function askNewServer(order: SurfaceOrder): Promise<SurfaceTimes> {
  const startedMs = performance.now();
  const server = startServer(order);
  try {
    const url = await addressOf(server);
    const startMs = performance.now() - startedMs;
    const query = `{ run(id: "Run_${order.runId}") { found: ${QUESTIONS[order.question]} } }`;
    const first = await timed(server, url, query);
    await heldMsOf(url);
    const again = [];
    for (let n = 0; n < order.again; n++) again.push(await timed(server, url, query));
    return {
      ...{ startMs, firstMs: first.ms, firstCpuMs: first.cpuMs },
      againMs: again.map(({ ms }) => ms),
      againCpuMs: again.map(({ cpuMs }) => cpuMs),
      heldMs: await heldMsOf(url),
    };
  } finally {
    server.kill("SIGTERM");
    await once(server, "close");
  }
}

function startServer({ dataDir, databaseUrl }: SurfaceOrder): ChildProcess {
  const start = join(import.meta.dirname, "../scripts/sweepline.mjs");
  const args = ["serve", "--port", "0", "--data-dir", dataDir, "--log-level", "warn"];
  if (databaseUrl !== undefined) args.push("--database-url", databaseUrl);
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  return spawn(process.execPath, [start, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH, HOME, ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }) },
  });
}

async function timed(server: ChildProcess, url: string, query: string) {
  const startedMs = performance.now();
  const before = cpuMsOf(server);
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) });
  const answer = await response.text();
  const ms = performance.now() - startedMs;
  if (!answer.includes('"complete":true')) throw new Error(answer.slice(0, 500));
  return { ms, cpuMs: cpuMsOf(server) - before };
}

/** Linux counts in hundredths of a second. */
function cpuMsOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Since it was asked before; the interval of 10 ms of Node's histogram is taken off. */
async function heldMsOf(url: string): Promise<number> {
  const text = await (await fetch(url.replace("/graphql", "/metrics"))).text();
  const seconds = /^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(text)?.[1];
  return Math.max(0, Number(seconds) * 1_000 - 10);
}
