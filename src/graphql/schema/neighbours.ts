import type { Neighbour, Neighbourhood, Ring } from "../../core/surfaces/neighbours.ts";
import type { SurfaceScope } from "../../core/surfaces/surface-request.ts";
import { complaint, UserError } from "../../core/user-error.ts";
import { builder } from "../builder.ts";
import { present } from "../request-mapping.ts";
import { DirectionEnum, MetricEnum } from "./enums.ts";
import { outcome } from "./errors.ts";
import { RunType } from "./run.ts";
import { finiteOrNull } from "./scalars.ts";
import { COLUMN_COST } from "./surface.ts";
import { AxisValueType, ColumnStageEnum, SurfaceScopeInterface } from "./variant-filter.ts";

/** How a metric falls off around one variant. */

const DEFAULT_RADIUS = 2;
const MAX_RADIUS = 50;

const NeighbourType = builder.objectRef<Neighbour>("Neighbour").implement({
  description: "A variant that differs on one axis alone.",
  fields: (t) => ({
    axis: t.exposeString("axis", { description: "The axis on which it differs." }),
    value: t.field({
      type: AxisValueType,
      description: "Its value there.",
      resolve: ({ value }) => ({ value }),
    }),
    distance: t.exposeInt("distance", {
      description: "Steps along the axis, negative towards smaller values; off is the largest.",
    }),
    variantIndex: t.expose("variantIndex", { type: "SafeInt" }),
    metric: t.float({
      nullable: true,
      description: "In the metric's unit.",
      resolve: ({ metric }) => finiteOrNull(metric),
    }),
  }),
});

const RingType = builder.objectRef<Ring>("NeighbourRing").implement({
  description: "All neighbours at one distance. Figures are in the metric's unit.",
  fields: (t) => ({
    distance: t.exposeInt("distance", { description: "Steps." }),
    count: t.exposeInt("count", { description: "Neighbours with a value." }),
    undefinedCount: t.exposeInt("undefinedCount"),
    mean: t.float({
      nullable: true,
      description: "Arithmetic mean, in the metric's unit.",
      resolve: ({ mean }) => finiteOrNull(mean),
    }),
    worst: t.float({
      nullable: true,
      description: "The one furthest from the best end, in the metric's unit.",
      resolve: ({ worst }) => finiteOrNull(worst),
    }),
    retained: t.float({
      nullable: true,
      description: "Fraction of the variant's advantage over the median that they keep.",
      resolve: ({ retained }) => finiteOrNull(retained),
    }),
  }),
});

const NeighbourhoodType = builder
  .objectRef<Neighbourhood & SurfaceScope>("Neighbourhood")
  .implement({
    description: "Whether a variant stands on a plateau or on a peak.",
    interfaces: [SurfaceScopeInterface],
    fields: (t) => ({
      variantIndex: t.expose("variantIndex", { type: "SafeInt" }),
      value: t.float({
        nullable: true,
        description: "The variant's metric, in its unit.",
        resolve: ({ value }) => finiteOrNull(value),
      }),
      median: t.float({
        nullable: true,
        description: "Of all variants of the stage, in the metric's unit.",
        resolve: ({ median }) => finiteOrNull(median),
      }),
      plateauScore: t.float({
        nullable: true,
        description:
          "Fraction of the variant's advantage over the median that its neighbours keep: 1 on a " +
          "plateau, 0 where they are no better than the median. Null without an advantage.",
        resolve: ({ plateauScore }) => finiteOrNull(plateauScore),
      }),
      neighbours: t.field({
        type: [NeighbourType],
        description: "By axis, then along it.",
        complexity: { field: 1, multiplier: 10 },
        resolve: ({ neighbours }) => neighbours,
      }),
      rings: t.field({
        type: [RingType],
        description: "By distance, from 1.",
        complexity: { field: 1, multiplier: 4 },
        resolve: ({ rings }) => rings,
      }),
    }),
  });

const NeighboursResult = outcome("NeighboursResult", NeighbourhoodType, ["VALIDATION", "CONFLICT"]);

builder.objectField(RunType, "neighbours", (t) =>
  t.field({
    type: NeighboursResult.type,
    description: "How a metric falls off around a variant, from the metric columns.",
    args: {
      variantIndex: t.arg({
        type: "SafeInt",
        required: true,
        description: "Any variant that the stage has scored, as its rows number it.",
      }),
      metric: t.arg({
        type: MetricEnum,
        required: true,
        description: "One the run has a column of.",
      }),
      direction: t.arg({
        type: DirectionEnum,
        description: "Which end is best; the metric's own when left out.",
      }),
      radius: t.arg.int({
        description: `Steps along each axis, ${MAX_RADIUS} at most; ${DEFAULT_RADIUS} by default.`,
      }),
      stage: t.arg({ type: ColumnStageEnum, description: "STAGE_A when left out." }),
    },
    complexity: { field: COLUMN_COST, multiplier: 1 },
    resolve: (run, { variantIndex, metric, direction, radius, stage }, { services }) =>
      NeighboursResult.attempt(async () =>
        services.surfaces.neighbours(run, {
          ...{ variantIndex, metric, radius: checkRadius(radius ?? DEFAULT_RADIUS) },
          ...present({ direction, stage }),
        }),
      ),
  }),
);

function checkRadius(radius: number): number {
  if (radius >= 1 && radius <= MAX_RADIUS) return radius;
  const bound = `1..${MAX_RADIUS}`;
  throw new UserError("VALIDATION", complaint("radius", `must be in ${bound}`, radius, bound));
}
