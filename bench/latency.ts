/**
 * `npm run bench:latency`: how long a small query takes while sweeps keep every thread of a real
 * server busy, in each execution mode, and how late the server's event loop is meanwhile. The
 * server is a process of its own, and so is whoever asks. A benchmark, never a test.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { addressOf } from "../scripts/server-address.ts";
import { toGraphqlRequest } from "../src/cli/api/graphql-request.ts";
import type { RunRequestInput } from "../src/plan/request.ts";
import { circumstances, saveResults } from "./machine.ts";
import { printTimeline, readSpans, type Span } from "./timeline.ts";

const HELP = `npm run bench:latency -- [--seconds 8] [--rate 50] [--modes IDLE,STANDALONE,...]
                             [--bars 20000] [--database-url postgres://...] [--timeline 4]

Asked: 99 of 100 small queries within 100 ms, and the event loop less than 20 ms late in 99 of 100
looks. Latency counts from the moment at which a query was due. JSON goes to bench/results.
--timeline: what the embedded database's thread and the main thread were at while the slowest 2 %
of queries waited, at so many moments; the probe takes some time of its own.`;

const { values: flags } = parseArgs({
  options: {
    seconds: { type: "string", default: "8" },
    rate: { type: "string", default: "50" },
    bars: { type: "string", default: "20000" },
    modes: { type: "string", default: "IDLE,STANDALONE,CONCURRENT,PRIORITY_LIVE" },
    "database-url": { type: "string" },
    timeline: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (flags.help) {
  console.log(HELP);
  process.exit(0);
}

/** Sweeps under way at a time; more of them than chunks that a process has in hand. */
const SWEEPS = 3;
const SETTLE_MS = 1_500;
const SET_MODE = `mutation ($mode: ExecutionMode!) {
  setExecutionMode(input: { mode: $mode }) { __typename }
}`;
const IMPORT = `mutation ($input: ImportDatasetInput!) {
  importDataset(input: $input) { __typename }
}`;
const START_RUN = `mutation ($input: StartRunInput!) {
  startRun(input: $input) { ... on StartRunPayload { run { id } } ... on Error { message } }
}`;
const SMALL_QUERY = "{ runs(first: 5) { edges { node { id state done total } } } }";

const windows = (start: number, stop: number, step = 1) => ({ window: { start, stop, step } });
const RANKING = {
  primary: { metric: "sharpe" },
  secondary: { metric: "maxDrawdownPct" },
} as const;
/** Scored in batches, and variant by variant with a grid of stops. */
const KINDS: readonly Omit<RunRequestInput, "dataset">[] = [
  {
    strategy: {
      indicators: {
        fast: { id: "ma.sma", params: windows(2, 400) },
        slow: { id: "ma.sma", params: windows(3, 401) },
      },
      signals: [{ rule: "cross", of: "fast", against: "slow" }],
      constraint: "fast.window < slow.window",
    },
    ranking: RANKING,
  },
  {
    strategy: {
      indicators: {
        filter: { id: "ma.ema", params: windows(10, 90, 5) },
        fast: { id: "ma.sma", params: windows(2, 80, 2) },
        slow: { id: "ma.wma", params: windows(3, 81, 2) },
      },
      signals: [
        { rule: "cross", of: "fast", against: "slow" },
        { rule: "price", of: "filter" },
      ],
    },
    risk: { stopLossPct: ["off", 1, 2, 4], takeProfitPct: ["off", 2, 4, 8] },
    ranking: RANKING,
  },
];

const dataDir = mkdtempSync(join(tmpdir(), "sweepline-latency-"));
const probe = `${dataDir}.sock`;
const timeline = flags.timeline === undefined ? null : `${dataDir}.spans`;
const asked: Span[] = [];
const server = startServer();
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => server.kill("SIGKILL"));
// A fault that nobody waits for leaves no server behind.
process.once("exit", () => server.kill("SIGKILL"));
const url = await addressOf(server);
const where = circumstances();
const results: object[] = [];
try {
  await importCandles();
  const stop = new AbortController();
  let sweeps: Promise<void> | null = null;
  console.log("mode            queries     p50     p99     max   loop p99     max   variants/s");
  for (const mode of flags.modes.split(",")) {
    if (mode === "IDLE") {
      await queries(SETTLE_MS, Number(flags.rate));
    } else {
      await ask(SET_MODE, { mode });
      sweeps ??= keepSweeping(stop.signal);
    }
    await sleep(SETTLE_MS);
    const before = await variantsStored();
    await loopLateness();
    const tookMs = await queries(Number(flags.seconds) * 1_000, Number(flags.rate));
    const loop = await loopLateness();
    const after = await variantsStored();
    const result = {
      mode,
      queries: tookMs.length,
      p50Ms: at(tookMs, 0.5),
      p99Ms: at(tookMs, 0.99),
      maxMs: at(tookMs, 1),
      loopP99Ms: loop.p99Ms,
      loopMaxMs: loop.maxMs,
      variantsPerSecond: (after - before) / Number(flags.seconds),
    };
    results.push(result);
    const numbers = [result.p50Ms, result.p99Ms, result.maxMs].map((ms) =>
      ms.toFixed(1).padStart(8),
    );
    const late = [loop.p99Ms, loop.maxMs].map((ms) => ms.toFixed(1).padStart(9));
    const rate = Math.round(result.variantsPerSecond).toLocaleString("en").padStart(12);
    console.log(mode.padEnd(15), String(tookMs.length).padStart(7), ...numbers, ...late, rate);
  }
  stop.abort();
  await sweeps;
  console.log(`results: ${saveResults("latency", where, results)}`);
  if (timeline !== null) printTimeline([...readSpans(timeline), ...asked], Number(flags.timeline));
} finally {
  server.kill("SIGTERM");
  await once(server, "close");
  rmSync(dataDir, { recursive: true, force: true });
  if (timeline !== null) rmSync(timeline, { force: true });
}

