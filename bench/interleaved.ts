import { median } from "./machine.ts";

/** Something that is timed again and again, here or in another process. */
export interface Lap {
  run(): Promise<{ readonly elapsedMs: number }>;
}

/** Times of one of several laps that took turns. */
export interface Turns {
  readonly timesMs: readonly number[];
  readonly medianMs: number;
  /** Median over rounds of its time over that of the first lap in the same round. */
  readonly ratio: number;
}

/** Rounds before any is counted: the engine compiles what is hot late, short laps above all. */
const WARM_MS = 2_000;
/** As many rounds as fit are counted. */
const COUNTED_MS = 4_000;

/** Runs laps in turns, warm, for some seconds, and `least` rounds in any case. */
export async function interleaved(laps: readonly Lap[], least: number): Promise<Turns[]> {
  const times: number[][] = laps.map(() => []);
  const turn = async (counts: boolean) => {
    for (const [i, lap] of laps.entries()) {
      const { elapsedMs } = await lap.run();
      if (counts) times[i].push(elapsedMs);
    }
  };
  const sinceMs = performance.now();
  do await turn(false);
  while (performance.now() - sinceMs < WARM_MS);
  const countedMs = performance.now();
  while (times[0].length < least || performance.now() - countedMs < COUNTED_MS) await turn(true);
  return times.map((timesMs) => ({
    timesMs,
    medianMs: median(timesMs),
    ratio: median(timesMs.map((ms, round) => ms / times[0][round])),
  }));
}
