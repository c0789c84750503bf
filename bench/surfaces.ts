/**
 * `npm run bench:surfaces`: how long questions to the metric columns of a run of a million variants
 * take over HTTP, of a service that has just been started and of one that was asked before. A
 * benchmark, never a test.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { circumstances, saveResults } from "./machine.ts";
import type { SurfaceOrder, SurfaceTimes } from "./measure-surfaces.ts";
import { scoredRun } from "./scored-run.ts";
import { QUESTIONS } from "./surface-questions.ts";

const HELP = `npm run bench:surfaces -- [--runs 9] [--questions surface] [--data-dir <folder>]

Asks each question first of a process that has just been started, then again and again, and prints
milliseconds of the first answer, of the median and the slowest of the others, and for how long the
event loop was held at most. With --data-dir the run is kept there for the next time. JSON goes to
bench/results.`;

const { values: flags } = parseArgs({
  options: {
    runs: { type: "string", default: "9" },
    questions: { type: "string", default: Object.keys(QUESTIONS).join(",") },
    "data-dir": { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (flags.help) {
  console.log(HELP);
  process.exit(0);
}

const VARIANTS = 1_000_000;
const dataDir = flags["data-dir"] ?? mkdtempSync(join(tmpdir(), "sweepline-bench-"));
try {
  const where = circumstances();
  const runId = await scoredRun(dataDir, VARIANTS);
  const results: SurfaceTimes[] = [];
  for (const question of flags.questions.split(",")) {
    results.push(await ask({ dataDir, runId, question, runs: Number(flags.runs) }));
    console.log(rowOf(results.at(-1)!));
  }
  console.log(`results: ${saveResults("surfaces", where, results)}`);
} finally {
  if (flags["data-dir"] === undefined) rmSync(dataDir, { recursive: true, force: true });
}

function rowOf({ question, ...times }: SurfaceTimes): string {
  const cells = Object.entries({
    first: times.firstMs,
    "first cpu": times.firstCpuMs,
    again: times.medianMs,
    "again cpu": times.medianCpuMs,
    slowest: times.worstMs,
    held: times.heldMs,
  }).map(([name, ms]) => `${name} ${ms.toFixed(0)} ms`);
  return [question.padEnd(20), ...cells.map((cell) => cell.padStart(18))].join("");
}

async function ask(order: SurfaceOrder): Promise<SurfaceTimes> {
  const child = fork(new URL("measure-surfaces.ts", import.meta.url));
  child.send(order);
  const answer = once(child, "message") as Promise<[SurfaceTimes]>;
  const gone = once(child, "exit").then(() => Promise.reject(new Error("no measurement")));
  const [times] = await Promise.race([answer, gone]);
  await gone.catch(() => {});
  return times;
}