function startServer(): ChildProcess {
  const start = join(import.meta.dirname, "../scripts/sweepline.mjs");
  const database = flags["database-url"];
  const args = ["serve", "--port", "0", "--data-dir", dataDir, "--log-level", "warn"];
  if (database !== undefined) args.push("--database-url", database);
  const probes = ["loop-probe.ts", ...(timeline === null ? [] : ["timeline-probe.ts"])];
  const loaded = probes.flatMap((name) => ["--import", join(import.meta.dirname, name)]);
  return spawn(process.execPath, [...loaded, start, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      LOOP_PROBE: probe,
      ...(timeline === null ? {} : { TIMELINE: timeline }),
    },
  });
}

type Answer = { readonly [field: string]: Answer } & string;

async function ask(query: string, variables: object = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Answer; errors?: object[] };
  if (errors !== undefined || data === undefined) throw new Error(JSON.stringify(errors));
  return data;
}

/** Asks at a steady rate whether or not it was answered; milliseconds from when each was due. */
async function queries(forMs: number, rate: number): Promise<number[]> {
  const took: Promise<number>[] = [];
  const startMs = performance.now();
  for (let n = 0; n < (forMs / 1_000) * rate; n++) {
    const dueMs = startMs + (n * 1_000) / rate;
    await sleep(Math.max(0, dueMs - performance.now()));
    const from = performance.timeOrigin + dueMs;
    const answered = async () => {
      await ask(SMALL_QUERY);
      const ms = performance.now() - dueMs;
      asked.push({ of: "query", what: "", from, ms });
      return ms;
    };
    took.push(answered());
  }
  return (await Promise.all(took)).sort((a, b) => a - b);
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** How late the loop was since the last answer, as loop-probe.ts says. */
async function loopLateness(): Promise<{ readonly p99Ms: number; readonly maxMs: number }> {
  return JSON.parse(await text(createConnection(probe))) as { p99Ms: number; maxMs: number };
}

async function variantsStored(): Promise<number> {
  const meters = await (await fetch(url.replace("/graphql", "/metrics"))).text();
  return meters
    .split("\n")
    .filter((line) => line.startsWith("sweepline_variants_total"))
    .reduce((total, line) => total + Number(line.split(" ").at(-1)), 0);
}

async function importCandles(): Promise<void> {
  const bars = Number(flags.bars);
  const input = { name: "bench", source: { synthetic: { seed: 7, bars, timeframe: "H1" } } };
  await ask(IMPORT, { input });
}

/** Always as many sweeps, in turn one that is scored in batches and one variant by variant. */
async function keepSweeping(signal: AbortSignal): Promise<void> {
  let made = 0;
  const lane = async () => {
    while (!signal.aborted) {
      const id = await startSweep(made++);
      while (!signal.aborted && (await isUnderWay(id))) await sleep(500);
      if (signal.aborted) await cancel(id);
    }
  };
  await Promise.all(Array.from({ length: SWEEPS }, lane));
}

/** Each has another fee, so no result of one is that of another. */
async function startSweep(no: number): Promise<string> {
  const kind = KINDS[no % KINDS.length];
  const request = { dataset: "bench", ...kind, execution: { feePct: 0.05 + no * 1e-6 } };
  const { startRun } = await ask(START_RUN, { input: { request: toGraphqlRequest(request) } });
  if (startRun.run === undefined) throw new Error(startRun.message);
  return startRun.run.id;
}

async function isUnderWay(id: string): Promise<boolean> {
  const { run } = await ask("query ($id: ID!) { run(id: $id) { state } }", { id });
  return run.state === "QUEUED" || run.state === "RUNNING";
}

async function cancel(id: string): Promise<void> {
  await ask("mutation ($input: CancelRunInput!) { cancelRun(input: $input) { __typename } }", {
    input: { id },
  });
}
