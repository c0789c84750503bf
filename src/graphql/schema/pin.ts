import { RANKING_METRICS } from "../../core/metrics/ranking-metric.ts";
import { LEAST_POINTS } from "../../core/report/downsample.ts";
import { complaint, UserError } from "../../core/user-error.ts";
import type { PinRecord } from "../../store/library-records.ts";
import type { RunRecord } from "../../store/records.ts";
import { boundedText } from "../argument-bounds.ts";
import { BatchLoader, byKey } from "../batch-loader.ts";
import { builder } from "../builder.ts";
import type { GraphqlContext } from "../context.ts";
import { encodeGlobalId, keyOf } from "../global-id.ts";
import { pageComplexity, pageOf, toConnection } from "../page.ts";
import { underPaths } from "../request-mapping.ts";
import { connectionType, pageArgs } from "./connection.ts";
import { DatasetType, datasetByHash } from "./dataset.ts";
import { outcome } from "./errors.ts";
import { placeOf } from "./report.ts";
import { VARIANT_KEY, VariantInterface } from "./result.ts";
import { RunType } from "./run.ts";

/** Variants that are kept with their lineage, whatever becomes of their runs. */

const MAX_LABEL_LENGTH = 200;
const INPUT = [{ canonical: "", graphql: "input" }];

const loaders = new WeakMap<GraphqlContext, BatchLoader<RunRecord>>();

/** One statement for the runs of a whole page of pins. */
function runById(context: GraphqlContext, id: string): Promise<RunRecord | null> {
  let loader = loaders.get(context);
  if (loader === undefined) {
    const { store } = context.services;
    loader = new BatchLoader(async (ids) => byKey(await store.runsById(ids), "id"));
    loaders.set(context, loader);
  }
  return loader.load(id);
}

const PinType = builder.objectRef<PinRecord>("PinnedVariant");

builder.node(PinType, {
  description: "A variant with its lineage. It stays when its run is deleted.",
  interfaces: [VariantInterface],
  id: { resolve: ({ id }) => id, description: "Opaque global id." },
  loadMany: async (ids, { services }) => {
    const found = byKey(await services.store.pinsById(ids), "id");
    return ids.map((id) => found.get(id) ?? null);
  },
  fields: (t) => ({
    label: t.exposeString("label", { nullable: true }),
    owner: t.exposeString("owner", { description: "Whose token pinned it." }),
    variantKey: t.exposeString("variantKey", { description: VARIANT_KEY }),
    run: t.field({
      type: RunType,
      nullable: true,
      description: "Null when the run was deleted.",
      resolve: ({ runId }, _args, context) => runById(context, runId),
    }),
    runId: t.id({
      description: "Of the run it came from, which may be gone.",
      resolve: ({ runId }) => encodeGlobalId("Run", runId),
    }),
    dataset: t.field({
      type: DatasetType,
      nullable: true,
      resolve: ({ datasetHash }, _args, context) => datasetByHash(context, datasetHash),
    }),
    datasetHash: t.exposeString("datasetHash"),
    planHash: t.exposeString("planHash", { description: "As of the run." }),
    engineVersion: t.exposeString("engineVersion", { description: "That made its metrics." }),
    requestJson: t.string({
      description: "The run's request with all defaults as JSON: what it takes to run it again.",
      resolve: ({ request }) => JSON.stringify(request),
    }),
    createdAt: t.expose("createdAt", { type: "DateTime" }),
  }),
});

const PinConnection = connectionType("PinnedVariant", PinType);

builder.queryField("pinnedVariants", (t) =>
  t.field({
    type: PinConnection,
    description: "Newest first.",
    args: pageArgs,
    complexity: pageComplexity,
    resolve: async (_root, args, { services }) =>
      toConnection(await services.store.listPins(pageOf(args)), args),
  }),
);

const PinVariantPayload = builder
  .objectRef<{ readonly pin: PinRecord }>("PinVariantPayload")
  .implement({ fields: (t) => ({ pin: t.field({ type: PinType, resolve: ({ pin }) => pin }) }) });

const PinVariantResult = outcome("PinVariantResult", PinVariantPayload, [
  "VALIDATION",
  "NOT_FOUND",
  "CONFLICT",
]);

const PinVariantInput = builder.inputType("PinVariantInput", {
  description: "Name the rank, or the number in the grid.",
  fields: (t) => ({
    runId: t.id({ required: true }),
    rank: t.int({ description: "Place among the run's stored rows, from 1." }),
    variantIndex: t.field({ type: "SafeInt", description: "Any variant of the grid." }),
    label: t.string({ description: `${MAX_LABEL_LENGTH} characters at most.` }),
  }),
});

builder.mutationField("pinVariant", (t) =>
  t.field({
    type: PinVariantResult.type,
    description: "Keeps a variant of a run, measured now with all metrics, with its lineage.",
    args: { input: t.arg({ type: PinVariantInput, required: true }) },
    resolve: (_root, { input }, { services, viewer }) =>
      PinVariantResult.attempt(() =>
        underPaths(INPUT, async () => {
          const place = placeOf(input.rank, input.variantIndex);
          const label = boundedText(input.label, "label", MAX_LABEL_LENGTH);
          const run = await services.store.run(keyOf("Run", input.runId, "runId"));
          if (run === null) {
            const message = "there is no such run";
            throw new UserError("NOT_FOUND", complaint("runId", message, input.runId));
          }
          const report = await services.runs.report(run.id, place, { points: LEAST_POINTS });
          const pin = pinOf(run, report, { label, owner: viewer.owner });
          return { pin: await services.store.pinVariant(pin) };
        }),
      ),
  }),
);

type Report = Awaited<ReturnType<GraphqlContext["services"]["runs"]["report"]>>;

function pinOf(
  { id, plan, engineVersion }: RunRecord,
  report: Report,
  own: Pick<PinRecord, "label" | "owner">,
): Omit<PinRecord, "id" | "createdAt"> {
  const { variantIndex, variantKey, params, metrics } = report;
  const { stopLossPct, trailingStopPct, takeProfitPct } = report;
  const ranked = RANKING_METRICS.map((metric) => [metric, metrics[metric]]);
  return {
    ...own,
    ...{ runId: id, variantIndex, variantKey, params, stopLossPct, trailingStopPct, takeProfitPct },
    metrics: Object.fromEntries(ranked) as PinRecord["metrics"],
    datasetHash: plan.datasetHash,
    planHash: plan.planHash,
    engineVersion,
    request: plan.request,
  };
}

const UnpinVariantPayload = builder
  .objectRef<{ readonly unpinnedId: string }>("UnpinVariantPayload")
  .implement({ fields: (t) => ({ unpinnedId: t.exposeID("unpinnedId") }) });

const UnpinVariantResult = outcome("UnpinVariantResult", UnpinVariantPayload, [
  "VALIDATION",
  "NOT_FOUND",
]);

const UnpinVariantInput = builder.inputType("UnpinVariantInput", {
  fields: (t) => ({ id: t.id({ required: true }) }),
});

builder.mutationField("unpinVariant", (t) =>
  t.field({
    type: UnpinVariantResult.type,
    args: { input: t.arg({ type: UnpinVariantInput, required: true }) },
    resolve: (_root, { input }, { services }) =>
      UnpinVariantResult.attempt(async () => {
        const id = keyOf("PinnedVariant", input.id, "input.id");
        if ((await services.store.pinsById([id])).length === 0) {
          const message = "there is no such pin";
          throw new UserError("NOT_FOUND", complaint("input.id", message, input.id));
        }
        await services.store.unpin(id);
        return { unpinnedId: input.id };
      }),
  }),
);
