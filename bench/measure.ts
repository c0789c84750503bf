/** Measures one workload in a process of its own, so that peaks of memory do not add up. */
import { riskCells } from "../src/core/stages/sweep.ts";
import type { KernelName } from "../src/kernels/choose-kernels.ts";
import { createPool } from "../src/pool/pool.ts";
import { median } from "./machine.ts";
import { timedTask } from "./timed-task.ts";
import { WORKLOADS } from "./workloads.ts";

export interface MeasureOrder {
  readonly workload: string;
  readonly workers: number;
  readonly runs: number;
  readonly kernels: KernelName;
}

export interface Measurement extends MeasureOrder {
  readonly title: string;
  readonly variants: number;
  readonly bars: number;
  readonly timesMs: readonly number[];
  readonly medianMs: number;
  readonly nsPerVariantBar: number;
  readonly variantsPerSecond: number;
  /** Resident memory at its peak above that before the candles were made. */
  readonly peakMiB: number;
}

async function measure(order: MeasureOrder): Promise<Measurement> {
  const workload = WORKLOADS.find(({ name }) => name === order.workload);
  if (workload === undefined) throw new Error(`unknown workload ${order.workload}`);
  const bareMiB = process.memoryUsage.rss() / 2 ** 20;
  const caches = { indicatorBytes: 2 ** 30, atomBytes: 2 ** 30 };
  const pool = await createPool({ size: order.workers, kernels: order.kernels, caches });
  try {
    const task = await timedTask(workload, pool, order.workers);
    let { scored } = await task.run();
    const timesMs: number[] = [];
    for (let run = 0; run < order.runs; run++) {
      const result = await task.run();
      scored = result.scored;
      timesMs.push(result.elapsedMs);
    }
    const medianMs = median(timesMs);
    const bars = task.sweep.lastBar - task.sweep.firstBar;
    const cells = task.shortlist === null ? "" : `, ${riskCells(task.sweep)} cells`;
    return {
      ...order,
      title: `${workload.title}${cells}`,
      variants: scored,
      bars,
      timesMs,
      medianMs,
      nsPerVariantBar: (medianMs * 1e6) / (scored * bars),
      variantsPerSecond: (scored * 1_000) / medianMs,
      peakMiB: process.resourceUsage().maxRSS / 1024 - bareMiB,
    };
  } finally {
    await pool.close();
  }
}

process.once("message", async (order: MeasureOrder) => {
  process.send?.(await measure(order));
  process.disconnect();
});
