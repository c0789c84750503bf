/**
 * Resident memory of the core, beside a process that does nothing: by itself in a process of its
 * own, and behind a pool of threads, which are taken off as well. Each in a new process.
 */
import { once } from "node:events";
import type { KernelName } from "../src/kernels/choose-kernels.ts";
import { THREAD_LIMITS } from "../src/pool/thread-limits.ts";
import { forkAsService } from "./fork-as-service.ts";
import { Measurer } from "./measurer.ts";
import { plannedStage } from "./timed-task.ts";
import { workloadOf } from "./workloads.ts";

export interface CoreMemory {
  readonly workload: string;
  /** Of the pool; none where the core has the process for itself. */
  readonly threads: number;
  /** Resident at the peak, MiB: the process, one that does nothing, one with idle threads. */
  readonly peakMiB: number;
  readonly bareMiB: number;
  readonly idleMiB: number;
}

/** Caches, collector and compilers of the engine settle within so many runs. */
const LAPS = 20;
const THREADS = [0, 1, 2];

export async function coreMemory(
  names: readonly string[],
  kernels: KernelName,
): Promise<CoreMemory[]> {
  const orders = names.flatMap((name) => THREADS.map((threads) => ({ name, threads })));
  // The first processes leave to the others what the engine has compiled.
  for (const threads of THREADS) await peakMiB({ name: names[0], threads, laps: 1 }, kernels);
  const idle: number[] = [];
  for (const threads of THREADS) idle.push(await idleMiB(threads));
  const measured: CoreMemory[] = [];
  for (const { name, threads } of orders) {
    const peak = await peakMiB({ name, threads, laps: LAPS }, kernels);
    const beside = { bareMiB: idle[0], idleMiB: idle[THREADS.indexOf(threads)] };
    measured.push({ workload: name, threads, peakMiB: peak, ...beside });
  }
  return measured;
}

interface Order {
  readonly name: string;
  readonly threads: number;
  readonly laps: number;
}

async function peakMiB({ name, threads, laps }: Order, kernels: KernelName): Promise<number> {
  const workload = workloadOf(name);
  const planned = plannedStage(workload, await workload.candles(), 1);
  const measurer = new Measurer({ planned, workers: threads, kernels });
  try {
    await measurer.ready;
    for (let lap = 0; lap < laps; lap++) await measurer.run();
    return (await measurer.end()).peakMiB;
  } finally {
    measurer.kill();
  }
}

async function idleMiB(threads: number): Promise<number> {
  const about = [threads, THREAD_LIMITS].map((value) => JSON.stringify(value));
  const child = forkAsService(new URL("idle-process.mjs", import.meta.url), about);
  const [mebibytes] = await once(child, "message");
  return mebibytes as number;
}

export function coreMemoryTable(measured: readonly CoreMemory[]): string {
  const rows = measured.map(({ workload, threads, peakMiB, bareMiB, idleMiB }) => {
    const where = threads === 0 ? "none" : String(threads);
    const above = (mebibytes: number) => `+${(peakMiB - mebibytes).toFixed(0)} MiB`;
    const idle = threads === 0 ? "" : above(idleMiB);
    return `| ${workload} | ${where} | ${peakMiB.toFixed(0)} MiB | ${above(bareMiB)} | ${idle} |`;
  });
  const [{ bareMiB } = { bareMiB: Number.NaN }] = measured;
  const bare = `A process that does nothing: ${bareMiB.toFixed(1)} MiB.`;
  const head = "| workload | threads | peak | above a bare process | above one with idle threads |";
  return [bare, "", head, "|---|---|---|---|---|", ...rows].join("\n");
}
