import type { Trade } from "../execution/trade.ts";
import type { Trials } from "../metrics/sharpe-certainty.ts";
import { drawdown } from "../metrics/tallies.ts";
import type { Candles } from "../series/candles.ts";
import { describeVariant, type VariantDescription } from "../stages/describe.ts";
import { executeVariant } from "../stages/execute-variant.ts";
import { loneVariant } from "../stages/lone-variant.ts";
import type { StageName, Sweep } from "../stages/sweep.ts";
import { SweepScorer } from "../stages/sweep-scorer.ts";
import { downsample } from "./downsample.ts";
import { buildReport, type Report, type TimeRange } from "./report.ts";
import { type ReportRow, reportMarkdown, tableRows } from "./table.ts";

export interface VariantChoice {
  readonly stage: StageName;
  /** A base index in Stage A, `base * cells + cell` in Stage B. */
  readonly variantIndex: number;
  /** Most points of a curve, LEAST_POINTS or more. */
  readonly points: number;
  /** The range asked for; by default from the first open to the last close of the traded bars. */
  readonly range?: TimeRange;
  /** What else the run has tried, for the deflated Sharpe ratio; null in the report without it. */
  readonly trials?: Trials;
}

/** Times are UTC epoch milliseconds of the bar's OPEN, as everywhere. */
export interface CurvePoint {
  readonly timeMs: number;
  readonly value: number;
}

export interface ReportTrade extends Trade {
  readonly entryTimeMs: number;
  readonly exitTimeMs: number;
  /** Net profit / stake in percent. */
  readonly returnPct: number;
}

/** Everything there is to know of one variant. */
export interface VariantReport extends Report, VariantDescription {
  readonly stage: StageName;
  readonly variantIndex: number;
  /** Label and text in a fixed order and format, and the same as Markdown. */
  readonly table: readonly ReportRow[];
  readonly markdown: string;
  /** In the order of their exits; bars count from the first one that the sweep sees. */
  readonly trades: readonly ReportTrade[];
  /** Quote at each close, and fall from the running peak in percent of it. */
  readonly equity: readonly CurvePoint[];
  readonly drawdownPct: readonly CurvePoint[];
}

/**
 * One variant of a sweep in full, by the reference engine over the very planes that the sweep
 * scores: every ranking metric is that of the sweep's own row, to the bit. `candles` are those the
 * sweep sees. Whether the constraint allows the variant is for the caller to know.
 */
export function variantReport(
  sweep: Sweep,
  candles: Candles,
  { stage, variantIndex, points, range, trials }: VariantChoice,
): VariantReport {
  const variant = describeVariant(sweep, stage, variantIndex);
  const { time, close } = candles;
  const { execution: settings, timeframeMs } = sweep;
  const signal = new SweepScorer(loneVariant(sweep, variant), candles).signal();
  const execution = executeVariant(sweep, candles, signal, variant);
  const report = buildReport({
    candles: { time, close },
    timeframeMs,
    execution,
    settings,
    ...(range === undefined ? {} : { range }),
    ...(trials === undefined ? {} : { trials }),
  });
  const { equity, firstBar, lastBar } = execution;
  const times = time.subarray(firstBar, lastBar);
  return {
    stage,
    variantIndex,
    ...variant,
    ...report,
    table: tableRows(report),
    markdown: reportMarkdown(report),
    trades: execution.trades.map((trade) => reportTrade(trade, time)),
    equity: curve(equity, times, points),
    drawdownPct: curve(drawdownsPct(equity), times, points),
  };
}

function reportTrade(trade: Trade, time: Float64Array): ReportTrade {
  return {
    ...trade,
    entryTimeMs: time[trade.entryBar],
    exitTimeMs: time[trade.exitBar],
    returnPct: (trade.netProfit / trade.stake) * 100,
  };
}

function drawdownsPct(equity: Float64Array): Float64Array {
  let peak = Number.NEGATIVE_INFINITY;
  return equity.map((value) => {
    peak = Math.max(peak, value);
    return drawdown(value, peak) * 100;
  });
}

function curve(values: Float64Array, times: Float64Array, points: number): CurvePoint[] {
  const kept = downsample(values, points);
  return Array.from(kept, (bar) => ({ timeMs: times[bar], value: values[bar] }));
}
