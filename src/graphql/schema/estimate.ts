import { columnBytes, type RunPlan } from "../../plan/run-plan.ts";
import { builder } from "../builder.ts";
import { translatingSaved } from "../saved-strategy.ts";
import { outcome } from "./errors.ts";
import { RunRequestInput } from "./request-inputs.ts";

/** What a run will cost, before anything starts. */
export const RunEstimateType = builder.objectRef<RunPlan>("RunEstimate").implement({
  description:
    "The cost of a run as arithmetic. It passed the guards: a run over budget is a failure.",
  fields: (t) => ({
    planHash: t.exposeString("planHash", {
      description: "SHA-256 of everything that fixes the result.",
    }),
    datasetHash: t.exposeString("datasetHash"),
    indexSpace: t.float({
      description: "Variants of the full product of all axes, constraint ignored.",
      resolve: ({ estimate }) => estimate.indexSpace,
    }),
    stageAVariants: t.field({
      type: "SafeInt",
      description: "Base variants that the constraint leaves.",
      resolve: ({ estimate }) => estimate.stageAVariants,
    }),
    stageBVariants: t.field({
      type: "SafeInt",
      description: "Shortlist times cells of the risk grid.",
      resolve: ({ estimate }) => estimate.stageBVariants,
    }),
    bars: t.field({
      type: "SafeInt",
      description: "Bars each variant sees.",
      resolve: ({ estimate }) => estimate.bars,
    }),
    bytes: t.field({
      type: "SafeInt",
      description: "Memory of the run, in bytes.",
      resolve: ({ estimate }) => Math.ceil(estimate.bytes),
    }),
    columnBytes: t.field({
      type: "SafeInt",
      description: "Metric columns of both stages, in bytes before they are compressed.",
      resolve: columnBytes,
    }),
    seconds: t.float({
      description: "Expected duration with all workers free, in seconds.",
      resolve: ({ estimate }) => estimate.seconds,
    }),
  }),
});

const EstimateRunResult = outcome("EstimateRunResult", RunEstimateType, [
  "VALIDATION",
  "GRID_TOO_LARGE",
  "MEMORY_BUDGET_EXCEEDED",
  "NOT_FOUND",
]);

builder.queryField("estimateRun", (t) =>
  t.field({
    type: EstimateRunResult.type,
    description:
      "What a run would cost, and whether the guards would let it start. Starts nothing.",
    args: { request: t.arg({ type: RunRequestInput, required: true }) },
    resolve: (_root, { request }, { services }) =>
      EstimateRunResult.attempt(() =>
        translatingSaved(request, "request", services.store, (canonical) =>
          services.runs.estimate(canonical),
        ),
      ),
  }),
);
