import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiClient } from "../src/client/api-client.ts";
import { cancelRun } from "../src/client/operations/cancel-run.ts";
import type { RunRequestInput } from "../src/client/operations/inputs.ts";
import { startRun } from "../src/client/operations/start-run.ts";
import { openSubscribers } from "../test/load/subscriber-load.ts";
import { crossRequest, LARGE } from "../test/server/requests.ts";
import { addressOf } from "./server-address.ts";

/**
 * A thousand subscribers of one run, over websockets and server-sent events, a hundred of whom do
 * not read: what they cost the process that serves them in memory. Exits 1 over the bound, and
 * when one of them misses the event that ends the run. Needs /proc.
 */
const BOUND_MB = 200;
const LOAD = { sockets: 50, perSocket: 10, streams: 500, slow: 100 };
const FOLLOW_MS = 8_000;

const dataDir = mkdtempSync(join(tmpdir(), "sweepline-load-"));
const main = join(import.meta.dirname, "../src/cli/main.ts");
const flags = ["--port", "0", "--data-dir", dataDir, "--workers", "1"];
const sweepline = (...args: string[]) =>
  spawn(process.execPath, [main, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, SWEEPLINE_LOG_LEVEL: "warn" },
  });

const synthetic = ["--synthetic", "--bars", "500", "--name", "hours", "--data-dir", dataDir];
await once(sweepline("import", ...synthetic), "close");
const server = sweepline("serve", ...flags);
try {
  const url = await addressOf(server);
  const client = new ApiClient(url);
  const request = crossRequest("hours", LARGE) as RunRequestInput;
  const { startRun: started } = await client.request(startRun, { input: { request } });
  if (started.__typename !== "StartRunPayload") throw new Error(started.message);
  const runId = started.run.id;
  await sleep(3_000);
  const before = residentMb(server.pid!);
  const subscribers = openSubscribers({ url, runId, ...LOAD });
  await subscribers.ready;
  let peak = 0;
  for (const until = Date.now() + FOLLOW_MS; Date.now() < until; await sleep(100)) {
    peak = Math.max(peak, residentMb(server.pid!));
  }
  await client.request(cancelRun, { input: { id: runId } });
  const reached = await subscribers.finish(30_000);
  peak = Math.max(peak, residentMb(server.pid!));
  subscribers.close();
  const added = peak - before;
  console.log(`${subscribers.count} subscribers, ${LOAD.slow} of whom did not read`);
  console.log(`${reached} had the event that ended the run`);
  console.log(
    `${before.toFixed(0)} MB before, ${peak.toFixed(0)} MB at most: ${added.toFixed(0)} MB`,
  );
  if (added > BOUND_MB || reached !== subscribers.count) process.exitCode = 1;
} finally {
  server.kill("SIGTERM");
  await once(server, "close");
  rmSync(dataDir, { recursive: true, force: true });
}

function residentMb(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1_024;
}
