import type { MarginalPoint, Marginal as MarginalShape } from "../../core/surfaces/marginals.ts";
import type { StageAxis } from "../../core/surfaces/stage-grid.ts";
import {
  MAX_SURFACE_CELLS,
  REDUCTIONS,
  type Reduction,
  type Surface,
} from "../../core/surfaces/surface.ts";
import type { SurfaceScope } from "../../core/surfaces/surface-request.ts";
import { builder } from "../builder.ts";
import type { Marginals } from "../context.ts";
import { present } from "../request-mapping.ts";
import { MetricEnum } from "./enums.ts";
import { outcome } from "./errors.ts";
import { RunType } from "./run.ts";
import { finiteOrNull } from "./scalars.ts";
import {
  AxisValueType,
  SurfaceScopeInterface,
  scopeArgs,
  variantChoice,
} from "./variant-filter.ts";

/** A metric over two axes, and over one at a time. */

/** Points of an answer from metric columns before any of its fields. */
export const COLUMN_COST = 50;

const REDUCTION_DESCRIPTIONS: Readonly<Record<Reduction, string>> = {
  MEAN: "Arithmetic mean.",
  DEVIATION: "Sample standard deviation (ddof 1); null with fewer than two values.",
  MIN: "The smallest.",
  MAX: "The largest.",
  MEDIAN: "The value in the middle, of an even number the mean of the two.",
};

const ReductionEnum = builder.enumType("Reduction", {
  description: "How the values of all variants of a cell become one. Undefined ones are left out.",
  values: Object.fromEntries(
    REDUCTIONS.map((name) => [name, { value: name, description: REDUCTION_DESCRIPTIONS[name] }]),
  ),
});

const StageAxisType = builder.objectRef<StageAxis>("StageAxis").implement({
  description: "An axis of what a stage has scored; the risk grid's are axes of Stage B.",
  fields: (t) => ({
    name: t.exposeString("name"),
    values: t.field({
      type: [AxisValueType],
      complexity: { field: 1, multiplier: 1 },
      resolve: ({ values }) => values.map((value) => ({ value })),
    }),
  }),
});

const SurfaceType = builder.objectRef<Surface & SurfaceScope>("Surface").implement({
  description: "A metric over two axes: a heatmap. Rows follow `y`, columns `x`.",
  interfaces: [SurfaceScopeInterface],
  fields: (t) => ({
    x: t.field({ type: StageAxisType, resolve: ({ x }) => x }),
    y: t.field({ type: StageAxisType, resolve: ({ y }) => y }),
    values: t.field({
      type: t.listRef(t.listRef("Float", { nullable: true })),
      description: "`values[row][column]` in the metric's unit; null where no variant has a value.",
      resolve: (surface) => rowsOf(surface, surface.values, finiteOrNull),
    }),
    counts: t.field({
      type: t.listRef(t.listRef("SafeInt")),
      description: "Variants of the cell that have a value.",
      resolve: (surface) => rowsOf(surface, surface.counts, (count) => count),
    }),
    undefinedCounts: t.field({
      type: t.listRef(t.listRef("SafeInt")),
      description: "Variants of the cell whose metric is undefined.",
      resolve: (surface) => rowsOf(surface, surface.undefinedCounts, (count) => count),
    }),
  }),
});

function rowsOf<T>({ x, y }: Surface, cells: Float64Array, as: (value: number) => T): T[][] {
  const width = x.values.length;
  return y.values.map((_, row) =>
    Array.from(cells.subarray(row * width, (row + 1) * width), (value) => as(value)),
  );
}

const SurfaceResult = outcome("SurfaceResult", SurfaceType, ["VALIDATION", "CONFLICT"]);

const MarginalPointType = builder.objectRef<MarginalPoint>("MarginalPoint").implement({
  description: "All variants with one value on an axis. Figures are in the metric's unit.",
  fields: (t) => ({
    value: t.field({ type: AxisValueType, resolve: ({ value }) => ({ value }) }),
    count: t.expose("count", { type: "SafeInt", description: "Variants with a value." }),
    undefinedCount: t.expose("undefinedCount", {
      type: "SafeInt",
      description: "Variants whose metric is undefined.",
    }),
    mean: t.float({
      nullable: true,
      description: "Arithmetic mean, in the metric's unit.",
      resolve: ({ mean }) => finiteOrNull(mean),
    }),
    deviation: t.float({
      nullable: true,
      description: "Sample standard deviation (ddof 1), in the metric's unit.",
      resolve: ({ deviation }) => finiteOrNull(deviation),
    }),
    min: t.float({
      nullable: true,
      description: "The smallest, in the metric's unit.",
      resolve: ({ min }) => finiteOrNull(min),
    }),
    max: t.float({
      nullable: true,
      description: "The largest, in the metric's unit.",
      resolve: ({ max }) => finiteOrNull(max),
    }),
    median: t.float({
      nullable: true,
      description: "In the metric's unit.",
      resolve: ({ median }) => finiteOrNull(median),
    }),
  }),
});

const MarginalType = builder.objectRef<MarginalShape>("Marginal").implement({
  description: "How a metric is spread for each value of one axis, whatever the others are.",
  fields: (t) => ({
    axis: t.exposeString("axis", { description: "Its name." }),
    points: t.field({
      type: [MarginalPointType],
      description: "In the order of the axis.",
      complexity: { field: 1, multiplier: 10 },
      resolve: ({ points }) => points,
    }),
  }),
});

const MarginalsType = builder.objectRef<Marginals>("Marginals").implement({
  interfaces: [SurfaceScopeInterface],
  fields: (t) => ({
    axes: t.field({
      type: [MarginalType],
      complexity: { field: 1, multiplier: 4 },
      resolve: ({ axes }) => axes,
    }),
  }),
});

const MarginalsResult = outcome("MarginalsResult", MarginalsType, ["VALIDATION", "CONFLICT"]);

builder.objectFields(RunType, (t) => ({
  surface: t.field({
    type: SurfaceResult.type,
    description:
      "A metric over two axes, from the metric columns; no candle is touched. " +
      `${MAX_SURFACE_CELLS.toLocaleString("en")} cells at most.`,
    args: {
      x: t.arg.string({ required: true, description: "Axis name." }),
      y: t.arg.string({ required: true, description: "Axis name." }),
      metric: t.arg({
        type: MetricEnum,
        required: true,
        description: "One the run has a column of.",
      }),
      reduce: t.arg({ type: ReductionEnum, description: "MEAN when left out." }),
      ...scopeArgs,
    },
    complexity: { field: COLUMN_COST, multiplier: 1 },
    resolve: (run, { x, y, metric, reduce, ...scope }, { services }) =>
      SurfaceResult.attempt(() =>
        services.surfaces.surface(run, {
          ...variantChoice(scope),
          ...{ x, y, metric },
          reduce: (reduce as Reduction | null | undefined) ?? "MEAN",
        }),
      ),
  }),
  marginals: t.field({
    type: MarginalsResult.type,
    description: "A metric over one axis at a time, from the metric columns.",
    args: {
      metric: t.arg({
        type: MetricEnum,
        required: true,
        description: "One the run has a column of.",
      }),
      axes: t.arg.stringList({ description: "Axis names; all when left out." }),
      ...scopeArgs,
    },
    complexity: { field: COLUMN_COST, multiplier: 1 },
    resolve: (run, { metric, axes, ...scope }, { services }) =>
      MarginalsResult.attempt(() =>
        services.surfaces.marginals(run, {
          ...variantChoice(scope),
          metric,
          ...present({ axes }),
        }),
      ),
  }),
}));
