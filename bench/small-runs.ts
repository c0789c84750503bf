/**
 * `npm run bench:small`: how long synchronous runs of few variants take on a warm service, by the
 * facade and by GraphQL over HTTP, and from how many variants on chunks on all threads are faster
 * than the whole run on one. A benchmark, never a test.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createApp } from "../src/app.ts";
import { toGraphqlRequest } from "../src/cli/api/graphql-request.ts";
import { loadConfig } from "../src/config.ts";
import type { RunRequestInput } from "../src/plan/request.ts";
import { runSynchronously } from "../src/runner/synchronous-run.ts";
import { circumstances, median, saveResults } from "./machine.ts";

const HELP = `npm run bench:small -- [--runs 15] [--bars 43800] [--variants 1,10,25,50,100,200,400]

Times synchronous runs of few variants on a warm service and prints medians.
JSON goes to bench/results.`;

const { values: flags } = parseArgs({
  options: {
    runs: { type: "string", default: "15" },
    bars: { type: "string", default: "43800" },
    variants: { type: "string", default: "1,10,25,50,100,200,400" },
    help: { type: "boolean", default: false },
  },
});
if (flags.help) {
  console.log(HELP);
  process.exit(0);
}

/** One run in the two ways it can go, and as a user sees it; each has another fee, so is new. */
const WAYS = ["whole", "chunks", "facade", "graphql"] as const;
type Way = (typeof WAYS)[number];

const dataDir = mkdtempSync(join(tmpdir(), "sweepline-bench-"));
// A busy machine is to be measured as well.
const admission = { breaker: "CLOSED" };
const app = await createApp(loadConfig({ flags: { dataDir, admission, log: { level: "error" } } }));
try {
  const { url } = await app.serve({ port: 0 });
  const bars = Number(flags.bars);
  await app.datasets.importSynthetic({ name: "small", seed: 7, bars, timeframe: "1h" });
  let made = 0;
  const ask = (variants: number): RunRequestInput => ({
    dataset: "small",
    warmupBars: 0,
    strategy: {
      indicators: {
        fast: { id: "ma.sma", params: { window: 12 } },
        slow: { id: "ma.sma", params: { window: { start: 20, stop: 19 + variants, step: 1 } } },
      },
      signals: [{ rule: "cross", of: "fast", against: "slow" }],
    },
    execution: { feePct: 0.05 + made++ * 1e-6 },
    preselect: 10,
    topK: 10,
  });
  const where = circumstances();
  const results = [];
  for (const variants of flags.variants.split(",").map(Number)) {
    const times: Record<Way, number[]> = { whole: [], chunks: [], facade: [], graphql: [] };
    for (let run = -3; run < Number(flags.runs); run++) {
      for (const way of WAYS) {
        const startedMs = performance.now();
        const elapsedMs = await take(way, ask(variants));
        if (run >= 0) times[way].push(elapsedMs ?? performance.now() - startedMs);
      }
    }
    const ms = Object.fromEntries(WAYS.map((way) => [way, median(times[way])]));
    results.push({ variants, bars, ms });
    const cells = WAYS.map((way) => `${way} ${ms[way].toFixed(1)} ms`.padStart(18));
    console.log([`${variants} variants`.padStart(13), ...cells].join("  "));
  }
  console.log(`results: ${saveResults("small", where, results)}`);

  /** Milliseconds without planning where only the run itself is timed. */
  async function take(way: Way, request: RunRequestInput): Promise<number | null> {
    if (way === "facade") {
      await app.runs.backtest(request);
      return null;
    }
    if (way === "graphql") {
      await overHttp(url, request);
      return null;
    }
    const plan = await app.runs.estimate(request);
    const { pool, datasets } = app as never as Parameters<typeof runSynchronously>[1];
    const wholeUpTo = way === "whole" ? Number.POSITIVE_INFINITY : 0;
    const signal = new AbortController().signal;
    const options = { pool, datasets, signal, deadlineMs: 60_000, wholeUpTo };
    return (await runSynchronously(plan, options)).elapsedMs;
  }
} finally {
  await app.close();
  rmSync(dataDir, { recursive: true, force: true });
}

async function overHttp(url: string, request: RunRequestInput): Promise<void> {
  const query = `mutation ($input: RunBacktestInput!) {
    runBacktest(input: $input) {
      ... on Backtest { digest top(first: 10) { rank variantKey } }
      ... on Error { message }
    }
  }`;
  const variables = { input: { request: toGraphqlRequest(request) } };
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const answer = await response.text();
  if (!answer.includes('"digest"')) throw new Error(answer);
}
