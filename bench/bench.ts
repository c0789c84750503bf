/**
 * `npm run bench`: times the kernels of each workload on the pool, warm, and reports medians; then
 * what other rankings cost, and engines beside the plain path. A benchmark, never a test: nothing
 * here passes or fails. JSON goes to bench/results, tables to the terminal.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { chooseKernels, type KERNEL_SETTINGS } from "../src/kernels/choose-kernels.ts";
import { engineRatios, engineTable } from "./engines.ts";
import { circumstances, saveResults } from "./machine.ts";
import type { Measurement, MeasureOrder } from "./measure.ts";
import { rankingCosts, rankingTable } from "./rankings.ts";
import { WORKLOADS } from "./workloads.ts";

const HELP = `npm run bench -- [--only W1,W3] [--workers 1,2] [--runs 7]
               [--kernels auto|wasm|reference] [--tables workloads,rankings,engines]

workloads: each of bench/workloads.ts, warm, in a process of its own, medians.
rankings:  W1 and W3 by each metric, interleaved with the same by total return.
engines:   W1 on several markets, and W2, by their engines and variant by variant, interleaved.
JSON goes to bench/results.`;

const { values: flags } = parseArgs({
  options: {
    only: { type: "string" },
    workers: { type: "string", default: "1,2" },
    kernels: { type: "string", default: "auto" },
    runs: { type: "string", default: "7" },
    tables: { type: "string", default: "workloads,rankings,engines" },
    help: { type: "boolean", default: false },
  },
});

if (flags.help) {
  console.log(HELP);
  process.exit(0);
}

const runs = Number(flags.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${flags.runs}: 1 or more`);
const kernels = chooseKernels(flags.kernels as (typeof KERNEL_SETTINGS)[number]);
const only = flags.only?.split(",") ?? WORKLOADS.map(({ name }) => name);
const where = circumstances();
const tables = flags.tables.split(",");
const measurements = tables.includes("workloads") ? await measureWorkloads() : [];
const rankings = tables.includes("rankings") ? await rankingCosts(runs, kernels) : [];
if (rankings.length > 0) console.log(`\n${rankingTable(rankings)}`);
const engines = tables.includes("engines") ? await engineRatios(runs, kernels) : [];
if (engines.length > 0) console.log(`\n${engineTable(engines)}`);
console.log(`\n${where.cpu}, ${where.cores} cores, node ${where.node}, commit ${where.commit}`);
console.log(`results: ${saveResults("bench", where, { measurements, rankings, engines })}`);

async function measureWorkloads(): Promise<Measurement[]> {
  const done: Measurement[] = [];
  console.log(
    "| workload | threads | median | range | ns a variant-bar | variants/s | peak memory |",
  );
  console.log("|---|---|---|---|---|---|---|");
  for (const workload of only) {
    for (const workers of flags.workers.split(",").map(Number)) {
      const measurement = await measured({ workload, workers, runs, kernels });
      done.push(measurement);
      console.log(tableRow(measurement));
    }
  }
  return done;
}

async function measured(order: MeasureOrder): Promise<Measurement> {
  const child = fork(new URL("measure.ts", import.meta.url));
  const failed = once(child, "exit").then(([code]) => {
    throw new Error(`the measurement of ${order.workload} ended with code ${code}`);
  });
  // Once a result is there, how the child ends no longer matters.
  failed.catch(() => {});
  child.send(order);
  const [result] = await Promise.race([once(child, "message"), failed]);
  return result as Measurement;
}

function tableRow(m: Measurement): string {
  const cells = [
    m.workload,
    m.workers,
    `${m.medianMs.toFixed(1)} ms`,
    `${Math.min(...m.timesMs).toFixed(1)}-${Math.max(...m.timesMs).toFixed(1)}`,
    m.nsPerVariantBar.toFixed(4),
    Math.round(m.variantsPerSecond).toLocaleString("en"),
    `+${m.peakMiB.toFixed(0)} MiB`,
  ];
  return `| ${cells.join(" | ")} |`;
}
