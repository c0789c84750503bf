/**
 * `npm run bench:preempt`: how long an urgent run of a hundred variants waits while a bulk sweep
 * has all threads. From the call of startRun to the run's start, and to its end, which the first
 * slice comes before. A benchmark, never a test.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type App, createApp } from "../src/app.ts";
import { loadConfig } from "../src/config.ts";
import type { RunRequestInput } from "../src/plan/request.ts";
import { circumstances, median, saveResults } from "./machine.ts";

const { values: flags } = parseArgs({
  options: {
    tries: { type: "string", default: "20" },
    bars: { type: "string", default: "43800" },
  },
});

const windows = (stop: number) => ({ window: { start: 2, stop, step: 1 } });
const cross = { rule: "cross", of: "fast", against: "slow" };

function request(strategy: object, priority: "BULK" | "CRITICAL"): RunRequestInput {
  const schedule = { priority };
  return { dataset: "long", warmupBars: 0, strategy, schedule, preselect: 10, topK: 10 } as never;
}

/** Sweeps of each way to score, longer than all tries together. */
const BULK = {
  "variants one by one": {
    indicators: {
      fast: { id: "ma.sma", params: windows(400) },
      slow: { id: "ma.ema", params: windows(400) },
      filter: { id: "ma.sma", params: { window: [50, 100, 150, 200] } },
    },
    signals: [cross, { rule: "price", of: "filter" }],
  },
  batches: {
    indicators: {
      fast: { id: "ma.sma", params: windows(1_000) },
      slow: { id: "ma.ema", params: windows(1_000) },
    },
    signals: [cross],
  },
};
const URGENT = {
  indicators: {
    fast: { id: "ma.sma", params: { window: 12 } },
    slow: { id: "ma.sma", params: { window: { start: 20, stop: 119, step: 1 } } },
  },
  signals: [cross],
};

const dataDir = mkdtempSync(join(tmpdir(), "sweepline-bench-"));
const guards = { maxVariantsPerStage: 100_000_000 };
const app = await createApp(loadConfig({ flags: { dataDir, guards, log: { level: "error" } } }));
try {
  const bars = Number(flags.bars);
  await app.datasets.importSynthetic({ name: "long", seed: 7, bars, timeframe: "1h" });
  const where = circumstances();
  const results = [];
  for (const [kind, strategy] of Object.entries(BULK)) {
    const { run } = await app.runs.startRun(request(strategy, "BULK"), null);
    await sleep(2_000);
    const startMs: number[] = [];
    const endMs: number[] = [];
    for (let i = 0; i < Number(flags.tries); i++) {
      const took = await take(app);
      startMs.push(took.startMs);
      endMs.push(took.endMs);
    }
    const bulk = (await app.store.run(run.id))!;
    if (bulk.state !== "RUNNING") throw new Error(`the bulk sweep is ${bulk.state}: too short`);
    await app.runs.cancelRun(run.id, null);
    while ((await app.store.run(run.id))!.state === "RUNNING") await sleep(50);
    const start = { median: median(startMs), most: Math.max(...startMs) };
    const end = { median: median(endMs), most: Math.max(...endMs) };
    results.push({ kind, tries: startMs.length, start, end });
    const ms = ({ median: mid, most }: typeof start) => `${mid.toFixed(0)} (${most.toFixed(0)})`;
    console.log(`${kind}: started after ${ms(start)} ms, ended after ${ms(end)} ms`);
  }
  console.log(`medians (most) of ${flags.tries}: ${saveResults("preempt", where, results)}`);
} finally {
  await app.close();
  rmSync(dataDir, { recursive: true, force: true });
}

async function take({ runs, store }: App) {
  const calledMs = Date.now();
  const { run } = await runs.startRun(request(URGENT, "CRITICAL"), null);
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = async () => {
    if ((await store.run(run.id))?.state === "SUCCEEDED") resolve();
  };
  const unsubscribe = store.onRunChanged((id) => void (id === run.id && look()));
  await look();
  await promise;
  unsubscribe();
  const { startedAt, finishedAt } = (await store.run(run.id))!;
  return { startMs: Number(startedAt) - calledMs, endMs: Number(finishedAt) - calledMs };
}
