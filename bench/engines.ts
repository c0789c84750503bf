/**
 * Engines that score variants together beside the plain path, which scores each by itself from the
 * planes of its atoms: no market may make an engine slower than that.
 */
import type { KernelName } from "../src/kernels/choose-kernels.ts";
import { createPool } from "../src/pool/pool.ts";
import { interleaved, type Turns } from "./interleaved.ts";
import { timedTask } from "./timed-task.ts";
import { WORKLOADS, type Workload } from "./workloads.ts";

export interface EngineRatio {
  readonly workload: string;
  readonly engine: Turns;
  /** The engine on two threads, and variant by variant on one; ratios to the engine on one. */
  readonly twoThreads: Turns;
  readonly plain: Turns;
}

/** Every W1 there is, by whatever metric and on whatever market, and W2. */
const SHAPES = /^(W1(-.*)?|W2)$/;

export async function engineRatios(runs: number, kernels: KernelName): Promise<EngineRatio[]> {
  const one = await createPool({ size: 1, kernels });
  const two = await createPool({ size: 2, kernels });
  const plain = await createPool({ size: 1, kernels, batches: false });
  const pools = [one, two, plain];
  const ratios: EngineRatio[] = [];
  const ratioOf = async (workload: Workload) => {
    const tasks = pools.map((pool) => timedTask(workload, pool, pool.size));
    const [engine, twoThreads, alone] = await interleaved(await Promise.all(tasks), runs);
    return { workload: workload.name, engine, twoThreads, plain: alone };
  };
  try {
    for (const workload of WORKLOADS) {
      if (SHAPES.test(workload.name)) ratios.push(await ratioOf(workload));
    }
    return ratios;
  } finally {
    await Promise.all(pools.map((pool) => pool.close()));
  }
}

export function engineTable(ratios: readonly EngineRatio[]): string {
  const rows = ratios.map(({ workload, engine, twoThreads, plain }) => {
    const ms = [engine, twoThreads, plain].map(({ medianMs }) => `${medianMs.toFixed(1)} ms`);
    const cells = [workload, ...ms, times(1 / twoThreads.ratio), times(1 / plain.ratio)];
    return `| ${cells.join(" | ")} |`;
  });
  const head =
    "| workload | engine | on 2 threads | plain path | gain of 2 threads | engine / plain |";
  return [head, "|---|---|---|---|---|---|", ...rows].join("\n");
}

function times(ratio: number): string {
  return `${ratio.toFixed(2)}x`;
}
