import { writeFileSync } from "node:fs";
import type { TimedTask } from "../planned-stage.ts";

/** Total returns in percent, variants in index order (Stage B: shortlist order, then cells). */
export async function returnsOf(task: TimedTask): Promise<Float64Array> {
  const { columns } = await task.run();
  // A constraint leaves numbers without a variant; a total return is never undefined.
  return columns[0].filter((value) => !Number.isNaN(value));
}

/** Writes `<name>.close.f64` and, for a risk grid, the base variants' `<name>.pairs.i32`. */
export function exportWorkload(task: TimedTask, name: string, folder: string): void {
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
}
