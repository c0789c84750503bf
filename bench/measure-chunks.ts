/**
 * Runs one workload cut into many chunks and into few, by the service of a process of its own, and
 * each time what its pool was given by the pool alone: the same stretches on the same threads,
 * without a database.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "../src/app.ts";
import { loadConfig } from "../src/config.ts";
import type { RunProfile } from "../src/core/stages/run-profile.ts";
import type { RunRequestInput } from "../src/plan/request.ts";
import type { ChunkTask, ComputePool } from "../src/pool/task.ts";
import { ended } from "../test/support/service-under-test.ts";
import { CHUNK_WORKLOADS } from "./chunk-workloads.ts";

export interface CutOrder {
  readonly workload: string;
  /** Of the database; null for the embedded one. */
  readonly url: string | null;
  readonly workers: number;
  readonly rounds: number;
  /** Chunks of the run that is cut finely; as the plan has it where null. */
  readonly chunks: number | null;
  /** Chunks of the same run cut coarsely. */
  readonly few: number;
}

/** One run or one replay. */
export interface Lap {
  readonly ms: number;
  /** Processor time of the main thread, and of all others with the embedded database's. */
  readonly mainMs: number;
  readonly otherMs: number;
}

export interface CutRun extends Lap {
  readonly digest: string;
  readonly chunks: number;
  /** Orders that the pool was given. */
  readonly stretches: number;
  readonly profile: RunProfile | null;
  readonly alone: Lap;
}

export interface CutRounds {
  readonly many: readonly CutRun[];
  readonly few: readonly CutRun[];
}

/** What a pool was given, in order. */
type Call =
  | { readonly kind: "chunk"; readonly task: ChunkTask }
  | {
      readonly kind: "score";
      readonly task: Parameters<ComputePool["score"]>[0];
      readonly variants: Float64Array;
    };

/** As many as a process has lanes. */
const IN_FLIGHT = 2;

type App = Awaited<ReturnType<typeof createApp>>;

async function measure(order: CutOrder): Promise<CutRounds> {
  const workload = CHUNK_WORKLOADS[order.workload];
  if (workload === undefined) throw new Error(`unknown workload ${order.workload}`);
  const dataDir = mkdtempSync(join(tmpdir(), "sweepline-chunks-"));
  try {
    const flags = {
      ...(order.url === null ? {} : { databaseUrl: order.url }),
      ...{ workers: order.workers, dataDir, log: { level: "error" } },
      guards: { maxVariantsPerStage: 100_000_000 },
      admission: { breaker: "CLOSED" },
    };
    await using app = await createApp(loadConfig({ environment: {}, flags }));
    const { bars, timeframe } = workload;
    const { dataset } = await app.datasets.importSynthetic({ seed: 7, bars, timeframe });
    const calls = recordCalls(app.pool);
    const request = { ...workload.request, dataset: dataset.hash };
    const { estimate } = await app.runs.estimate(request);
    const largest = Math.max(estimate.stageAVariants, estimate.stageBVariants);
    const cut = (chunks: number | null) =>
      chunks === null ? {} : { schedule: { chunkVariants: Math.ceil(largest / chunks) } };
    const [fine, coarse] = [cut(order.chunks), cut(order.few)];
    const [many, few]: CutRun[][] = [[], []];
    for (let round = 0; round <= order.rounds; round++) {
      // Another fee is another run.
      const execution = { ...request.execution, feePct: 0.1 + round * 1e-6 };
      const take = (schedule: object) =>
        measured(app, { ...request, execution, ...schedule }, calls);
      const takes = [
        async () => many.push(await take(fine)),
        async () => few.push(await take(coarse)),
      ];
      // Whoever comes second finds what the first has left.
      for (const one of round % 2 === 0 ? takes : takes.toReversed()) await one();
      if (many.at(-1)!.digest !== few.at(-1)!.digest) throw new Error("the digests differ");
    }
    // The first round fills caches.
    return { many: many.slice(1), few: few.slice(1) };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Notes what the pool is given from now on. */
function recordCalls(pool: ComputePool): Call[] {
  const calls: Call[] = [];
  const { runChunk, score } = pool;
  pool.runChunk = (task, options) => {
    calls.push({ kind: "chunk", task });
    return runChunk.call(pool, task, options);
  };
  pool.score = (task, variants, onSpent) => {
    calls.push({ kind: "score", task, variants });
    return score.call(pool, task, variants, onSpent);
  };
  return calls;
}

async function measured(app: App, request: RunRequestInput, calls: Call[]): Promise<CutRun> {
  calls.length = 0;
  let run!: Awaited<ReturnType<typeof ended>>;
  const lap = await timed(async () => {
    const started = await app.runs.startRun(request, null);
    run = await ended(app.store, started.run.id);
    return run.finishedAt!.getTime() - run.startedAt!.getTime();
  });
  if (run.state !== "SUCCEEDED") throw new Error(`the run is ${run.state}`);
  const chunks = (await app.store.chunks(run.id)).length;
  const given = calls.splice(0);
  const alone = await timed(async () => {
    const sinceMs = performance.now();
    await replay(app.pool, given, `${run.id} alone`);
    return performance.now() - sinceMs;
  });
  calls.length = 0;
  const stretches = given.filter(({ kind }) => kind === "chunk").length;
  return { ...lap, digest: run.digest!, chunks, stretches, profile: run.profile, alone };
}

/** The same under another key: what a thread has kept of the run's own is not used. */
async function replay(pool: ComputePool, calls: readonly Call[], key: string): Promise<void> {
  const under = new Set<Promise<unknown>>();
  let stage: string | null = null;
  for (const call of calls) {
    if (call.task.stage !== stage || call.kind === "score") await Promise.all(under);
    stage = call.task.stage;
    while (under.size >= IN_FLIGHT) await Promise.race(under);
    const work: Promise<unknown> =
      call.kind === "chunk"
        ? pool.runChunk({ ...call.task, key })
        : pool.score({ ...call.task, key }, call.variants);
    const done = work.finally(() => under.delete(done));
    under.add(done);
  }
  await Promise.all(under);
}

async function timed(work: () => Promise<number>): Promise<Lap> {
  const all = process.cpuUsage();
  const main = process.threadCpuUsage();
  const ms = await work();
  const mainMs = sumMs(process.threadCpuUsage(main));
  return { ms, mainMs, otherMs: sumMs(process.cpuUsage(all)) - mainMs };
}

function sumMs({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1_000;
}

process.once("message", async (order: CutOrder) => {
  process.send?.(await measure(order));
  process.disconnect();
});
