import { writeFileSync } from "node:fs";
import type { TimedTask } from "../timed-task.ts";

/** What a peer needs to run a workload, and what its returns are checked against. */
export interface Exported {
  /** Percent, variants in index order (Stage B: shortlist order, then cells). */
  readonly returns: Float64Array;
  readonly bars: number;
}

/** Writes `<name>.close.f64` and, for a risk grid, the base variants' `<name>.pairs.i32`. */
export async function exportWorkload(
  task: TimedTask,
  name: string,
  folder: string,
): Promise<Exported> {
  const { candles, sweep, shortlist } = task;
  writeFileSync(`${folder}/${name}.close.f64`, candles.close);
  if (shortlist !== null) {
    const [fast, slow] = sweep.axes.map((axis) => axis.values as readonly number[]);
    const pairs = Array.from(shortlist, (variant) => [
      fast[Math.floor(variant / slow.length)],
      slow[variant % slow.length],
    ]);
    writeFileSync(`${folder}/${name}.pairs.i32`, Int32Array.from(pairs.flat()));
  }
  const { columns } = await task.run();
  // A constraint leaves numbers without a variant; a total return is never undefined.
  const returns = columns[0].filter((value) => !Number.isNaN(value));
  return { returns, bars: sweep.lastBar - sweep.firstBar };
}
