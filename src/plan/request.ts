import { z } from "zod";
import { FILL_MODES } from "../core/execution/settings.ts";
import { RANKING_METRICS } from "../core/metrics/ranking-metric.ts";
import { TIMEFRAMES } from "../core/series/timeframe.ts";
import { MAX_EXPRESSION_LENGTH } from "../core/signals/expression/tokens.ts";
import { INSTANT_FORM, instantMs } from "./instant.ts";

/**
 * What a user asks for: the one schema behind GraphQL, YAML presets and the command line. Unknown
 * keys are errors everywhere. Percents are human percents, times ISO dates or UTC epoch
 * milliseconds.
 */

/** Two for each of the signals a strategy may have. */
const MAX_INDICATORS = 32;
const MAX_ENTRY_DELAY_BARS = 10_000;
const MAX_PARAMETERS = 32;

const rangeAxis = z.strictObject({ start: z.number(), stop: z.number(), step: z.number() });
const parameterValue = z.union([z.number(), z.string()]);
/** A single value, an explicit list, or a range with inclusive stop. */
export const axisSpec = z.union([parameterValue, z.array(parameterValue), rangeAxis], {
  error: "a number, a name, a list of them, or { start, stop, step }",
});
export type AxisSpec = z.infer<typeof axisSpec>;

const riskAxis = z.union(
  [z.number(), z.literal("off"), z.array(z.union([z.number(), z.literal("off")])), rangeAxis],
  { error: 'a number, "off", a list of them, or { start, stop, step }' },
);
export type RiskAxisSpec = z.infer<typeof riskAxis>;

const name = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,39}$/, "a letter, then letters, digits or _ (40 at most)");
const instant = z.union([z.number(), z.string()], {
  error: "an ISO date, or UTC epoch milliseconds",
});

/** Kept as ISO text in UTC, so that the same moment is the same request. */
const moment = instant.transform((value, context) => {
  const date = new Date(instantMs(value));
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  context.issues.push({ code: "custom", message: INSTANT_FORM, input: value });
  return z.NEVER;
});

const expression = z.string().max(MAX_EXPRESSION_LENGTH);

const indicatorSpec = z.strictObject({
  id: z.string(),
  params: z.record(z.string(), axisSpec).default({}),
});

const signalSpec = z.strictObject({
  /** Names the signal's axes, `signal.<name>.<parameter>`; the indicator behind `of` by default. */
  name: name.optional(),
  rule: z.string(),
  /** `name` or `name.output` of an indicator; the primary output when none is named. */
  of: z.string(),
  against: z.string().optional(),
  params: z.record(z.string(), axisSpec).default({}),
});

/** Of the stake; negative is received. */
const fundingPct = z.number().min(-100).max(100);

const metric = z.enum(RANKING_METRICS);
const rankingKey = z.strictObject({ metric, direction: z.enum(["ASC", "DESC"]).optional() });

/** What each side asks for, in the language of core/signals/expression. */
const expressionSides = z.strictObject({
  long: expression.optional(),
  /** Without it the long side is held while its expression holds, with it until this one does. */
  exitLong: expression.optional(),
  short: expression.optional(),
  exitShort: expression.optional(),
});

const strategy = z
  .strictObject({
    indicators: z
      .record(name, indicatorSpec)
      .refine(
        (indicators) => Object.keys(indicators).length <= MAX_INDICATORS,
        `${MAX_INDICATORS} indicators at most`,
      )
      .optional(),
    /** AND of these; each indicator's default rule when absent. */
    signals: z.array(signalSpec).min(1).max(16).optional(),
    /** Instead of indicators and signals. */
    expressions: expressionSides.optional(),
    /** `$name` in the expressions. */
    parameters: z
      .record(name, axisSpec)
      .refine(
        (parameters) => Object.keys(parameters).length <= MAX_PARAMETERS,
        `${MAX_PARAMETERS} parameters at most`,
      )
      .optional(),
    constraint: z.string().max(1_000).optional(),
  })
  .refine(({ indicators, expressions }) => indicators !== undefined || expressions !== undefined, {
    path: ["indicators"],
    error: "a strategy needs indicators or expressions",
  });

export const runRequest = z.strictObject({
  /** Content hash or name of a dataset. */
  dataset: z.string().min(1).max(200),
  /** Resample to this timeframe first. */
  timeframe: z.enum(TIMEFRAMES as [string, ...string[]]).optional(),
  range: z.strictObject({ start: instant.optional(), end: instant.optional() }).default({}),
  warmupBars: z.int().min(0).max(100_000).default(200),
  strategy,
  execution: z
    .strictObject({
      direction: z.enum(["LONG_SHORT", "LONG_ONLY", "SHORT_ONLY"]).default("LONG_SHORT"),
      sizing: z.enum(["ALL_IN", "FIXED_QUOTE", "PROFIT_LOCK"]).default("ALL_IN"),
      fillMode: z.enum(FILL_MODES).default("CLOSE"),
      entryDelayBars: z.int().min(0).max(MAX_ENTRY_DELAY_BARS).default(0),
      startCash: z.number().positive().max(1e15).default(10_000),
      fixedQuote: z.number().positive().max(1e15).default(100),
      safeProfitPct: z.number().min(0).max(100).default(30),
      feePct: z.number().min(0).max(50).default(0.075),
      fixedFee: z.number().min(0).max(1e15).default(0),
      slippagePct: z.number().min(0).lt(100).default(0.01),
      spreadPct: z.number().min(0).lt(200).default(0),
      fundingLongPctPerBar: fundingPct.default(0),
      fundingShortPctPerBar: fundingPct.default(0),
      periodsPerYear: z.number().positive().max(366).default(365),
    })
    .prefault({}),
  risk: z
    .strictObject({
      stopLossPct: riskAxis.default("off"),
      trailingStopPct: riskAxis.default("off"),
      takeProfitPct: riskAxis.default("off"),
    })
    .prefault({}),
  ranking: z
    .strictObject({ primary: rankingKey, secondary: rankingKey.optional() })
    .default({ primary: { metric: "totalReturnPct" } }),
  preselect: z.int().min(1).max(1_000_000).default(20_000),
  topK: z.int().min(1).max(10_000).default(300),
  /** How to run it; none of these changes a result. */
  schedule: z
    .strictObject({
      workers: z.int().min(1).max(256).optional(),
      chunkVariants: z.int().min(1).optional(),
      timeLimitSeconds: z
        .number()
        .positive()
        .max(30 * 86_400)
        .optional(),
      /** The run ends then, wherever it is. */
      deadline: moment.optional(),
      /** False: metric columns are dropped when the run has succeeded. */
      keepColumns: z.boolean().optional(),
      /** Metrics that have a column beside those the run ranks by. */
      columns: z.array(z.enum(RANKING_METRICS)).max(RANKING_METRICS.length).optional(),
      priority: z.enum(["CRITICAL", "HIGH", "NORMAL", "LOW", "BULK"]).default("NORMAL"),
    })
    .prefault({}),
  label: z.string().max(200).optional(),
});

/** As written by a user, defaults not yet filled in. */
export type RunRequestInput = z.input<typeof runRequest>;
export type RunRequest = z.output<typeof runRequest>;
