import type { Execution } from "../execution/reference-engine.ts";
import type { ExecutionSettings } from "../execution/settings.ts";
import type { Candles } from "../series/candles.ts";
import { Days } from "../series/days.ts";
import { DailyTally, DrawdownTally, TradeTally } from "./tallies.ts";

export interface TrackRecordInput {
  /** The candles that the engine saw, warm-up included. */
  readonly candles: Pick<Candles, "time" | "close">;
  readonly timeframeMs: number;
  readonly execution: Execution;
  readonly settings: ExecutionSettings;
}

/**
 * What metrics are computed from: an execution with the tallies that a sweep's own rows are made
 * of.
 */
export interface TrackRecord extends TrackRecordInput {
  readonly bars: number;
  readonly trades: TradeTally;
  readonly drawdown: DrawdownTally;
  readonly daily: DailyTally;
}

/**
 * Feeds the tallies in the order every engine feeds them: trades by exit, equity by bar, days
 * ascending.
 */
export function measure(input: TrackRecordInput): TrackRecord {
  const { candles, timeframeMs, execution, settings } = input;
  const { firstBar, lastBar, equity } = execution;

  const trades = new TradeTally();
  for (const trade of execution.trades) trades.add(trade.netProfit, trade.stake);

  const drawdown = new DrawdownTally();
  for (const value of equity) drawdown.add(value);

  const days = new Days(candles.time.subarray(firstBar, lastBar), timeframeMs);
  const daily = new DailyTally(days.count);
  daily.start(days.count > 0 ? equity[days.lastBar[0]] : settings.startCash);
  for (const bar of days.lastBar.subarray(1)) daily.add(equity[bar]);

  return { ...input, bars: lastBar - firstBar, trades, drawdown, daily };
}
