/** Measures runs of the whole service in a process of its own; the database is another's. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileQuestions, createApp } from "../src/app.ts";
import { loadConfig } from "../src/config.ts";
import type { RunRequestInput } from "../src/plan/request.ts";
import { isTerminal, type RunRecord } from "../src/store/records.ts";
import { memoryWorkload } from "./memory-workload.ts";

export interface MemoryOrder {
  readonly databaseUrl: string;
  /** A name of memory-workload.ts. */
  readonly workload: string;
  readonly workers: number;
  /** Runs one after the other, in the same process. */
  readonly runs: number;
}

export interface MemoryMeasurement extends Omit<MemoryOrder, "databaseUrl"> {
  /** Of both stages. */
  readonly variants: number;
  readonly digest: string;
  /** Of each run, from its first claim to its end. */
  readonly elapsedMs: readonly number[];
  readonly nsPerVariantBar: number;
  /** Resident memory of the process before the first run, at its peak, and after each run. */
  readonly bareMiB: number;
  readonly peakMiB: number;
  readonly afterMiB: readonly number[];
  /** What the plan has said. */
  readonly budgetMiB: number;
}

const POLL_MS = 50;
const SETTLING_MS = 2_000;
const mib = (bytes: number) => Math.round((bytes / 2 ** 20) * 10) / 10;

async function measure(order: MemoryOrder): Promise<MemoryMeasurement> {
  const { databaseUrl, workload, workers, runs } = order;
  const { bars, request: requestOf } = memoryWorkload(workload);
  const dataDir = mkdtempSync(join(tmpdir(), "sweepline-memory-"));
  try {
    const flags = {
      ...{ databaseUrl, workers, dataDir },
      guards: { maxVariantsPerStage: 100_000_000 },
      log: { level: "warn" },
    };
    // All that `sweepline serve` has in its process.
    const config = loadConfig({ environment: {}, flags });
    await using app = (await Promise.all([createApp(config), compileQuestions()]))[0];
    await app.serve({ port: 0 });
    const { dataset } = await app.datasets.importSynthetic({
      seed: 7,
      bars,
      timeframe: "1h",
    });
    const request = requestOf(dataset.hash);
    // On a busy machine the event loop is late while modules load, and no run would begin.
    await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
    const bareMiB = mib(process.memoryUsage.rss());
    const ended: RunRecord[] = [];
    const afterMiB: number[] = [];
    for (let run = 0; run < runs; run++) {
      ended.push(await wholeRun(app, request));
      afterMiB.push(mib(process.memoryUsage.rss()));
    }
    const elapsedMs = ended.map((run) => run.finishedAt!.getTime() - run.startedAt!.getTime());
    const { stageAVariants, stageBVariants } = ended[0].plan.estimate;
    const variants = stageAVariants + stageBVariants;
    return {
      ...{ workload, variants, workers, runs, elapsedMs, bareMiB, afterMiB },
      digest: ended[0].digest!,
      nsPerVariantBar: (Math.min(...elapsedMs) * 1e6) / (variants * bars),
      peakMiB: mib(process.resourceUsage().maxRSS * 1024),
      budgetMiB: mib(ended[0].plan.estimate.bytes),
    };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

type App = Awaited<ReturnType<typeof createApp>>;

async function wholeRun({ runs, store }: App, request: RunRequestInput): Promise<RunRecord> {
  const { run: started } = await runs.startRun(request, null);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const status = await store.runStatus(started.id);
    if (status !== null && isTerminal(status.state)) break;
  }
  const run = (await store.run(started.id))!;
  if (run.state !== "SUCCEEDED") throw new Error(`the run is ${run.state}: ${run.error?.message}`);
  return run;
}

process.once("message", async (order: MemoryOrder) => {
  process.send?.(await measure(order));
  process.disconnect();
});
