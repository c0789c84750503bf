import type { MetricUnit } from "../../core/metrics/metric.ts";
import { METRIC_NAMES, METRICS, type MetricName } from "../../core/metrics/registry.ts";
import type { Trials } from "../../core/metrics/sharpe-certainty.ts";
import { DEFAULT_CURVE_POINTS, MAX_CURVE_POINTS } from "../../core/report/downsample.ts";
import type { ReportRow } from "../../core/report/table.ts";
import type { CurvePoint } from "../../core/report/variant-report.ts";
import { complaint, UserError } from "../../core/user-error.ts";
import { builder } from "../builder.ts";
import type { RunReport } from "../context.ts";
import { listConnection, pageComplexity } from "../page.ts";
import { present } from "../request-mapping.ts";
import { pageArgs } from "./connection.ts";
import { DirectionEnum, RunStageEnum } from "./enums.ts";
import { outcome } from "./errors.ts";
import { VariantInterface } from "./result.ts";
import { RunType } from "./run.ts";
import { finiteOrNull } from "./scalars.ts";
import { TradeConnection } from "./trade.ts";

/** The full report of one variant, computed when it is asked for. */

const MetricUnitEnum = builder.enumType("MetricUnit", {
  description: "What a figure is counted in.",
  values: {
    QUOTE: { value: "quote", description: "Money in quote currency." },
    PERCENT: { value: "percent", description: "3 means 3 %." },
    FRACTION: { value: "fraction", description: "0.03 means 3 %." },
    RATIO: { value: "ratio", description: "A number without a unit." },
    COUNT: { value: "count", description: "A whole number." },
    MILLISECONDS: { value: "ms", description: "A duration." },
  } satisfies Record<string, { value: MetricUnit; description: string }>,
} as const);

interface Figure {
  readonly name: MetricName;
  readonly value: number | null;
}

const FigureType = builder.objectRef<Figure>("ReportFigure").implement({
  description: "One metric of a report.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Such as `ulcerIndexPct`; formulas: the docs." }),
    unit: t.field({ type: MetricUnitEnum, resolve: ({ name }) => METRICS[name].unit }),
    better: t.field({
      type: DirectionEnum,
      nullable: true,
      description: "Which end is best; null where neither is.",
      resolve: ({ name }) => {
        const { better } = METRICS[name];
        return better === null ? null : better === "HIGHER" ? "DESC" : "ASC";
      },
    }),
    value: t.exposeFloat("value", {
      nullable: true,
      description: "In its unit; null is undefined, never 0.",
    }),
  }),
});

const TableRowType = builder.objectRef<ReportRow>("ReportRow").implement({
  description: "One line of a report as a person reads it.",
  fields: (t) => ({
    label: t.string({ resolve: ([label]) => label }),
    text: t.string({ description: "`N/A` where undefined.", resolve: ([, text]) => text }),
  }),
});

const CurvePointType = builder.objectRef<CurvePoint>("CurvePoint").implement({
  fields: (t) => ({
    time: t.field({
      type: "DateTime",
      description: "Open of the bar at whose close the value stands.",
      resolve: ({ timeMs }) => new Date(timeMs),
    }),
    value: t.float({
      nullable: true,
      description: "In the unit of its curve; null where too large for a number.",
      resolve: ({ value }) => finiteOrNull(value),
    }),
  }),
});

const TrialsType = builder.objectRef<Trials>("Trials").implement({
  description: "What the variant was chosen from; the deflated Sharpe ratio depends on it.",
  fields: (t) => ({
    count: t.expose("count", { type: "SafeInt", description: "Variants the run has scored." }),
    sharpeVariance: t.exposeFloat("sharpeVariance", {
      nullable: true,
      description:
        "Variance of their Sharpe ratios of one day; null where the run does not rank by Sharpe.",
    }),
  }),
});

