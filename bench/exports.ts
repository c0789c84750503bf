/**
 * `npm run bench:exports`: what exporting all of a million variants adds to the memory of the
 * process that serves it, format by format, to a reader who stands still at first. Exits 1 over the
 * bound. Needs /proc.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { addressOf } from "../scripts/server-address.ts";
import { circumstances, saveResults } from "./machine.ts";
import { scoredRun } from "./scored-run.ts";

const HELP = `npm run bench:exports -- [--data-dir <folder>]

Exports a run of 100,000 and one of 1,000,000 variants and prints what the second adds to the
resident memory of the server. With --data-dir the runs are kept there for the next time.`;

const { values: flags } = parseArgs({
  options: { "data-dir": { type: "string" }, help: { type: "boolean", default: false } },
});
if (flags.help) {
  console.log(HELP);
  process.exit(0);
}

const [FEW, MANY] = [100_000, 1_000_000];
/** Ten times the rows may add so much; in memory they would be several times that. */
const BOUND_MB = 100;
const [STILL_AFTER_BYTES, STILL_MS, LOOK_MS] = [1_000_000, 3_000, 20];

const where = circumstances();
const dataDir = flags["data-dir"] ?? mkdtempSync(join(tmpdir(), "sweepline-bench-"));
const runs = { few: await scoredRun(dataDir, FEW), many: await scoredRun(dataDir, MANY) };
const server = spawn(
  process.execPath,
  [
    join(import.meta.dirname, "../scripts/sweepline.mjs"),
    "serve",
    "--port",
    "0",
    "--data-dir",
    dataDir,
  ],
  {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, SWEEPLINE_LOG_LEVEL: "warn" },
  },
);
try {
  const url = await addressOf(server);
  const results = [];
  const path = (id: string, format: string) =>
    new URL(`/runs/${id}/export?what=variants&format=${format}`, url);
  const formats = ["csv", "jsonl", "parquet"];
  // Code is compiled, and heaps have grown, before anything is measured.
  for (const format of formats) await exported(path(runs.few, format));
  for (const format of formats) {
    const before = residentMb();
    const { bytes, peakMb, ms } = await exported(path(runs.many, format));
    const addedMb = peakMb - before;
    results.push({ format, megabytes: bytes / 1e6, addedMb, seconds: ms / 1_000 });
    const cells = [`${(bytes / 1e6).toFixed(0)} MB`, `${(ms / 1_000).toFixed(1)} s`];
    cells.push(`${before.toFixed(0)} MB before`, `${addedMb.toFixed(0)} MB added at most`);
    console.log([format.padEnd(8), ...cells.map((cell) => cell.padStart(10))].join("  "));
    if (addedMb > BOUND_MB) process.exitCode = 1;
  }
  console.log(`results: ${saveResults("exports", where, results)}`);
} finally {
  server.kill();
  await once(server, "close");
  if (flags["data-dir"] === undefined) rmSync(dataDir, { recursive: true, force: true });
}

/** Reads an export to its end, standing still for a while; looks at the server meanwhile. */
async function exported(url: URL): Promise<{ bytes: number; peakMb: number; ms: number }> {
  let [bytes, peakMb, isStill] = [0, 0, true];
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, residentMb());
  }, LOOK_MS);
  const startedMs = performance.now();
  try {
    const response = await fetch(url, { headers: { "accept-encoding": "identity" } });
    if (!response.ok) throw new Error(await response.text());
    for await (const block of response.body!) {
      bytes += block.length;
      if (!isStill || bytes < STILL_AFTER_BYTES) continue;
      isStill = false;
      await sleep(STILL_MS);
    }
    return { bytes, peakMb, ms: performance.now() - startedMs };
  } finally {
    clearInterval(watch);
  }
}

function residentMb(): number {
  const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_000;
}
