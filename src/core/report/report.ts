import { computeMetrics, type MetricValues } from "../metrics/registry.ts";
import { measure, type TrackRecordInput } from "../metrics/track-record.ts";

/** UTC epoch milliseconds, half-open. */
export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
}

export interface ReportInput extends TrackRecordInput {
  /** The range asked for; by default from the first open to the last close of the traded bars. */
  readonly range?: TimeRange;
}

/** All figures of one backtest. Trades and per-bar series stay with its `Execution`. */
export interface Report {
  /** Null where no bar was traded and no range was asked for. */
  readonly range: TimeRange | null;
  readonly startCash: number;
  readonly endEquity: number;
  readonly metrics: MetricValues;
}

export function buildReport(input: ReportInput): Report {
  const { execution, settings } = input;
  return {
    range: input.range ?? tradedRange(input),
    startCash: settings.startCash,
    endEquity: execution.endEquity,
    metrics: computeMetrics(measure(input)),
  };
}

function tradedRange({ candles, timeframeMs, execution }: ReportInput): TimeRange | null {
  const { firstBar, lastBar } = execution;
  if (firstBar === lastBar) return null;
  return { startMs: candles.time[firstBar], endMs: candles.time[lastBar - 1] + timeframeMs };
}
