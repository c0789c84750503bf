import type { ColumnVariant, SurfaceScope } from "../../core/surfaces/surface-request.ts";
import { builder } from "../builder.ts";
import type { RankedVariants } from "../context.ts";
import { pageComplexity, pageOf, toConnection } from "../page.ts";
import { present } from "../request-mapping.ts";
import { connectionType, pageArgs } from "./connection.ts";
import { outcome } from "./errors.ts";
import { ResultOrder, VariantInterface } from "./result.ts";
import { RunType } from "./run.ts";
import { COLUMN_COST } from "./surface.ts";
import { SurfaceScopeInterface, scopeArgs, variantChoice } from "./variant-filter.ts";

/** All variants of a run in an order, not only those whose rows are stored. */

const RankedVariantType = builder.objectRef<ColumnVariant>("RankedVariant").implement({
  description: "A variant out of the metric columns: it has the metrics that the run ranks by.",
  interfaces: [VariantInterface],
  fields: (t) => ({
    variantKey: t.exposeString("variantKey", {
      description: "SHA-256 that identifies data, strategy, parameters and settings for ever.",
    }),
  }),
});

const RankedVariantConnection = connectionType("RankedVariant", RankedVariantType);

interface RankingPage extends SurfaceScope {
  readonly page: RankedVariants;
  readonly after: string | null;
}

const RankingType = builder.objectRef<RankingPage>("VariantRanking").implement({
  description: "One page of all variants that a filter takes, in order.",
  interfaces: [SurfaceScopeInterface],
  fields: (t) => ({
    variants: t.field({
      type: RankedVariantConnection,
      description: "The metric, undefined last whatever the direction; ties by variant index.",
      resolve: ({ page, after }) => toConnection(page, { after }),
    }),
  }),
});

const RankResult = outcome("RankResult", RankingType, ["VALIDATION", "CONFLICT"]);

builder.objectField(RunType, "rank", (t) =>
  t.field({
    type: RankResult.type,
    description:
      "All variants that a filter takes in the order of a metric, from the metric columns; " +
      "`top` has the stored best with all metrics.",
    args: {
      ...pageArgs,
      orderBy: t.arg({ type: ResultOrder, required: true, description: "One the run ranks by." }),
      ...scopeArgs,
    },
    complexity: (args) => {
      const { field, multiplier } = pageComplexity(args);
      return { field: field + COLUMN_COST, multiplier };
    },
    resolve: (run, { orderBy, first, after, ...scope }, { services }) =>
      RankResult.attempt(async () => {
        const { metric, direction } = orderBy;
        const order = { metric, ...present({ direction }) };
        const page = await services.surfaces.rank(
          run,
          { ...variantChoice(scope), orderBy: order },
          pageOf({ first, after }),
        );
        return { ...page.scope, page, after: after ?? null };
      }),
  }),
);
