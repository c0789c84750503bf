/**
 * `npm run bench:scaling`: one worker process against two, runs in many short chunks against the
 * same in few, and what a chunk costs the database; a real PostgreSQL that syncs to disk, and real
 * processes. docs/SCALING.md computes with what it prints. A benchmark, never a test.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { type App, createApp } from "../src/app.ts";
import { loadConfig } from "../src/config.ts";
import type { RunRequestInput } from "../src/plan/request.ts";
import { SweeplineProcess } from "../test/cli/sweepline-process.ts";
import { startPostgres } from "../test/support/postgres.ts";
import { ended } from "../test/support/service-under-test.ts";
import { type ChunkLosses, lossHead, lossRow, measureLosses } from "./chunk-losses.ts";
import { CHUNK_WORKLOADS } from "./chunk-workloads.ts";
import { DatabaseCosts, type RunCosts } from "./database-costs.ts";
import { circumstances, median, saveResults } from "./machine.ts";

const HELP = `npm run bench:scaling -- [--part workers,chunks,costs] [--rounds 3] [--windows 700]
  [--bars 20000] [--workloads ${Object.keys(CHUNK_WORKLOADS).join(",")}]
  [--databases pglite,postgres] [--workers 2] [--chunks 1000] [--few 8]

workers  one process of one thread against two, in turns
chunks   runs in --chunks chunks (plan: as the planner cuts them) against the same in --few, each
         beside its scoring by the pool alone, in the same stretches on the same threads
costs    statements, processor time, log and network of the database for a run of 100 chunks
JSON goes to bench/results.`;

const { values: flags } = parseArgs({
  options: {
    part: { type: "string", default: "workers,chunks,costs" },
    rounds: { type: "string", default: "3" },
    windows: { type: "string", default: "700" },
    bars: { type: "string", default: "20000" },
    workloads: { type: "string", default: "pairs,and,legs,each,risk" },
    databases: { type: "string", default: "pglite,postgres" },
    workers: { type: "string", default: "2" },
    chunks: { type: "string", default: "1000" },
    few: { type: "string", default: "8" },
    help: { type: "boolean", default: false },
  },
});
if (flags.help) {
  console.log(HELP);
  process.exit(0);
}
const rounds = Number(flags.rounds);
const windows = Number(flags.windows);
const parts = flags.part.split(",");
let made = 0;

/** So many pairs of averages; each run has another fee, so that none is known before. */
function request(chunks: number): RunRequestInput {
  const window = { start: 2, stop: windows + 1, step: 1 };
  return {
    dataset: "market",
    warmupBars: 0,
    strategy: {
      indicators: {
        fast: { id: "ma.sma", params: { window } },
        slow: { id: "ma.sma", params: { window } },
      },
      signals: [{ rule: "cross", of: "fast", against: "slow" }],
    },
    execution: { feePct: 0.05 + made++ * 1e-6 },
    preselect: 100,
    topK: 20,
    schedule: { chunkVariants: Math.ceil(windows ** 2 / chunks) },
  };
}

interface Timed {
  readonly seconds: number;
  readonly digest: string | null;
  readonly chunks: number;
  readonly processes: number;
}

async function timed(app: App, wanted: RunRequestInput): Promise<Timed> {
  const { run } = await app.runs.startRun(wanted, null);
  const { state, digest, startedAt, finishedAt } = await ended(app.store, run.id);
  if (state !== "SUCCEEDED") throw new Error(`the run is ${state}`);
  const chunks = await app.store.chunks(run.id);
  const processes = new Set(chunks.map((chunk) => chunk.worker)).size;
  const seconds = (finishedAt!.getTime() - startedAt!.getTime()) / 1000;
  return { seconds, digest, chunks: chunks.length, processes };
}

