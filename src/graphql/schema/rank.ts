import type { ColumnVariant, SurfaceScope } from "../../core/surfaces/surface-request.ts";
import { builder } from "../builder.ts";
import { type ConnectionOf, pageComplexity, pageOf, toConnection } from "../page.ts";
import { present } from "../request-mapping.ts";
import { connectionType, pageArgs } from "./connection.ts";
import { ResultOrder, VARIANT_KEY, VariantInterface } from "./result.ts";
import { RunType } from "./run.ts";
import { COLUMN_COST } from "./surface.ts";
import { ColumnStageEnum, scopeArgs, variantChoice } from "./variant-filter.ts";

/** All variants of a run in an order, not only those whose rows are stored. */

const RankedVariantType = builder.objectRef<ColumnVariant>("RankedVariant").implement({
  description:
    "A variant out of the metric columns: it has the metrics that the run has columns of.",
  interfaces: [VariantInterface],
  fields: (t) => ({
    variantKey: t.exposeString("variantKey", { description: VARIANT_KEY }),
  }),
});

const RankedVariantConnection = connectionType("RankedVariant", RankedVariantType);

type RankedPage = ConnectionOf<ColumnVariant> & { readonly scope: SurfaceScope };

builder.objectFields(RankedVariantConnection, (t) => ({
  stage: t.field({ type: ColumnStageEnum, resolve: (page) => (page as RankedPage).scope.stage }),
  complete: t.boolean({
    description: "False while the stage is being scored: it is what is stored until now.",
    resolve: (page) => (page as RankedPage).scope.complete,
  }),
}));

builder.objectField(RunType, "rank", (t) =>
  t.field({
    type: RankedVariantConnection,
    description:
      "All variants that a filter takes in the order of a metric, from the metric columns: " +
      "undefined last whatever the direction, ties by variant index. `top` has the stored best " +
      "with all metrics.",
    args: {
      ...pageArgs,
      orderBy: t.arg({
        type: ResultOrder,
        required: true,
        description: "One the run has a column of.",
      }),
      ...scopeArgs,
    },
    complexity: (args) => {
      const { field, multiplier } = pageComplexity(args);
      return { field: field + COLUMN_COST, multiplier };
    },
    resolve: async (run, { orderBy, first, after, ...scope }, { services }) => {
      const { metric, direction } = orderBy;
      const request = { ...variantChoice(scope), orderBy: { metric, ...present({ direction }) } };
      const page = await services.surfaces.rank(run, request, pageOf({ first, after }));
      return { ...toConnection(page, { after }), scope: page.scope };
    },
  }),
);
