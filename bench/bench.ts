/**
 * `npm run bench`: times the kernels of each workload on the pool, warm, and reports medians; then
 * what other rankings cost, and engines beside the plain path. A benchmark, never a test: nothing
 * here passes or fails. JSON goes to bench/results, tables to the terminal.
 */
import { parseArgs } from "node:util";
import { chooseKernels, type KERNEL_SETTINGS } from "../src/kernels/choose-kernels.ts";
import { coreMemory, coreMemoryTable } from "./core-memory.ts";
import { engineRatios, engineTable } from "./engines.ts";
import { circumstances, saveResults } from "./machine.ts";
import { rankingCosts, rankingTable } from "./rankings.ts";
import {
  type Measurement,
  measurementHead,
  measurementRow,
  measureWorkload,
} from "./thread-gains.ts";
import { WORKLOADS } from "./workloads.ts";

const HELP = `npm run bench -- [--only W1,W3] [--workers 1,2] [--runs 9]
               [--kernels auto|wasm|reference] [--tables workloads,rankings,engines,memory]

workloads: each of bench/workloads.ts on each number of threads, in processes of their own that
           take turns; medians, the gain over the first number of threads, and that of as many
           processes of one thread each, which are apart: what the machine gives.
rankings:  W1, W2, W3 and W5 by each metric, interleaved with the same by total return.
engines:   W1 on several markets, and W2, by their engines and variant by variant, interleaved.
memory:    resident memory at the peak of each workload, in the process's own thread and on pools of
           one and two, above that of a process that does nothing.
All are warmed for 2 s and timed for 4 s, and for so many rounds (--runs) in any case.
JSON goes to bench/results.`;

const { values: flags } = parseArgs({
  options: {
    only: { type: "string" },
    workers: { type: "string", default: "1,2" },
    kernels: { type: "string", default: "auto" },
    runs: { type: "string", default: "9" },
    tables: { type: "string", default: "workloads,rankings,engines,memory" },
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
const rankings = tables.includes("rankings") ? await rankingCosts(only, runs, kernels) : [];
if (rankings.length > 0) console.log(`\n${rankingTable(rankings)}`);
const engines = tables.includes("engines") ? await engineRatios(runs, kernels) : [];
if (engines.length > 0) console.log(`\n${engineTable(engines)}`);
const memory = tables.includes("memory") ? await coreMemory(only, kernels) : [];
if (memory.length > 0) console.log(`\n${coreMemoryTable(memory)}`);
console.log(`\n${where.cpu}, ${where.cores} cores, node ${where.node}, commit ${where.commit}`);
console.log(`results: ${saveResults("bench", where, { measurements, rankings, engines, memory })}`);

async function measureWorkloads(): Promise<Measurement[]> {
  const done: Measurement[] = [];
  const workers = flags.workers.split(",").map(Number);
  console.log(measurementHead());
  for (const workload of only) {
    for (const measurement of await measureWorkload(workload, workers, { least: runs, kernels })) {
      done.push(measurement);
      console.log(measurementRow(measurement));
    }
  }
  return done;
}
