import { median } from "./machine.ts";
import type { TimedTask } from "./timed-task.ts";

/** Times of one of several tasks that took turns. */
export interface Turns {
  readonly medianMs: number;
  /** Median over rounds of its time over that of the first task in the same round. */
  readonly ratio: number;
}

/** Runs tasks in turns, `rounds` times after a warm round. */
export async function interleaved(tasks: readonly TimedTask[], rounds: number): Promise<Turns[]> {
  const times: number[][] = tasks.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, task] of tasks.entries()) {
      const { elapsedMs } = await task.run();
      if (round > 0) times[i].push(elapsedMs);
    }
  }
  return times.map((own) => ({
    medianMs: median(own),
    ratio: median(own.map((ms, round) => ms / times[0][round])),
  }));
}
