/**
 * `npm run bench:memory`: resident memory and time of whole runs over growing grids, each in a
 * process of its own with its database in another, against what the plan has promised. A
 * benchmark, never a test. JSON goes to bench/results, a table to the terminal.
 */
import { once } from "node:events";
import { parseArgs } from "node:util";
import { startPostgres } from "../test/support/postgres.ts";
import { forkAsService } from "./fork-as-service.ts";
import { circumstances, saveResults } from "./machine.ts";
import type { MemoryMeasurement, MemoryOrder } from "./measure-memory.ts";
import { BARS, NAMES, SHAPES } from "./memory-workload.ts";

const HELP = `npm run bench:memory -- [--sizes 1000,1000000] [--workers 2] [--runs 1]

Whole runs through the service, PostgreSQL in processes of its own, over ${BARS} bars where the
name says nothing else. Sizes:
${NAMES.join(", ")};
all numbers but the last where none are named.`;

const { values: flags } = parseArgs({
  options: {
    sizes: { type: "string", default: Object.keys(SHAPES).slice(0, -1).join() },
    workers: { type: "string", default: "2" },
    runs: { type: "string", default: "1" },
    help: { type: "boolean", default: false },
  },
});
if (flags.help) {
  console.log(HELP);
  process.exit(0);
}

const where = circumstances();
const postgres = await startPostgres();
const measurements: MemoryMeasurement[] = [];
try {
  console.log(
    "| of | variants | threads | run | ns a variant-bar | bare | peak | budget | budget / peak |",
  );
  console.log("|---|---|---|---|---|---|---|---|---|");
  for (const workload of flags.sizes.split(",")) {
    const order = { workload, workers: Number(flags.workers), runs: Number(flags.runs) };
    const measurement = await measured({ ...order, databaseUrl: postgres.url });
    measurements.push(measurement);
    print(measurement);
  }
} finally {
  await postgres.stop();
}
console.log(`\n${where.cpu}, ${where.cores} cores, node ${where.node}, commit ${where.commit}`);
console.log(`results: ${saveResults("memory", where, measurements)}`);

async function measured(order: MemoryOrder): Promise<MemoryMeasurement> {
  const child = forkAsService(new URL("measure-memory.ts", import.meta.url));
  const failed = once(child, "exit").then(([code]) => {
    throw new Error(`the measurement of ${order.workload} ended with code ${code}`);
  });
  failed.catch(() => {});
  child.send(order);
  const [result] = await Promise.race([once(child, "message"), failed]);
  return result as MemoryMeasurement;
}

function print(m: MemoryMeasurement): void {
  const cells = [
    m.workload,
    m.variants.toLocaleString("en"),
    m.workers,
    `${(Math.min(...m.elapsedMs) / 1_000).toFixed(2)} s`,
    m.nsPerVariantBar.toFixed(4),
    `${m.bareMiB.toFixed(0)} MiB`,
    `${m.peakMiB.toFixed(0)} MiB`,
    `${m.budgetMiB.toFixed(0)} MiB`,
    (m.budgetMiB / m.peakMiB).toFixed(2),
  ];
  console.log(`| ${cells.join(" | ")} |`);
  if (m.runs > 1) console.log(`  after each run: ${m.afterMiB.join(", ")} MiB`);
}
