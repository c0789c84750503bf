/**
 * Workloads on several numbers of threads, which take turns, each in a process of its own; and as
 * many processes of one thread at once, which share nothing but the machine.
 */
import type { KernelName } from "../src/kernels/choose-kernels.ts";
import { interleaved, type Turns } from "./interleaved.ts";
import type { Measured, MeasuredLap } from "./measure.ts";
import { Measurer } from "./measurer.ts";
import { plannedStage } from "./timed-task.ts";
import { workloadOf } from "./workloads.ts";

export interface Measurement extends Measured, Turns {
  readonly nsPerVariantBar: number;
  readonly variantsPerSecond: number;
  /**
   * How much more as many separate processes of one thread get done at once than one of them alone:
   * what the machine gives. Null for one thread.
   */
  readonly apart: number | null;
}

/** By number of threads; ratios are to the first of them. */
export async function measureWorkload(
  name: string,
  workers: readonly number[],
  { least, kernels }: { readonly least: number; readonly kernels: KernelName },
): Promise<Measurement[]> {
  const workload = workloadOf(name);
  const planned = plannedStage(workload, await workload.candles(), Math.max(...workers));
  const started = (count: number) => new Measurer({ planned, workers: count, kernels });
  const processes = workers.map(started);
  const single = Array.from({ length: Math.max(...workers) }, () => started(1));
  const crowds = workers.map((count) => (count === 1 ? null : new Crowd(single.slice(0, count))));
  try {
    await Promise.all([...processes, ...single].map((one) => one.ready));
    const together = crowds.filter((crowd) => crowd !== null);
    const turns = await interleaved([...processes, ...together, single[0]], least);
    const alone = turns.at(-1)!;
    const measured: Measurement[] = [];
    for (const [i, one] of processes.entries()) {
      const result = await one.end();
      const { medianMs } = turns[i];
      const crowd = crowds[i];
      const crowded = crowd && turns[processes.length + together.indexOf(crowd)];
      measured.push({
        ...result,
        ...turns[i],
        nsPerVariantBar: (medianMs * 1e6) / (result.variants * result.bars),
        variantsPerSecond: (result.variants * 1_000) / medianMs,
        apart: crowded && (result.workers * alone.ratio) / crowded.ratio,
      });
    }
    return measured;
  } finally {
    for (const one of [...processes, ...single]) one.kill();
  }
}

/** Processes that run at once; a lap ends with the last of them. */
class Crowd {
  readonly #processes: readonly Measurer[];

  constructor(processes: readonly Measurer[]) {
    this.#processes = processes;
  }

  async run(): Promise<MeasuredLap> {
    const laps = await Promise.all(this.#processes.map((one) => one.run()));
    return { elapsedMs: Math.max(...laps.map(({ elapsedMs }) => elapsedMs)) };
  }
}

export function measurementHead(): string {
  return [
    "| workload | threads | median | range | gain | apart | ns a variant-bar | variants/s |",
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
    m.apart === null ? "" : `${m.apart.toFixed(2)}x`,
    m.nsPerVariantBar.toFixed(4),
    Math.round(m.variantsPerSecond).toLocaleString("en"),
  ];
  return `| ${cells.join(" | ")} |`;
}
