import { RANKING_METRICS, type RankingMetric } from "../../core/metrics/ranking-metric.ts";
import type { ParameterValue, ParameterValues } from "../../core/parameter.ts";
import type { ColumnVariant } from "../../core/surfaces/surface-request.ts";
import type { BestSoFar, ResultRow } from "../../store/records.ts";
import { builder } from "../builder.ts";
import type { RunReport } from "../context.ts";
import { connectionType } from "./connection.ts";
import { DirectionEnum, MetricEnum } from "./enums.ts";
import { METRIC_DESCRIPTIONS } from "./metric-descriptions.ts";
import { finiteOrNull } from "./scalars.ts";

/** Scored variants: rows of a result list, and the best so far of a run. */

interface ChosenParameter {
  readonly name: string;
  readonly value: ParameterValue;
}

export const ChosenParameterType = builder.objectRef<ChosenParameter>("ChosenParameter").implement({
  description: "The value that an axis has in one variant, or a parameter in one indicator.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Axis name, such as `fast.window`." }),
    number: t.float({
      nullable: true,
      description: "Null when the value is a name.",
      resolve: ({ value }) => (typeof value === "number" ? value : null),
    }),
    text: t.string({
      nullable: true,
      description: "Null when the value is a number.",
      resolve: ({ value }) => (typeof value === "string" ? value : null),
    }),
  }),
});

/** Those out of metric columns are read when they are asked for. */
type MetricsShape = Readonly<
  Partial<Record<RankingMetric, number | null | Promise<number | null>>>
>;

const MetricsType = builder.objectRef<MetricsShape>("Metrics").implement({
  description:
    "Null is undefined, never 0. Of the best so far, only the ranking metrics are known.",
  fields: (t) =>
    Object.fromEntries(
      RANKING_METRICS.map((metric) => [
        metric,
        t.float({
          nullable: true,
          description: METRIC_DESCRIPTIONS[metric],
          resolve: (metrics) => {
            const value = metrics[metric];
            return value instanceof Promise ? value.then(finiteOrNull) : finiteOrNull(value);
          },
        }),
      ]),
    ),
});

export const VariantInterface = builder
  .interfaceRef<BestSoFar | ResultRow | RunReport | ColumnVariant>("Variant")
  .implement({
    description: "One point of the grid, scored.",
    fields: (t) => ({
      variantIndex: t.expose("variantIndex", {
        type: "SafeInt",
        description: "Its number in the grid; with a risk grid, base number times cells plus cell.",
      }),
      params: t.field({
        type: [ChosenParameterType],
        description: "In axis order.",
        resolve: ({ params }) => chosenParameters(params),
      }),
      stopLossPct: t.exposeFloat("stopLossPct", {
        nullable: true,
        description: "Percent below (short: above) the entry fill; null is off.",
      }),
      trailingStopPct: t.exposeFloat("trailingStopPct", {
        nullable: true,
        description: "Percent below (short: above) the best price since entry; null is off.",
      }),
      takeProfitPct: t.exposeFloat("takeProfitPct", {
        nullable: true,
        description: "Percent above (short: below) the entry fill; null is off.",
      }),
      metrics: t.field({ type: MetricsType, resolve: ({ metrics }) => metrics as MetricsShape }),
    }),
  });

export const BestSoFarType = builder.objectRef<BestSoFar>("BestSoFar").implement({
  description: "The best variant a run has scored until now.",
  interfaces: [VariantInterface],
});

/** What `variantKey` is, wherever it stands. */
export const VARIANT_KEY =
  "SHA-256 that identifies data, strategy, parameters and settings for ever.";

export const ResultRowType = builder.objectRef<ResultRow>("ResultRow").implement({
  interfaces: [VariantInterface],
  fields: (t) => ({
    rank: t.exposeInt("rank", { description: "Place in the run's own ranking, from 1." }),
    variantKey: t.exposeString("variantKey", { description: VARIANT_KEY }),
  }),
});

export const ResultRowConnection = connectionType("ResultRow", ResultRowType);

export const ResultOrder = builder.inputType("ResultOrder", {
  description: "Another order of the stored rows than their rank; ties go by variant index.",
  fields: (t) => ({
    metric: t.field({ type: MetricEnum, required: true }),
    direction: t.field({ type: DirectionEnum, description: "The metric's own when left out." }),
  }),
});

export function chosenParameters(params: ParameterValues): ChosenParameter[] {
  return Object.entries(params).map(([name, value]) => ({ name, value }));
}
