import type { Execution } from "../execution/reference-engine.ts";
import type { ExecutionSettings } from "../execution/settings.ts";
import type { Candles } from "../series/candles.ts";
import { Days } from "../series/days.ts";
import type { Trials } from "./sharpe-certainty.ts";
import { DailyTally, DrawdownTally, TradeTally } from "./tallies.ts";

export interface TrackRecordInput {
  /** The candles that the engine saw, warm-up included. */
  readonly candles: Pick<Candles, "time" | "close">;
  readonly timeframeMs: number;
  readonly execution: Execution;
  readonly settings: ExecutionSettings;
  /** The variants of the run that this one was found among; absent outside a run. */
  readonly trials?: Trials;
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
  /** Daily returns in order; meaningful where the sums over them are defined. */
  readonly returns: Float64Array;
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
  const returns = dailyReturns(Float64Array.from(days.lastBar, (bar) => equity[bar]));

  return { ...input, bars: lastBar - firstBar, trades, drawdown, daily, returns };
}

/** Changes from day to day; a day without one is exactly 0, as it is in the sums of a sweep. */
function dailyReturns(ends: Float64Array): Float64Array {
  const returns = new Float64Array(Math.max(0, ends.length - 1));
  for (let i = 0; i < returns.length; i++) {
    returns[i] = ends[i + 1] === ends[i] ? 0 : ends[i + 1] / ends[i] - 1;
  }
  return returns;
}
