/**
 * `npm run bench:preempt`: how long an urgent run of a hundred variants waits while bulk sweeps
 * have all threads. From the call of startRun to the run's start, to the first event that tells of
 * variants, and to its end. A benchmark, never a test.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type App, createApp } from "../src/app.ts";
import { loadConfig } from "../src/config.ts";
import { type OwnPostgres, startPostgres } from "../test/support/postgres.ts";
import { circumstances, median, saveResults } from "./machine.ts";
import { BULK_CASES, FRESH_BARS } from "./preempt/bulk-cases.ts";
import { type Measured, measureCase } from "./preempt/urgent-run.ts";

const HELP = `npm run bench:preempt -- [--tries 8] [--databases pglite,postgres]
                         [--modes CONCURRENT,STANDALONE,PRIORITY_LIVE] [--cases 0,3]
                         [--slow-api]

Asked: an urgent run starts within a second. With --slow-api every query counts as slow, and there
is always one. Cases:
${BULK_CASES.map(({ name }, no) => `${no}  ${name}`).join("\n")}
JSON goes to bench/results, a table to the terminal.`;

const { values: flags } = parseArgs({
  options: {
    tries: { type: "string", default: "8" },
    databases: { type: "string", default: "pglite,postgres" },
    modes: { type: "string", default: "CONCURRENT" },
    cases: { type: "string", default: [...BULK_CASES.keys()].join() },
    "slow-api": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (flags.help) {
  console.log(HELP);
  process.exit(0);
}

const tries = Number(flags.tries);
const cases = flags.cases.split(",").map((no) => BULK_CASES[Number(no)]!);
const LONG_BARS = 43_800;
const YEAR_BARS = 525_600;

const ANY_QUERY = { recover: 0.001, warn: 0.002, open: null };

const dir = mkdtempSync(join(tmpdir(), "sweepline-bench-"));
const where = circumstances();
const results: object[] = [];
try {
  console.log(
    "| database | mode | beside | start | first variants | end |\n|---|---|---|---|---|---|",
  );
  for (const database of flags.databases.split(",")) await measureDatabase(database);
  const file = saveResults("preempt", where, results);
  console.log(`\nms from startRun, medians (most) of ${tries}: ${file}`);
} finally {
  rmSync(dir, { recursive: true, force: true });
}

async function measureDatabase(database: string): Promise<void> {
  const postgres = database === "postgres" ? await startPostgres([]) : null;
  try {
    for (const mode of flags.modes.split(",")) {
      const settings = settingsOf(`${database}-${mode}`, mode, postgres);
      await importCandles(settings);
      await using app = await createApp(loadConfig(settings));
      await using _asked = flags["slow-api"] ? await askAlways(app) : null;
      for (const one of cases) {
        const measured = await measureCase(app, one, tries);
        results.push({ database, mode, ...measured });
        console.log(tableRow(database, mode, measured));
      }
    }
  } finally {
    await postgres?.stop();
  }
}

function settingsOf(name: string, mode: string, postgres: OwnPostgres | null) {
  const dataDir = join(dir, name);
  mkdirSync(dataDir);
  const guards = { maxVariantsPerStage: 100_000_000 };
  const environment = postgres === null ? {} : { DATABASE_URL: postgres.url };
  const lines = flags["slow-api"] ? { lines: { apiLatencyMs: ANY_QUERY } } : {};
  const admission = { breaker: "CLOSED", ...lines };
  const wanted = { dataDir, guards, mode, admission, log: { level: "error" } } as const;
  return { environment, flags: wanted } as never;
}

/** Somebody asks the API ten times a second, until it is disposed. */
async function askAlways(app: App): Promise<AsyncDisposable> {
  const { url } = await app.serve({ port: 0 });
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ query: "{ runs(first: 1) { edges { node { id } } } }" });
  const ask = async () => (await fetch(url, { method: "POST", headers, body })).text();
  const timer = setInterval(() => void ask().catch(() => {}), 100);
  return { [Symbol.asyncDispose]: async () => clearInterval(timer) };
}

/** By a process that is gone: what is worked on is loaded from the database. */
async function importCandles(settings: { flags: { dataDir: string } }): Promise<void> {
  await using app = await createApp(loadConfig(settings), { work: false });
  const wanted = [["long", LONG_BARS] as const, ["year", YEAR_BARS] as const];
  const fresh = Array.from({ length: tries }, (_, i) => [`fresh-${i}`, FRESH_BARS] as const);
  const all = cases.some(({ freshCandles }) => freshCandles) ? [...wanted, ...fresh] : wanted;
  for (const [i, [name, bars]] of all.entries()) {
    await app.datasets.importSynthetic({ name, seed: 7 + i, bars, timeframe: "1h" });
  }
  await app.close();
  rmSync(join(settings.flags.dataDir, "datasets"), { recursive: true, force: true });
}

function tableRow(database: string, mode: string, { name, taken }: Measured): string {
  const cell = (of: (one: Measured["taken"][number]) => number) => {
    const all = taken.map(of);
    return `${median(all).toFixed(0)} (${Math.max(...all).toFixed(0)})`;
  };
  const cells = [cell((one) => one.startMs), cell((one) => one.firstMs), cell((one) => one.endMs)];
  return `| ${[database, mode, name, ...cells].join(" | ")} |`;
}