/** Both are warm and stay; the second is held still while the first is alone. */
async function compareWorkers(app: App, second: SweeplineProcess) {
  const [one, two]: Timed[][] = [[], []];
  for (let round = 0; round <= rounds; round++) {
    const wanted = request(40);
    second.signal("SIGSTOP");
    const alone = await timed(app, wanted);
    second.signal("SIGCONT");
    const together = await timed(app, wanted);
    if (alone.digest !== together.digest) throw new Error("the digests differ");
    // The first round fills caches.
    if (round === 0) continue;
    one.push(alone);
    two.push(together);
  }
  const [oneSeconds, twoSeconds] = [one, two].map((all) => median(all.map((run) => run.seconds)));
  console.log(`one process of one thread  ${oneSeconds!.toFixed(2)} s`);
  console.log(`two of them                ${twoSeconds!.toFixed(2)} s, same digest`);
  console.log(`ratio                      ${(oneSeconds! / twoSeconds!).toFixed(2)}`);
  return { one, two, ratio: oneSeconds! / twoSeconds! };
}

async function measureCosts(app: App, costs: DatabaseCosts): Promise<RunCosts[]> {
  const all: RunCosts[] = [];
  for (let round = 0; round <= rounds; round++) {
    const before = await costs.read();
    const run = await timed(app, request(96));
    const spent = await costs.since(before, run.chunks);
    if (round > 0) all.push(spent);
    if (round === rounds) for (const line of spent.lines) console.log(line);
  }
  return all;
}

const dir = mkdtempSync(join(tmpdir(), "sweepline-bench-"));
const postgres = await startPostgres([
  ...["-c", "shared_preload_libraries=pg_stat_statements"],
  ...["-c", "pg_stat_statements.track_utility=on"],
]);
const machine = (name: string, url = postgres.url) => {
  mkdirSync(join(dir, name));
  return { DATABASE_URL: url, SWEEPLINE_DATA_DIR: join(dir, name), SWEEPLINE_LOG_LEVEL: "error" };
};
try {
  const where = circumstances();
  const results: Record<string, unknown> = {};
  if (parts.includes("chunks")) results.chunks = await compareCuts();
  if (parts.includes("costs") || parts.includes("workers")) await measureWorkers(results);
  console.log(saveResults("scaling", where, results));
} finally {
  await postgres.stop();
  rmSync(dir, { recursive: true, force: true });
}

async function measureWorkers(results: Record<string, unknown>): Promise<void> {
  const environment = { ...machine("client"), SWEEPLINE_WORKERS: "1" };
  const guards = { maxVariantsPerStage: 100_000_000 };
  const config = loadConfig({ environment, flags: { guards } });
  await using app = await createApp(config, { work: false });
  const bars = Number(flags.bars);
  await app.datasets.importSynthetic({ name: "market", seed: 11, bars, timeframe: "1h" });
  await using costs = await DatabaseCosts.open(postgres, new pg.Client(postgres.url));
  // What the first says to the database passes a counter.
  const worker = async (name: string, url?: string) => {
    const started = new SweeplineProcess(["worker", "--workers", "1"], machine(name, url));
    await started.says(/Working with 1 threads/);
    return started;
  };
  await using first = await worker("one", parts.includes("costs") ? costs.url : undefined);
  if (parts.includes("costs")) results.costs = await measureCosts(app, costs);
  if (parts.includes("workers")) {
    await using second = await worker("two");
    results.workers = await compareWorkers(app, second);
  }
  first.signal("SIGTERM");
  await first.code;
}

async function compareCuts(): Promise<ChunkLosses[]> {
  const all: ChunkLosses[] = [];
  console.log(lossHead());
  for (const workload of flags.workloads.split(",")) {
    for (const database of flags.databases.split(",")) {
      const losses = await measureLosses({
        ...{ workload, rounds, workers: Number(flags.workers), few: Number(flags.few) },
        chunks: flags.chunks === "plan" ? null : Number(flags.chunks),
        url: database === "postgres" ? postgres.url : null,
      });
      all.push(losses);
      console.log(lossRow(losses));
    }
  }
  return all;
}
