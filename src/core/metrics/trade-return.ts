import type { Metric } from "./metric.ts";
import { expectancyPct as meanReturnPct } from "./ranking-formulas.ts";
import { largest, smallest } from "./sample-statistics.ts";
import type { TrackRecord } from "./track-record.ts";

/**
 * A trade's return is net profit / entry quote * 100. Each figure here is undefined without a
 * trade.
 */
function returnsPct({ execution }: TrackRecord): number[] {
  return execution.trades.map((trade) => (trade.netProfit / trade.stake) * 100);
}

/** Largest trade return. Percent; higher is better. Source: semantics.md section 5. */
export const bestTradePct: Metric = {
  unit: "percent",
  better: "HIGHER",
  of: (record) => largest(returnsPct(record)),
};

/** Smallest trade return. Percent; higher is better. Source: semantics.md section 5. */
export const worstTradePct: Metric = {
  unit: "percent",
  better: "HIGHER",
  of: (record) => smallest(returnsPct(record)),
};

/** Mean trade return. Percent; higher is better. Source: semantics.md section 5. */
export const avgTradePct: Metric = {
  unit: "percent",
  better: "HIGHER",
  of: ({ trades }) => meanReturnPct(trades),
};

/**
 * What a trade is expected to return: the mean trade return, so the same number as avgTradePct;
 * both names are in use. Percent; higher is better. Source: semantics.md section 5.
 */
export const expectancyPct: Metric = { ...avgTradePct };
