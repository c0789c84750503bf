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
import { createApp } from "../src/app.ts";
import { isTerminal } from "../src/store/records.ts";
import { circumstances, saveResults } from "./machine.ts";
import type { SurfaceOrder, SurfaceTimes } from "./measure-surfaces.ts";
import { sizedRequest } from "./memory-workload.ts";
import { QUESTIONS, surfaceConfig } from "./surface-questions.ts";

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

const [VARIANTS, BARS, POLL_MS] = [1_000_000, 5_000, 100];
const dataDir = flags["data-dir"] ?? mkdtempSync(join(tmpdir(), "sweepline-bench-"));
try {
  const where = circumstances();
  const runId = await scoredRun();
  const results: SurfaceTimes[] = [];
  for (const question of flags.questions.split(",")) {
    results.push(await ask({ dataDir, runId, question, runs: Number(flags.runs) }));
    console.log(rowOf(results.at(-1)!));
  }
  console.log(`results: ${saveResults("surfaces", where, results)}`);
} finally {
  if (flags["data-dir"] === undefined) rmSync(dataDir, { recursive: true, force: true });
}

function rowOf({ question, firstMs, medianMs, worstMs, heldMs }: SurfaceTimes): string {
  const times = { first: firstMs, again: medianMs, slowest: worstMs, held: heldMs };
  const cells = Object.entries(times).map(([name, ms]) => `${name} ${ms.toFixed(0)} ms`);
  return [question.padEnd(20), ...cells.map((cell) => cell.padStart(16))].join("");
}

/** A run of a million variants on five axes with two metric columns; the same one every time. */
async function scoredRun(): Promise<string> {
  await using app = await createApp(surfaceConfig(dataDir));
  const name = "surfaces";
  await app.datasets.importSynthetic({ name, seed: 7, bars: BARS, timeframe: "1h" });
  const ranking = {
    primary: { metric: "sharpe" },
    secondary: { metric: "maxDrawdownPct" },
  } as const;
  const request = { ...sizedRequest(name, VARIANTS), ranking };
  const { run } = await app.runs.startRun(request, "bench:surfaces");
  for (;;) {
    const { state } = (await app.store.runStatus(run.id))!;
    if (state === "SUCCEEDED") return run.id;
    if (isTerminal(state)) throw new Error(`the run ${state}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
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
