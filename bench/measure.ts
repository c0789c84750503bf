/**
 * Runs one workload in a process of its own, lap by lap as it is asked to: so that peaks of memory
 * do not add up, and laps of several processes can take turns.
 */
import { riskCells } from "../src/core/stages/sweep.ts";
import type { KernelName } from "../src/kernels/choose-kernels.ts";
import { createPool } from "../src/pool/pool.ts";
import { timedTask } from "./timed-task.ts";
import { WORKLOADS } from "./workloads.ts";

export interface MeasureOrder {
  readonly workload: string;
  readonly workers: number;
  readonly kernels: KernelName;
}

/** What is asked of the process, each answered by one message: `start` first, `end` last. */
export type Question =
  | { readonly kind: "start"; readonly order: MeasureOrder }
  | { readonly kind: "run" }
  | { readonly kind: "end" };

/** Answers `run`. */
export interface MeasuredLap {
  readonly elapsedMs: number;
}

/** Answers `end`. */
export interface Measured extends MeasureOrder {
  readonly title: string;
  readonly variants: number;
  readonly bars: number;
  /** Resident memory at its peak above that before the candles were made. */
  readonly peakMiB: number;
}

async function prepare(order: MeasureOrder) {
  const workload = WORKLOADS.find(({ name }) => name === order.workload);
  if (workload === undefined) throw new Error(`unknown workload ${order.workload}`);
  const bareMiB = process.memoryUsage.rss() / 2 ** 20;
  const caches = { indicatorBytes: 2 ** 30, atomBytes: 2 ** 30 };
  const pool = await createPool({ size: order.workers, kernels: order.kernels, caches });
  const { sweep, shortlist, run } = await timedTask(workload, pool, order.workers);
  let variants = 0;
  return {
    run: async (): Promise<MeasuredLap> => {
      const { scored, elapsedMs } = await run();
      variants = scored;
      return { elapsedMs };
    },
    end: async (): Promise<Measured> => {
      await pool.close();
      const cells = shortlist === null ? "" : `, ${riskCells(sweep)} cells`;
      return {
        ...order,
        title: `${workload.title}${cells}`,
        variants,
        bars: sweep.lastBar - sweep.firstBar,
        peakMiB: process.resourceUsage().maxRSS / 1024 - bareMiB,
      };
    },
  };
}

let prepared: ReturnType<typeof prepare> | null = null;

process.on("message", async (question: Question) => {
  if (question.kind === "start") {
    prepared = prepare(question.order);
    await prepared;
    process.send?.(null);
    return;
  }
  const { run, end } = await prepared!;
  process.send?.(question.kind === "run" ? await run() : await end());
  if (question.kind === "end") process.disconnect();
});
