/**
 * `npm run bench:recovery`: how soon a run goes on after a thread died, a worker process was
 * killed, PostgreSQL was restarted, or a server was killed and started again. Each disturbed run
 * has to end with the digest of an undisturbed one. A benchmark, never a test.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createApp } from "../src/app.ts";
import { loadConfig } from "../src/config.ts";
import { SweeplineProcess } from "../test/cli/sweepline-process.ts";
import { startPostgres } from "../test/support/postgres.ts";
import { circumstances, median, saveResults } from "./machine.ts";
import {
  importMarket,
  type Recovery,
  type Undisturbed,
  undisturbed,
} from "./recovery/disturbed-run.ts";
import { killProcesses, restartDatabase } from "./recovery/processes.ts";
import { killServer } from "./recovery/server.ts";
import { killThreads } from "./recovery/threads.ts";

const HELP = `npm run bench:recovery -- [--part threads,processes,database,server] [--times 4]
                          [--windows 260]

threads    threads of a scoring pool of two end; three times as often
processes  one of two \`sweepline worker\` on PostgreSQL is killed with -9: about 20 s each time
database   PostgreSQL is stopped or killed, and started again after a second
server     \`sweepline serve\` on the embedded database is killed with -9 and started again
Windows make runs longer. JSON goes to bench/results, a table to the terminal.`;

const { values: flags } = parseArgs({
  options: {
    part: { type: "string", default: "threads,processes,database,server" },
    times: { type: "string", default: "4" },
    windows: { type: "string", default: "260" },
    help: { type: "boolean", default: false },
  },
});
if (flags.help) {
  console.log(HELP);
  process.exit(0);
}

const parts = flags.part.split(",");
const times = Number(flags.times);
const dir = mkdtempSync(join(tmpdir(), "sweepline-bench-"));
try {
  const where = circumstances();
  const results: Recovery[] = [];
  const here = { dataDir: join(dir, "here"), workers: 2, mode: "STANDALONE" } as const;
  const app = await createApp(loadConfig({ flags: { ...here, log: { level: "error" } } }));
  const wanted = await undisturbed(app, Number(flags.windows));
  if (parts.includes("threads")) results.push(await killThreads(app, wanted, 3 * times));
  await app.close();
  if (parts.includes("server")) results.push(...(await killServer(wanted, times)));
  results.push(...(await onPostgres(wanted)));
  console.log("| trouble, and when it is over | times | median | most | asked |");
  console.log("|---|---|---|---|---|");
  for (const recovery of results) console.log(tableRow(recovery));
  console.log(
    `\nEach run ended with the undisturbed digest: ${saveResults("recovery", where, results)}`,
  );
} finally {
  rmSync(dir, { recursive: true, force: true });
}

async function onPostgres(wanted: Undisturbed): Promise<Recovery[]> {
  if (!parts.includes("processes") && !parts.includes("database")) return [];
  const results: Recovery[] = [];
  const postgres = await startPostgres([]);
  let made = 0;
  const machine = () => {
    const dataDir = join(dir, `machine-${made++}`);
    mkdirSync(dataDir);
    return {
      DATABASE_URL: postgres.url,
      SWEEPLINE_DATA_DIR: dataDir,
      SWEEPLINE_WORKERS: "1",
      SWEEPLINE_LOG_LEVEL: "silent",
    };
  };
  const start = async () => {
    const worker = new SweeplineProcess(["worker"], machine());
    await worker.says(/Working with 1 threads/);
    return worker;
  };
  try {
    await using app = await createApp(loadConfig({ environment: machine() }), { work: false });
    await importMarket(app);
    if (parts.includes("processes")) results.push(await killProcesses(app, wanted, times, start));
    if (parts.includes("database")) {
      results.push(await restartDatabase(app, wanted, times, { start, postgres }));
    }
  } finally {
    await postgres.stop();
  }
  return results;
}

function tableRow({ what, askedMs, times: took }: Recovery): string {
  const ms = (value: number) => `${(value / 1_000).toFixed(2)} s`;
  const asked = askedMs === null ? "" : ms(askedMs);
  return `| ${[what, took.length, ms(median(took)), ms(Math.max(...took)), asked].join(" | ")} |`;
}
