import { BETTER } from "../../core/metrics/ranking-metric.ts";
import { complaint, UserError } from "../../core/user-error.ts";
import type { RunFilter, RunOrder } from "../../store/store.ts";
import { boundedText } from "../argument-bounds.ts";
import { builder } from "../builder.ts";
import type { StartedRun } from "../context.ts";
import { keyOf } from "../global-id.ts";
import { pageComplexity, pageOf, toConnection } from "../page.ts";
import { present } from "../request-mapping.ts";
import { translatingSaved } from "../saved-strategy.ts";
import { connectionType, pageArgs } from "./connection.ts";
import { DirectionEnum, MetricEnum, RunStateEnum } from "./enums.ts";
import { outcome } from "./errors.ts";
import { RunRequestInput } from "./request-inputs.ts";
import { RunType } from "./run.ts";
import { checkTags } from "./run-marks.ts";
import { MetricFilterInput } from "./variant-filter.ts";

/** Finding and starting runs. */

const HASH_LENGTH = 64;
const MAX_KEY_LENGTH = 200;
const MAX_NAME_LENGTH = 200;
const MAX_LISTED = 20;

const RunConnection = connectionType("Run", RunType);

const RunFilterInput = builder.inputType("RunFilter", {
  fields: (t) => ({
    states: t.field({ type: [RunStateEnum], description: "Any of these; all when left out." }),
    datasetHash: t.string(),
    dataset: t.string({ description: "Name of a dataset, whichever of that name." }),
    tags: t.stringList({ description: "All of these." }),
    indicators: t.stringList({
      description: "Ids such as `ma.sma`: strategies that read any of these.",
    }),
    strategyId: t.id({ description: "Started from this saved strategy." }),
    createdFrom: t.field({ type: "DateTime", description: "Inclusive." }),
    createdTo: t.field({ type: "DateTime", description: "Exclusive." }),
    best: t.field({
      type: [MetricFilterInput],
      description: "Bounds of metrics of the run's best row; a run without one is in none.",
    }),
  }),
});

const RunOrderFieldEnum = builder.enumType("RunOrderField", {
  description: "What runs are ordered by.",
  values: {
    CREATED_AT: { value: "createdAt" },
    FINISHED_AT: { value: "finishedAt", description: "Runs that have not ended come last." },
    BEST: { value: "best", description: "A metric of the run's best row." },
  } as const,
});

const RunOrderInput = builder.inputType("RunOrder", {
  fields: (t) => ({
    field: t.field({ type: RunOrderFieldEnum, required: true }),
    metric: t.field({ type: MetricEnum, description: "Needed with BEST, and only there." }),
    direction: t.field({
      type: DirectionEnum,
      description: "The latest first, or the metric's own, when left out.",
    }),
  }),
});

type FilterArg = typeof RunFilterInput.$inferInput;
type OrderArg = typeof RunOrderInput.$inferInput;

function filterOf({ datasetHash, dataset, strategyId, best, ...filter }: FilterArg): RunFilter {
  const { tags, indicators } = filter;
  checkTags(tags ?? [], "filter.tags");
  for (const [i, id] of (indicators ?? []).entries()) {
    boundedText(id, `filter.indicators[${i}]`, MAX_NAME_LENGTH);
  }
  for (const [name, list] of Object.entries({ indicators, best })) {
    if (list == null || list.length <= MAX_LISTED) continue;
    const bound = `${MAX_LISTED} at most`;
    throw new UserError("VALIDATION", complaint(`filter.${name}`, bound, list.length, bound));
  }
  return present({
    ...filter,
    datasetHash: boundedText(datasetHash, "filter.datasetHash", HASH_LENGTH),
    datasetName: boundedText(dataset, "filter.dataset", MAX_NAME_LENGTH),
    strategyId: strategyId && keyOf("Strategy", strategyId, "filter.strategyId"),
    best: best?.map((bounds) => present(bounds)),
  }) as RunFilter;
}

function orderOf(order: OrderArg | null | undefined): RunOrder | undefined {
  if (order == null) return undefined;
  const { field, metric } = order;
  if ((field === "best") !== (metric != null)) {
    const message = "belongs to BEST, which needs one";
    throw new UserError("VALIDATION", complaint("orderBy.metric", message, metric));
  }
  if (field !== "best") return { by: field, direction: order.direction ?? "DESC" };
  return { by: metric!, direction: order.direction ?? BETTER[metric!] };
}

builder.queryFields((t) => ({
  run: t.field({
    type: RunType,
    nullable: true,
    description: "Null when there is none of this id.",
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { services }) => services.store.run(keyOf("Run", id, "id")),
  }),
  runs: t.field({
    type: RunConnection,
    description: "Runs that a filter takes. Undefined values last, then the newest first.",
    args: {
      ...pageArgs,
      filter: t.arg({ type: RunFilterInput, description: "All of it has to hold." }),
      orderBy: t.arg({ type: RunOrderInput, description: "Newest first when left out." }),
    },
    complexity: pageComplexity,
    resolve: async (_root, { filter, orderBy, ...args }, { services }) => {
      const page = await services.store.listRuns(
        pageOf(args),
        filterOf(filter ?? {}),
        orderOf(orderBy),
      );
      return toConnection(page, args);
    },
  }),
}));

const StartRunPayload = builder.objectRef<StartedRun>("StartRunPayload").implement({
  fields: (t) => ({
    run: t.field({ type: RunType, resolve: ({ run }) => run }),
    created: t.exposeBoolean("created", {
      description: "False when the idempotency key was known: it is the run of then.",
    }),
  }),
});

const StartRunResult = outcome("StartRunResult", StartRunPayload, [
  "VALIDATION",
  "GRID_TOO_LARGE",
  "MEMORY_BUDGET_EXCEEDED",
  "QUEUE_FULL",
  "SERVICE_OVERLOADED",
  "QUOTA_EXCEEDED",
  "IDEMPOTENCY_CONFLICT",
  "NOT_FOUND",
]);

const StartRunInput = builder.inputType("StartRunInput", {
  fields: (t) => ({
    request: t.field({ type: RunRequestInput, required: true }),
    idempotencyKey: t.string({
      description:
        `${MAX_KEY_LENGTH} characters at most. The same key and request give the same run, ` +
        "however often they are sent; the same key with another request is a conflict.",
    }),
  }),
});

builder.mutationField("startRun", (t) =>
  t.field({
    type: StartRunResult.type,
    description: "Starts a sweep and answers at once; follow it with `runProgress`.",
    args: { input: t.arg({ type: StartRunInput, required: true }) },
    resolve: (_root, { input }, { services }) =>
      StartRunResult.attempt(() => {
        const key = boundedText(input.idempotencyKey, "input.idempotencyKey", MAX_KEY_LENGTH);
        return translatingSaved(
          input.request,
          "input.request",
          services.store,
          (request, strategyId) => services.runs.startRun(request, key, undefined, strategyId),
        );
      }),
  }),
);
