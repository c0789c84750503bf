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
import type { RunProfile } from "../src/core/stages/run-profile.ts";
import type { RunRequestInput } from "../src/plan/request.ts";
import { SweeplineProcess } from "../test/cli/sweepline-process.ts";
import { startPostgres } from "../test/support/postgres.ts";
import { ended } from "../test/support/service-under-test.ts";
import { DatabaseCosts, type RunCosts, treeCpuMs } from "./database-costs.ts";
import { circumstances, median, saveResults } from "./machine.ts";

const HELP = `npm run bench:scaling -- [--part workers,chunks,costs] [--rounds 3] [--windows 700]
  [--bars 20000] [--chunk-ms 2,5,10,20,50] [--chunks 1000] [--seconds 3]

workers  one process of one thread against two, in turns
chunks   one process of one thread: runs in chunks of some milliseconds (--chunk-ms), 1,000 at
         most (--chunks) and as many as take --seconds, against the same in few, in turns
costs    statements, processor time, log and network of the database for a run of 100 chunks
JSON goes to bench/results.`;

const { values: flags } = parseArgs({
  options: {
    part: { type: "string", default: "workers,chunks,costs" },
    rounds: { type: "string", default: "3" },
    windows: { type: "string", default: "700" },
    bars: { type: "string", default: "20000" },
    "chunk-ms": { type: "string", default: "2,5,10,20,50" },
    chunks: { type: "string", default: "1000" },
    seconds: { type: "string", default: "3" },
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
  readonly profile: RunProfile | null;
  /** Processor time of the database and of the first worker, where it is read. */
  readonly cpuSeconds: number;
}

async function timed(app: App, wanted: RunRequestInput, cpuMs = () => 0): Promise<Timed> {
  const beforeMs = cpuMs();
  const { run } = await app.runs.startRun(wanted, null);
  const { state, digest, startedAt, finishedAt, profile } = await ended(app.store, run.id);
  if (state !== "SUCCEEDED") throw new Error(`the run is ${state}`);
  const chunks = await app.store.chunks(run.id);
  const processes = new Set(chunks.map((chunk) => chunk.worker)).size;
  const seconds = (finishedAt!.getTime() - startedAt!.getTime()) / 1000;
  const cpuSeconds = (cpuMs() - beforeMs) / 1000;
  return { seconds, digest, chunks: chunks.length, processes, profile, cpuSeconds };
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

const CELLS = { stops: 25, targets: 24 };
/** Chunks of the same run as it is cut otherwise. */
const FEW = 8;

/**
 * So many base variants, each with a risk grid of its own, which costs the same whatever it is cut
 * into: what differs is coordination alone.
 */
function riskRequest(bases: number, basesAChunk: number): RunRequestInput {
  const levels = (count: number) => ({ start: 0.25, stop: 0.25 * count, step: 0.25 });
  const window = { start: 2, stop: 1 + Math.ceil(Math.sqrt(bases)), step: 1 };
  return {
    ...request(1),
    strategy: {
      indicators: {
        fast: { id: "ma.sma", params: { window } },
        slow: { id: "ma.sma", params: { window } },
      },
      signals: [{ rule: "cross", of: "fast", against: "slow" }],
    },
    risk: { stopLossPct: levels(CELLS.stops), takeProfitPct: levels(CELLS.targets) },
    preselect: bases,
    schedule: { chunkVariants: basesAChunk * CELLS.stops * CELLS.targets },
  };
}

interface Cut {
  readonly chunks: number;
  readonly chunkMs: number;
  readonly few: readonly Timed[];
  readonly many: readonly Timed[];
  readonly lostPct: number;
  readonly cpuLostPct: number;
}

async function compareChunks(app: App, cpuMs: () => number): Promise<Cut[]> {
  // Fills caches, and says what a base variant takes.
  await timed(app, riskRequest(1_000, 125));
  const { seconds: baseMs } = await timed(app, riskRequest(1_000, 125));
  const cuts: Cut[] = [];
  console.log("| a chunk takes | chunks | the run takes | in few | lost | CPU | in few | lost |");
  console.log("|---|---|---|---|---|---|---|---|");
  for (const wantedMs of flags["chunk-ms"].split(",").map(Number)) {
    const basesAChunk = Math.max(1, Math.round(wantedMs / baseMs));
    const most = (Number(flags.seconds) * 1_000) / (basesAChunk * baseMs);
    const bases = basesAChunk * Math.min(Number(flags.chunks), Math.ceil(most));
    const cut = await compareCuts(app, bases, basesAChunk, cpuMs);
    cuts.push(cut);
    console.log(cutRow(cut));
  }
  return cuts;
}

/** In turns; what is lost is by the least of all rounds, which other programs disturb least. */
async function compareCuts(
  app: App,
  bases: number,
  basesAChunk: number,
  cpuMs: () => number,
): Promise<Cut> {
  const [few, many]: Timed[][] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const coarse = riskRequest(bases, Math.ceil(bases / FEW));
    const fine = { ...coarse, schedule: riskRequest(bases, basesAChunk).schedule! };
    const pair = [coarse, fine];
    // Whoever comes second finds what the first has left.
    const order = round % 2 === 0 ? pair : pair.toReversed();
    const done = new Map<RunRequestInput, Timed>();
    for (const one of order) done.set(one, await timed(app, one, cpuMs));
    const [whole, cut] = [done.get(coarse)!, done.get(fine)!];
    if (whole.digest !== cut.digest) throw new Error("the digests differ");
    few.push(whole);
    many.push(cut);
  }
  const { chunks } = many[0]!;
  const lostPct = 100 * (least(many, "seconds") / least(few, "seconds") - 1);
  const cpuLostPct = 100 * (least(many, "cpuSeconds") / least(few, "cpuSeconds") - 1);
  const chunkMs = (1_000 * least(few, "seconds")) / chunks;
  return { chunks, chunkMs, few, many, lostPct, cpuLostPct };
}

function least(runs: readonly Timed[], of: "seconds" | "cpuSeconds"): number {
  return Math.min(...runs.map((run) => run[of]));
}

function cutRow({ chunks, chunkMs, few, many, lostPct, cpuLostPct }: Cut): string {
  const times = (of: "seconds" | "cpuSeconds", lost: number) => [
    ...[many, few].map((runs) => `${least(runs, of).toFixed(2)} s`),
    `${lost.toFixed(1)} %`,
  ];
  const cells = [...times("seconds", lostPct), ...times("cpuSeconds", cpuLostPct)];
  return `| ${[`${chunkMs.toFixed(1)} ms`, chunks, ...cells].join(" | ")} |`;
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
  const cpuMs = () => treeCpuMs(postgres.pid()) + treeCpuMs(first.pid!);
  const results: Record<string, unknown> = {};
  if (parts.includes("costs")) results.costs = await measureCosts(app, costs);
  if (parts.includes("chunks")) results.chunks = await compareChunks(app, cpuMs);
  if (parts.includes("workers")) {
    await using second = await worker("two");
    results.workers = await compareWorkers(app, second);
  }
  first.signal("SIGTERM");
  await first.code;
  console.log(saveResults("scaling", where, results));
} finally {
  await postgres.stop();
  rmSync(dir, { recursive: true, force: true });
}