const VariantReportType = builder.objectRef<RunReport>("VariantReport").implement({
  description: "Everything about one variant; its metrics are those of its row, to the bit.",
  interfaces: [VariantInterface],
  fields: (t) => ({
    rank: t.exposeInt("rank", {
      nullable: true,
      description: "Null where it was asked for by its number.",
    }),
    variantKey: t.exposeString("variantKey", { description: "As in its row." }),
    stage: t.expose("stage", { type: RunStageEnum, description: "What its number counts." }),
    start: t.field({
      type: "DateTime",
      nullable: true,
      description: "Start of the traded range.",
      resolve: ({ range }) => range && new Date(range.startMs),
    }),
    end: t.field({
      type: "DateTime",
      nullable: true,
      description: "End of the traded range, exclusive.",
      resolve: ({ range }) => range && new Date(range.endMs),
    }),
    startCash: t.exposeFloat("startCash", { description: "Quote." }),
    endEquity: t.exposeFloat("endEquity", { description: "Quote." }),
    figures: t.field({
      type: [FigureType],
      description: "Every metric there is, ranking metrics included.",
      complexity: { field: 1, multiplier: METRIC_NAMES.length },
      resolve: ({ metrics }) => METRIC_NAMES.map((name) => ({ name, value: metrics[name] })),
    }),
    table: t.field({
      type: [TableRowType],
      description: "The report in a fixed order and format.",
      complexity: { field: 1, multiplier: METRIC_NAMES.length },
      resolve: ({ table }) => table,
    }),
    markdown: t.exposeString("markdown", { description: "The same table as Markdown." }),
    trades: t.field({
      type: TradeConnection,
      description: "In the order of their exits.",
      args: pageArgs,
      complexity: pageComplexity,
      resolve: ({ trades }, args) => listConnection(trades, "trades", args),
    }),
    equity: t.field({
      type: [CurvePointType],
      description: "Quote at the close of a bar. First, last, highest and lowest are kept.",
      complexity: { field: 1, multiplier: 1 },
      resolve: ({ equity }) => equity,
    }),
    drawdown: t.field({
      type: [CurvePointType],
      description: "Fall from the highest equity so far in percent of it; the deepest is kept.",
      complexity: { field: 1, multiplier: 1 },
      resolve: ({ drawdownPct }) => drawdownPct,
    }),
    trials: t.field({ type: TrialsType, resolve: ({ trials }) => trials }),
  }),
});

const VariantReportResult = outcome("VariantReportResult", VariantReportType, [
  "VALIDATION",
  "NOT_FOUND",
  "CONFLICT",
]);

/** Points of a report before any of its fields; a point of a curve costs as much as a field. */
const REPORT_COST = 20;

builder.objectField(RunType, "variantReport", (t) =>
  t.field({
    type: VariantReportResult.type,
    description: "A variant in full, computed now. Name its rank, or its number in the grid.",
    args: {
      rank: t.arg.int({ description: "Place among the run's stored rows, from 1." }),
      variantIndex: t.arg({
        type: "SafeInt",
        description: "Any variant of the grid, kept or not, numbered as the run's rows are.",
      }),
      points: t.arg.int({
        description:
          `Points a curve may have, ${MAX_CURVE_POINTS} at most; ` +
          `${DEFAULT_CURVE_POINTS} when left out.`,
      }),
    },
    complexity: ({ points }) => ({
      field: REPORT_COST + Math.max(0, points ?? DEFAULT_CURVE_POINTS),
      multiplier: 1,
    }),
    resolve: (run, { rank, variantIndex, points }, { services }) =>
      VariantReportResult.attempt(async () => {
        const place = placeOf(rank, variantIndex);
        return services.runs.report(run.id, place, present({ points }));
      }),
  }),
);

type Place = { readonly rank: number } | { readonly variantIndex: number };

/** Throws UserError unless exactly one is named. */
export function placeOf(rank: number | null | undefined, index: number | null | undefined): Place {
  if (rank != null && index == null) return { rank };
  if (rank == null && index != null) return { variantIndex: index };
  const value = rank == null ? "neither" : "both";
  const message = "name either the rank or the variantIndex";
  throw new UserError("VALIDATION", complaint("rank", message, value, "one of the two"));
}
