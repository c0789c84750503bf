/** Workloads on several numbers of threads, which take turns, each in a process of its own. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { KernelName } from "../src/kernels/choose-kernels.ts";
import { forkAsService } from "./fork-as-service.ts";
import { interleaved, type Turns } from "./interleaved.ts";
import type { Measured, MeasuredLap, MeasureOrder, Question } from "./measure.ts";

export interface Measurement extends Measured, Turns {
  readonly nsPerVariantBar: number;
  readonly variantsPerSecond: number;
}

/** By number of threads; ratios are to the first of them. */
export async function measureWorkload(
  workload: string,
  workers: readonly number[],
  { least, kernels }: { readonly least: number; readonly kernels: KernelName },
): Promise<Measurement[]> {
  const processes = workers.map((count) => new Measurer({ workload, workers: count, kernels }));
  try {
    await Promise.all(processes.map((one) => one.ready));
    const turns = await interleaved(processes, least);
    const measured: Measurement[] = [];
    for (const [i, one] of processes.entries()) {
      const result = await one.end();
      const { medianMs } = turns[i];
      measured.push({
        ...result,
        ...turns[i],
        nsPerVariantBar: (medianMs * 1e6) / (result.variants * result.bars),
        variantsPerSecond: (result.variants * 1_000) / medianMs,
      });
    }
    return measured;
  } finally {
    for (const one of processes) one.kill();
  }
}

class Measurer {
  readonly ready: Promise<unknown>;
  readonly #child: ChildProcess;
  readonly #failed: Promise<never>;

  constructor(order: MeasureOrder) {
    this.#child = forkAsService(new URL("measure.ts", import.meta.url));
    this.#failed = once(this.#child, "exit").then(([code]) => {
      throw new Error(`the measurement of ${order.workload} ended with code ${code}`);
    });
    // Once a result is there, how the child ends no longer matters.
    this.#failed.catch(() => {});
    this.ready = this.#ask({ kind: "start", order });
  }

  run(): Promise<MeasuredLap> {
    return this.#ask({ kind: "run" });
  }

  end(): Promise<Measured> {
    return this.#ask({ kind: "end" });
  }

  kill(): void {
    this.#child.kill();
  }

  async #ask<T>(question: Question): Promise<T> {
    this.#child.send(question);
    const [answer] = await Promise.race([once(this.#child, "message"), this.#failed]);
    return answer as T;
  }
}

export function measurementHead(): string {
  return [
    "| workload | threads | median | range | gain | ns a variant-bar | variants/s | peak memory |",
    "|---|---|---|---|---|---|---|---|",
  ].join("\n");
}

export function measurementRow(m: Measurement): string {
  const cells = [
    m.workload,
    m.workers,
    `${m.medianMs.toFixed(1)} ms`,
    `${Math.min(...m.timesMs).toFixed(1)}-${Math.max(...m.timesMs).toFixed(1)}`,
    m.ratio === 1 ? "" : `${(1 / m.ratio).toFixed(2)}x`,
    m.nsPerVariantBar.toFixed(4),
    Math.round(m.variantsPerSecond).toLocaleString("en"),
    `+${m.peakMiB.toFixed(0)} MiB`,
  ];
  return `| ${cells.join(" | ")} |`;
}
