/**
 * `npm run bench:surfaces`: how long questions to the metric columns of a run of a million variants
 * take over HTTP, as the first that a server is asked and of one that was asked before. A
 * benchmark, never a test.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { circumstances, median, saveResults } from "./machine.ts";
import { askNewServer, type SurfaceTimes } from "./measure-surfaces.ts";
import { scoredRun } from "./scored-run.ts";
import { QUESTIONS } from "./surface-questions.ts";

const HELP = `npm run bench:surfaces -- [--starts 3] [--again 9] [--questions surface,rank]
                              [--data-dir <folder>] [--database-url postgres://...]

Asks each question first of a server that has just been started, as often as it says, and of each
again and again. Prints milliseconds of the first answers (median and slowest), of the others, and
for how long the event loop was held at most. With --data-dir the run is kept there for the next
time. JSON goes to bench/results.`;

const { values: flags } = parseArgs({
  options: {
    starts: { type: "string", default: "3" },
    again: { type: "string", default: "9" },
    questions: { type: "string", default: Object.keys(QUESTIONS).join(",") },
    "data-dir": { type: "string" },
    "database-url": { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (flags.help) {
  console.log(HELP);
  process.exit(0);
}

const VARIANTS = 1_000_000;
const dataDir = flags["data-dir"] ?? mkdtempSync(join(tmpdir(), "sweepline-bench-"));
const databaseUrl = flags["database-url"];
try {
  const where = circumstances();
  const runId = await scoredRun(dataDir, VARIANTS, databaseUrl);
  const results = [];
  for (const question of flags.questions.split(",")) {
    const order = { dataDir, databaseUrl, runId, question, again: Number(flags.again) };
    const times: SurfaceTimes[] = [];
    // The first is not counted: the files of the database come from the disk.
    if (results.length === 0) await askNewServer(order);
    for (let n = 0; n < Number(flags.starts); n++) times.push(await askNewServer(order));
    results.push({ question, times });
    console.log(rowOf(question, times));
  }
  console.log(`results: ${saveResults("surfaces", where, results)}`);
} finally {
  if (flags["data-dir"] === undefined) rmSync(dataDir, { recursive: true, force: true });
}

function rowOf(question: string, times: readonly SurfaceTimes[]): string {
  const firstMs = times.map((one) => one.firstMs);
  const againMs = times.flatMap((one) => one.againMs);
  const cells = Object.entries({
    start: median(times.map(({ startMs }) => startMs)),
    first: median(firstMs),
    slowest: Math.max(...firstMs),
    cpu: median(times.map(({ firstCpuMs }) => firstCpuMs)),
    again: median(againMs),
    "slowest ": Math.max(...againMs),
    "cpu ": median(times.flatMap(({ againCpuMs }) => againCpuMs)),
    held: Math.max(...times.map(({ heldMs }) => heldMs)),
  }).map(([name, ms]) => `${name} ${ms.toFixed(0)} ms`);
  return [question.padEnd(20), ...cells.map((cell) => cell.padStart(16))].join("");
}
