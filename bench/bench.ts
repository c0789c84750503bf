/**
 * `npm run bench`: times the kernels of each workload on the pool, warm, and reports medians. A
 * benchmark, never a test: nothing here passes or fails. Results go to bench/results as JSON, a
 * table to the terminal.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { riskCells } from "../src/core/stages/sweep.ts";
import {
  chooseKernels,
  type KERNEL_SETTINGS,
  type KernelName,
} from "../src/kernels/choose-kernels.ts";
import { DEFAULT_GUARDS } from "../src/plan/guards.ts";
import { makePlan } from "../src/plan/make-plan.ts";
import { parseRunRequest } from "../src/plan/parse-request.ts";
import { createPool } from "../src/pool/pool.ts";
import type { ChunkTask } from "../src/pool/task.ts";
import { WORKLOADS, type Workload } from "./workloads.ts";

interface Measurement {
  readonly workload: string;
  readonly title: string;
  readonly kernels: KernelName;
  readonly workers: number;
  readonly variants: number;
  readonly bars: number;
  readonly medianMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly nsPerVariantBar: number;
  readonly variantsPerSecond: number;
  /** Resident memory of the whole process above its start, at its peak so far. */
  readonly peakMiB: number;
}

const HELP = `npm run bench --
  [--only W1,W3] [--workers 1,2] [--kernels auto|wasm|reference] [--runs 7]

Times each workload of bench/workloads.ts, warm, and prints medians. JSON goes to bench/results.`;

const { values: flags } = parseArgs({
  options: {
    only: { type: "string" },
    workers: { type: "string", default: "1,2" },
    kernels: { type: "string", default: "auto" },
    runs: { type: "string", default: "7" },
    help: { type: "boolean", default: false },
  },
});

if (flags.help) {
  console.log(HELP);
  process.exit(0);
}

const runs = Number(flags.runs);
const kernels = chooseKernels(flags.kernels as (typeof KERNEL_SETTINGS)[number]);
const only = flags.only?.split(",");
const chosen = WORKLOADS.filter((workload) => only?.includes(workload.name) ?? true);
const bareMiB = process.memoryUsage.rss() / 2 ** 20;

const measurements: Measurement[] = [];
for (const workers of flags.workers.split(",").map(Number)) {
  for (const workload of chosen) {
    const measurement = await measure(workload, workers);
    measurements.push(measurement);
    print(measurement);
  }
}
save(measurements);

async function measure(workload: Workload, workers: number): Promise<Measurement> {
  const candles = await workload.candles();
  const request = parseRunRequest({ dataset: workload.name, ...workload.request });
  const plan = makePlan(
    request,
    { datasetHash: workload.name, timeframe: workload.timeframe, candles },
    { guards: { ...DEFAULT_GUARDS, maxVariantsPerStage: 1e8 }, engineVersion: "bench", workers },
  );
  const pool = await createPool({ size: workers, kernels });
  try {
    const { sweep, estimate } = plan;
    const base = { key: workload.name, sweep, candles };
    const stageA: ChunkTask = { ...base, stage: "STAGE_A", from: 0, to: estimate.indexSpace };
    const first = await pool.runChunk(stageA);
    const { stride, data } = first.rows;
    const shortlist = Float64Array.from(
      { length: data.length / stride },
      (_, i) => data[i * stride],
    );
    const stageB = { ...base, stage: "STAGE_B" as const, from: 0, to: shortlist.length, shortlist };
    const task = workload.stage === "STAGE_A" ? stageA : stageB;
    const timesMs: number[] = [];
    let scored = 0;
    for (let run = 0; run <= runs; run++) {
      const result = await pool.runChunk(task);
      scored = result.scored;
      if (run > 0) timesMs.push(result.elapsedMs);
    }
    timesMs.sort((a, b) => a - b);
    const medianMs = timesMs[timesMs.length >> 1];
    const bars = sweep.lastBar - sweep.firstBar;
    const cells = workload.stage === "STAGE_B" ? `, ${riskCells(sweep)} cells` : "";
    return {
      workload: workload.name,
      title: `${workload.title}${cells}`,
      kernels,
      workers,
      variants: scored,
      bars,
      medianMs,
      minMs: timesMs[0],
      maxMs: timesMs.at(-1)!,
      nsPerVariantBar: (medianMs * 1e6) / (scored * bars),
      variantsPerSecond: (scored * 1_000) / medianMs,
      peakMiB: process.resourceUsage().maxRSS / 1024 - bareMiB,
    };
  } finally {
    await pool.close();
  }
}

function print(m: Measurement): void {
  const spread = `${m.minMs.toFixed(1)}-${m.maxMs.toFixed(1)}`;
  console.log(
    [
      m.workload.padEnd(12),
      `${m.workers} thread${m.workers > 1 ? "s" : " "}`,
      `${m.medianMs.toFixed(1)} ms`.padStart(11),
      `(${spread})`.padEnd(18),
      `${m.nsPerVariantBar.toFixed(4)} ns/variant-bar`,
      `${Math.round(m.variantsPerSecond).toLocaleString("en")} variants/s`.padStart(24),
      `+${m.peakMiB.toFixed(0)} MiB`.padStart(10),
    ].join("  "),
  );
}

function save(results: readonly Measurement[]): void {
  const folder = new URL("results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  const at = new Date().toISOString();
  const file = new URL(`${at.replaceAll(":", "-")}.json`, folder);
  writeFileSync(file, `${JSON.stringify({ at, commit, machine, results }, null, 2)}\n`);
  console.log(`\n${machine.cpu}, ${machine.cores} cores, node ${machine.node}, commit ${commit}`);
  console.log(`results: ${file.pathname}`);
}
