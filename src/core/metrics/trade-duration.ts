import type { Metric } from "./metric.ts";
import { largest, mean } from "./sample-statistics.ts";
import type { TrackRecord } from "./track-record.ts";

/** Open time of the exit bar - open time of the entry bar; 0 for a trade within one bar. */
function durationsMs({ candles, execution }: TrackRecord): number[] {
  return execution.trades.map((t) => candles.time[t.exitBar] - candles.time[t.entryBar]);
}

/**
 * Longest trade; undefined without a trade. Milliseconds; no direction. Source: semantics.md
 * section 5.
 */
export const longestTradeMs: Metric = {
  unit: "ms",
  better: null,
  of: (record) => largest(durationsMs(record)),
};

/**
 * Mean trade duration; undefined without a trade. Milliseconds; no direction. Source: semantics.md
 * section 5.
 */
export const avgTradeMs: Metric = {
  unit: "ms",
  better: null,
  of: (record) => mean(durationsMs(record)),
};
