import { RANKING_METRICS, type RankingMetric } from "../../core/metrics/ranking-metric.ts";
import { TIMEFRAMES, type Timeframe } from "../../core/series/timeframe.ts";
import { USER_ERROR_CODES } from "../../core/user-error.ts";
import { type ChunkState, EVENT_KINDS, RUN_STATES } from "../../store/records.ts";
import { builder } from "../builder.ts";
import { METRIC_DESCRIPTIONS } from "./metric-descriptions.ts";

/** `totalReturnPct` as GraphQL spells a constant: `TOTAL_RETURN_PCT`. */
export function constantCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

export const MetricEnum = builder.enumType("Metric", {
  description: "What a run can rank by. Every metric is computed for every stored result row.",
  values: Object.fromEntries(
    RANKING_METRICS.map((metric) => [
      constantCase(metric),
      { value: metric as RankingMetric, description: METRIC_DESCRIPTIONS[metric] },
    ]),
  ),
});

export const DirectionEnum = builder.enumType("Direction", {
  description: "Which end of a metric is best.",
  values: {
    ASC: { description: "The smallest first." },
    DESC: { description: "The largest first." },
  } as const,
});

const TIMEFRAME_UNITS: Readonly<Record<string, string>> = { m: "minute", h: "hour", d: "day" };

/** `15m` becomes `M15`, since a GraphQL name starts with a letter. */
export const TimeframeEnum = builder.enumType("Timeframe", {
  description: "Length of a bar; bars are aligned to the UTC epoch.",
  values: Object.fromEntries(
    TIMEFRAMES.map((timeframe) => {
      const [count, unit] = [timeframe.slice(0, -1), timeframe.slice(-1)];
      const description = `${count} ${TIMEFRAME_UNITS[unit]}${count === "1" ? "" : "s"}`;
      return [`${unit.toUpperCase()}${count}`, { value: timeframe as Timeframe, description }];
    }),
  ),
});

export const RunStateEnum = builder.enumType("RunState", {
  description: "SUCCEEDED, FAILED, CANCELLED and TIMED_OUT are final until the run is retried.",
  values: RUN_STATES,
});

export const RunStageEnum = builder.enumType("RunStage", {
  description: "What a run is doing.",
  values: {
    STAGE_A: { description: "Scores every base variant, stops and targets off." },
    STAGE_B: { description: "Scores the shortlist over the grid of stops and targets." },
    FINALIZING: { description: "Writes the best rows and the digest." },
  } as const,
});

export const ChunkStateEnum = builder.enumType("ChunkState", {
  description: "Where a chunk is.",
  values: {
    PENDING: { description: "Waits, perhaps for another attempt." },
    RUNNING: { description: "Is being scored by a worker that keeps up its lease." },
    PARTIAL: { description: "Was stopped with its run; what was scored is stored." },
    DONE: { description: "Is stored, for good." },
  } satisfies Record<ChunkState, object>,
});

export const RunEventKindEnum = builder.enumType("RunEventKind", {
  description: "What happened. SNAPSHOT is the state at the time of subscribing.",
  values: ["SNAPSHOT", ...EVENT_KINDS] as const,
});

export const PriorityEnum = builder.enumType("Priority", {
  description: "Order in which waiting runs get the pool; it never changes a result.",
  values: ["CRITICAL", "HIGH", "NORMAL", "LOW", "BULK"] as const,
});

export const TradeDirectionEnum = builder.enumType("TradeDirection", {
  description: "Sides that may be entered; a forbidden side still exits.",
  values: ["LONG_SHORT", "LONG_ONLY", "SHORT_ONLY"] as const,
});

export const SizingEnum = builder.enumType("Sizing", {
  description: "How much of the cash an entry takes.",
  values: {
    ALL_IN: { description: "All available cash." },
    FIXED_QUOTE: { description: "`fixedQuote`, or what is left of the cash." },
    PROFIT_LOCK: {
      description: "All available cash; `safeProfitPct` of each profit is set aside.",
    },
  } as const,
});

export const FillModeEnum = builder.enumType("FillMode", {
  description: "At which price a signal becomes a fill.",
  values: {
    CLOSE: { description: "At the close of the signal's bar; stops are tested on closes." },
    NEXT_OPEN: { description: "At the next bar's open; stops are tested on closes." },
    INTRABAR: {
      description:
        "At the next bar's open; stops are tested on high and low and fill at their level.",
    },
  } as const,
});

export const ErrorCodeEnum = builder.enumType("ErrorCode", {
  description: "Kinds of expected failures.",
  values: USER_ERROR_CODES,
});
