/**
 * Runs one workload in a process of its own, lap by lap as it is asked to: so that peaks of memory
 * do not add up, and laps of several processes can take turns.
 */
import { riskCells } from "../src/core/stages/sweep.ts";
import type { KernelName } from "../src/kernels/choose-kernels.ts";
import { type PlannedStage, taskOf } from "./planned-stage.ts";
import { workloadOf } from "./workloads.ts";

export interface MeasureOrder {
  readonly planned: PlannedStage;
  /** Threads of a pool; none scores in the process's own thread, without a pool. */
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
export interface Measured extends Pick<MeasureOrder, "workers" | "kernels"> {
  readonly workload: string;
  readonly title: string;
  readonly variants: number;
  readonly bars: number;
  /** Resident memory of the process at its peak, all of it. */
  readonly peakMiB: number;
}

async function prepare({ planned, workers, kernels }: MeasureOrder) {
  const workload = workloadOf(planned.name);
  const scoring = await scoringOf(workers, kernels);
  const task = await taskOf(planned, await workload.candles(), scoring);
  const { sweep, shortlist } = task;
  let variants = 0;
  return {
    run: async (): Promise<MeasuredLap> => {
      const result = await task.run();
      scoring.giveBack(result);
      variants = result.scored;
      return { elapsedMs: result.elapsedMs };
    },
    end: async (): Promise<Measured> => {
      await scoring.close();
      const cells = shortlist === null ? "" : `, ${riskCells(sweep)} cells`;
      return {
        workload: planned.name,
        workers,
        kernels,
        title: `${workload.title}${cells}`,
        variants,
        bars: sweep.lastBar - sweep.firstBar,
        peakMiB: process.resourceUsage().maxRSS / 1024,
      };
    },
  };
}

/** A process loads what it needs: what scores, or what starts threads that do. */
async function scoringOf(workers: number, kernels: KernelName) {
  if (workers === 0) {
    const { ownThread } = await import("./own-thread.ts");
    return ownThread(kernels);
  }
  const { createPool } = await import("../src/pool/pool.ts");
  const caches = { indicatorBytes: 2 ** 30, atomBytes: 2 ** 30 };
  return createPool({ size: workers, kernels, caches });
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
