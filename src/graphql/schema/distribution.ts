import type { Bin, Distribution } from "../../core/surfaces/distribution.ts";
import type { SurfaceScope } from "../../core/surfaces/surface-request.ts";
import { complaint, UserError } from "../../core/user-error.ts";
import { builder } from "../builder.ts";
import { present } from "../request-mapping.ts";
import { MetricEnum } from "./enums.ts";
import { outcome } from "./errors.ts";
import { RunType } from "./run.ts";
import { finiteOrNull } from "./scalars.ts";
import { COLUMN_COST } from "./surface.ts";
import { SurfaceScopeInterface, scopeArgs, variantChoice } from "./variant-filter.ts";

/** One metric over all variants: histogram and quantiles. */

const DEFAULT_BINS = 50;
const MAX_BINS = 500;
const DEFAULT_QUANTILES = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1];
const MAX_QUANTILES = 100;

const BinType = builder.objectRef<Bin>("HistogramBin").implement({
  description: "Values of `[from, to)`; the last bin contains its end.",
  fields: (t) => ({
    from: t.exposeFloat("from", { description: "In the metric's unit." }),
    to: t.exposeFloat("to", { description: "In the metric's unit." }),
    count: t.expose("count", { type: "SafeInt", description: "Variants." }),
  }),
});

const QuantileType = builder.objectRef<Distribution["quantiles"][number]>("Quantile").implement({
  fields: (t) => ({
    p: t.exposeFloat("p", { description: "The share of the values below, a number from 0 to 1." }),
    value: t.float({
      nullable: true,
      description: "In the metric's unit, interpolated around position (n - 1) * p.",
      resolve: ({ value }) => finiteOrNull(value),
    }),
  }),
});

const DistributionType = builder.objectRef<Distribution & SurfaceScope>("Distribution").implement({
  description: "One metric over all variants, in its unit.",
  interfaces: [SurfaceScopeInterface],
  fields: (t) => ({
    count: t.expose("count", { type: "SafeInt", description: "Variants with a value." }),
    undefinedCount: t.expose("undefinedCount", {
      type: "SafeInt",
      description: "Variants whose metric is undefined; they are in nothing else.",
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
    quantiles: t.field({ type: [QuantileType], resolve: ({ quantiles }) => quantiles }),
    bins: t.field({
      type: [BinType],
      description: "Of equal width; one where all values are the same, none without a value.",
      complexity: { field: 1, multiplier: 10 },
      resolve: ({ bins }) => bins,
    }),
    below: t.expose("below", { type: "SafeInt", description: "Values below the first bin." }),
    above: t.expose("above", { type: "SafeInt", description: "Values above the last bin." }),
  }),
});

const DistributionResult = outcome("DistributionResult", DistributionType, [
  "VALIDATION",
  "CONFLICT",
]);

builder.objectField(RunType, "distribution", (t) =>
  t.field({
    type: DistributionResult.type,
    description: "Histogram and quantiles of a metric over all variants, from the metric columns.",
    args: {
      metric: t.arg({
        type: MetricEnum,
        required: true,
        description: "One the run has a column of.",
      }),
      bins: t.arg.int({
        description: `${MAX_BINS} at most; ${DEFAULT_BINS} when left out.`,
      }),
      from: t.arg.float({
        description:
          "Where the first bin begins, in the metric's unit; the least value by default.",
      }),
      to: t.arg.float({
        description: "Where the last bin ends, in the metric's unit; the largest value by default.",
      }),
      quantiles: t.arg.floatList({
        description:
          `Fractions from 0 to 1, ${MAX_QUANTILES} at most; ` +
          `${DEFAULT_QUANTILES.join(", ")} when left out.`,
      }),
      ...scopeArgs,
    },
    complexity: { field: COLUMN_COST, multiplier: 1 },
    resolve: (run, { metric, bins, from, to, quantiles, ...scope }, { services }) =>
      DistributionResult.attempt(async () =>
        services.surfaces.distribution(run, {
          ...variantChoice(scope),
          metric,
          bins: checkBins(bins ?? DEFAULT_BINS),
          quantiles: checkQuantiles(quantiles ?? DEFAULT_QUANTILES),
          ...present({ from, to }),
        }),
      ),
  }),
);

function checkBins(bins: number): number {
  if (bins >= 1 && bins <= MAX_BINS) return bins;
  const bound = `1..${MAX_BINS}`;
  throw new UserError("VALIDATION", complaint("bins", `must be in ${bound}`, bins, bound));
}

function checkQuantiles(quantiles: readonly number[]): readonly number[] {
  if (quantiles.length > MAX_QUANTILES) {
    const bound = `${MAX_QUANTILES} at most`;
    throw new UserError("VALIDATION", complaint("quantiles", bound, quantiles.length, bound));
  }
  quantiles.forEach((p, i) => {
    if (p >= 0 && p <= 1) return;
    throw new UserError("VALIDATION", complaint(`quantiles[${i}]`, "is no fraction", p, "0..1"));
  });
  return quantiles;
}
