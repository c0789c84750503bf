/**
 * `npm run bench:cancel`: how long a sweep takes to end as CANCELLED, by itself and while urgent
 * work holds the threads. From the call of cancelRun to the notification after which the run is
 * CANCELLED, which is when subscribers hear of it. A benchmark, never a test.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type App, createApp } from "../src/app.ts";
import { loadConfig } from "../src/config.ts";
import type { RunRequestInput } from "../src/plan/request.ts";
import { startPostgres } from "../test/support/postgres.ts";
import { circumstances, median, saveResults } from "./machine.ts";

const HELP = `npm run bench:cancel -- [--tries 10] [--bars 43800] [--databases pglite,postgres]

From cancelRun to the end of a sweep, by itself and while urgent work holds the threads. JSON goes
to bench/results.`;

const { values: flags } = parseArgs({
  options: {
    tries: { type: "string", default: "10" },
    bars: { type: "string", default: "43800" },
    databases: { type: "string", default: "pglite,postgres" },
    help: { type: "boolean", default: false },
  },
});
if (flags.help) {
  console.log(HELP);
  process.exit(0);
}

const windows = (stop: number) => ({ window: { start: 2, stop, step: 1 } });
/** Longer than all tries together; each has another fee, so none is the result of another. */
function sweep(priority: "BULK" | "CRITICAL", no: number): RunRequestInput {
  return {
    dataset: "long",
    strategy: {
      indicators: {
        fast: { id: "ma.sma", params: windows(400) },
        slow: { id: "ma.ema", params: windows(400) },
        filter: { id: "ma.sma", params: { window: [50, 100, 150, 200] } },
      },
      signals: [
        { rule: "cross", of: "fast", against: "slow" },
        { rule: "price", of: "filter" },
      ],
    },
    execution: { feePct: 0.05 + no * 1e-6 },
    schedule: { priority },
  };
}

let made = 0;
const where = circumstances();
const results: object[] = [];
for (const database of flags.databases.split(",")) await measureDatabase(database);
console.log(`medians of ${flags.tries}: ${saveResults("cancel", where, results)}`);

/** A server of its own that syncs to disk, or the embedded database. */
async function measureDatabase(database: string): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "sweepline-bench-"));
  const postgres = database === "postgres" ? await startPostgres([]) : null;
  try {
    const guards = { maxVariantsPerStage: 100_000_000 };
    const admission = { breaker: "CLOSED" };
    const settings = { dataDir, guards, admission, log: { level: "error" } };
    const place = postgres === null ? {} : { databaseUrl: postgres.url };
    await using app = await createApp(loadConfig({ flags: { ...settings, ...place } }));
    const bars = Number(flags.bars);
    await app.datasets.importSynthetic({ name: "long", seed: 7, bars, timeframe: "1h" });
    for (const urgent of [false, true]) {
      const tookMs: number[] = [];
      for (let i = 0; i < Number(flags.tries); i++) tookMs.push(await take(app, urgent));
      results.push({ database, urgent, tookMs });
      const beside = urgent ? "while urgent work holds the threads" : "by itself";
      const most = Math.max(...tookMs).toFixed(0);
      const after = `CANCELLED after ${median(tookMs).toFixed(0)} ms, ${most} at most`;
      console.log(`${database}, ${beside}: ${after}`);
    }
  } finally {
    await postgres?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** A sweep in the middle of a chunk; with `urgent` the threads have gone over to another one. */
async function take(from: App, urgent: boolean): Promise<number> {
  const { run } = await from.runs.startRun(sweep("BULK", made++), null);
  await scores(from, run.id);
  if (!urgent) return cancelled(from, run.id);
  const above = (await from.runs.startRun(sweep("CRITICAL", made++), null)).run;
  await scores(from, above.id);
  const tookMs = await cancelled(from, run.id);
  await cancelled(from, above.id);
  return tookMs;
}

async function scores({ store }: App, id: string): Promise<void> {
  while ((await store.run(id))!.done === 0) await sleep(20);
}

async function cancelled({ runs, store }: App, id: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = async () => {
    if ((await store.run(id))?.state === "CANCELLED") resolve();
  };
  const unsubscribe = store.onRunChanged((changed) => void (changed === id && look()));
  const calledMs = performance.now();
  await runs.cancelRun(id, null);
  await look();
  await promise;
  unsubscribe();
  return performance.now() - calledMs;
}
