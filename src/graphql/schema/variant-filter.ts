import type { RankingMetric } from "../../core/metrics/ranking-metric.ts";
import type { StageName } from "../../core/stages/sweep.ts";
import type { AxisValue } from "../../core/surfaces/stage-grid.ts";
import type { SurfaceScope, VariantChoice } from "../../core/surfaces/surface-request.ts";
import { complaint, UserError } from "../../core/user-error.ts";
import { builder } from "../builder.ts";
import { present } from "../request-mapping.ts";
import { MetricEnum } from "./enums.ts";

/** Which variants of a run a question is about, and what an answer says of that. */

const MAX_RULES = 32;

export const ColumnStageEnum = builder.enumType("ColumnStage", {
  description: "Whose metric columns are read.",
  values: {
    STAGE_A: { description: "Every base variant, stops and targets off." },
    STAGE_B: { description: "The shortlist, with every stop and target of the risk grid." },
  } as const,
});

const ParameterFilterInput = builder.inputType("ParameterFilter", {
  description: "The values an axis may have: those listed, or those within the bounds.",
  fields: (t) => ({
    name: t.string({
      required: true,
      description:
        "Axis name, such as `fast.window`; of Stage B also `risk.stopLossPct`, " +
        "`risk.trailingStopPct` and `risk.takeProfitPct`.",
    }),
    numbers: t.field({
      type: ["Float"],
      required: { list: false, items: false },
      description: "In the axis' unit; null is a stop or target that is off.",
    }),
    texts: t.stringList(),
    min: t.float({ description: "Inclusive." }),
    max: t.float({ description: "Inclusive." }),
  }),
});

export const MetricFilterInput = builder.inputType("MetricFilter", {
  description: "Bounds of a metric in its own unit; an undefined value is within none.",
  fields: (t) => ({
    metric: t.field({ type: MetricEnum, required: true }),
    min: t.float({ description: "Inclusive." }),
    max: t.float({ description: "Inclusive." }),
  }),
});

export const VariantFilterInput = builder.inputType("VariantFilter", {
  description: "All of these have to hold.",
  fields: (t) => ({
    parameters: t.field({ type: [ParameterFilterInput] }),
    metrics: t.field({ type: [MetricFilterInput] }),
  }),
});

/** Arguments of every question about metric columns. */
export const scopeArgs = builder.args((t) => ({
  stage: t.field({
    type: ColumnStageEnum,
    description: "STAGE_B where an axis of the risk grid is named, else STAGE_A, when left out.",
  }),
  where: t.field({ type: VariantFilterInput, description: "All variants when left out." }),
}));

interface ScopeArgs {
  readonly stage?: StageName | null | undefined;
  readonly where?: typeof VariantFilterInput.$inferInput | null | undefined;
}

/** The choice that arguments make. Throws UserError for one with too many rules. */
export function variantChoice({ stage, where }: ScopeArgs): VariantChoice {
  const { parameters, metrics } = where ?? {};
  const rules = (parameters?.length ?? 0) + (metrics?.length ?? 0);
  if (rules > MAX_RULES) {
    throw new UserError("VALIDATION", complaint("where", "has too many rules", rules, MAX_RULES));
  }
  return present({
    stage,
    parameters: parameters?.map(({ numbers, texts, ...rule }) => {
      const values: AxisValue[] = [...(numbers ?? []).map((n) => n ?? null), ...(texts ?? [])];
      const isListed = numbers != null || texts != null;
      return { ...present(rule), ...(isListed ? { values } : {}) };
    }),
    metrics: metrics?.map((rule) => present(rule)),
  }) as VariantChoice;
}

/** Fields of every answer. */
export const SurfaceScopeInterface = builder.interfaceRef<SurfaceScope>("ColumnAnswer").implement({
  description: "An answer from a run's metric columns.",
  fields: (t) => ({
    stage: t.expose("stage", { type: ColumnStageEnum }),
    metric: t.field({
      type: MetricEnum,
      description: "What the figures are of, and their unit.",
      resolve: ({ metric }): RankingMetric => metric,
    }),
    complete: t.exposeBoolean("complete", {
      description: "False while the stage is being scored: it is what is stored until now.",
    }),
  }),
});

/** A value on an axis; text and number are null where it is off. */
export const AxisValueType = builder
  .objectRef<{ readonly value: AxisValue }>("AxisValue")
  .implement({
    description: "A value on an axis of a stage; both are null for a stop or target that is off.",
    fields: (t) => ({
      number: t.float({
        nullable: true,
        resolve: ({ value }) => (typeof value === "number" ? value : null),
      }),
      text: t.string({
        nullable: true,
        resolve: ({ value }) => (typeof value === "string" ? value : null),
      }),
    }),
  });
