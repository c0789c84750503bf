import type { Metric } from "./metric.ts";
import { largest, mean } from "./sample-statistics.ts";
import type { TrackRecord } from "./track-record.ts";

/**
 * Longest time from the first bar below a peak to the bar that regains it; an episode still open
 * ends at the last bar. Undefined without an episode. Milliseconds; lower is better. Source:
 * semantics.md section 5.
 */
export const longestDrawdownMs: Metric = {
  unit: "ms",
  better: "LOWER",
  of: (record) => largest(episodesMs(record)),
};

/** Mean of the same episodes. Milliseconds; lower is better. Source: semantics.md section 5. */
export const avgDrawdownMs: Metric = {
  unit: "ms",
  better: "LOWER",
  of: (record) => mean(episodesMs(record)),
};

function episodesMs({ candles, execution }: TrackRecord): number[] {
  const { equity, firstBar } = execution;
  const durations: number[] = [];
  let peak = Number.NEGATIVE_INFINITY;
  let left: number | null = null;
  for (let i = 0; i < equity.length; i++) {
    const now = candles.time[firstBar + i];
    const below = equity[i] < peak;
    if (below && left === null) left = now;
    if (left !== null && (!below || i === equity.length - 1)) {
      durations.push(now - left);
      left = null;
    }
    if (!below) peak = equity[i];
  }
  return durations;
}
