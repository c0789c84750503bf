import type { UserErrorCode } from "../../core/user-error.ts";
import type { QueueClass, QueuePosition } from "../../store/queue-view.ts";
import type { RunRecord } from "../../store/records.ts";
import { BatchLoader } from "../batch-loader.ts";
import { builder } from "../builder.ts";
import type { GraphqlContext, QueueSummary } from "../context.ts";
import { keyOf } from "../global-id.ts";
import { underPaths } from "../request-mapping.ts";
import { PriorityEnum } from "./enums.ts";
import { outcome } from "./errors.ts";
import { RunType } from "./run.ts";

/** What waits for its start, in which order, and how that is changed. */

type LimitedClass = QueueClass & { readonly allowed: number | null };

const QueueClassType = builder.objectRef<LimitedClass>("QueueClass").implement({
  description: "The runs of one priority.",
  fields: (t) => ({
    priority: t.field({ type: PriorityEnum, resolve: ({ priority }) => priority }),
    waiting: t.exposeInt("waiting", { description: "Runs that are QUEUED." }),
    running: t.exposeInt("running", { description: "Runs that are RUNNING." }),
    allowed: t.exposeInt("allowed", {
      nullable: true,
      description: "Runs of this priority that may wait; null where that has no bound.",
    }),
    waitingSince: t.expose("waitingSince", {
      type: "DateTime",
      nullable: true,
      description: "Since when the first of those that wait does so.",
    }),
  }),
});

const QueueType = builder.objectRef<QueueSummary>("Queue").implement({
  description: "Runs of everybody, in numbers.",
  fields: (t) => ({
    waiting: t.exposeInt("waiting", { description: "Runs that are QUEUED." }),
    allowed: t.exposeInt("allowed", {
      nullable: true,
      description: "Runs that may wait, whatever their priority; null where that has no bound.",
    }),
    classes: t.field({
      type: [QueueClassType],
      description: "All priorities, the most urgent first.",
      resolve: ({ classes }) => classes,
    }),
  }),
});

builder.queryField("queue", (t) =>
  t.field({
    type: QueueType,
    description: "What waits and what is at work, by priority.",
    resolve: (_root, _args, { services }) => services.runs.queue(),
  }),
);

const loaders = new WeakMap<GraphqlContext, BatchLoader<QueuePosition>>();

function positionOf(context: GraphqlContext, { id, state }: RunRecord) {
  if (state !== "QUEUED") return null;
  let loader = loaders.get(context);
  if (loader === undefined) {
    loader = new BatchLoader((ids) => context.services.store.queuePositions(ids));
    loaders.set(context, loader);
  }
  return loader.load(id);
}

builder.objectFields(RunType, (t) => ({
  priority: t.field({
    type: PriorityEnum,
    description: "As it is now, see setRunPriority.",
    resolve: ({ priority }) => priority,
  }),
  deadline: t.expose("deadline", {
    type: "DateTime",
    nullable: true,
    description: "The run ends as TIMED_OUT then, wherever it is.",
  }),
  queuedAt: t.expose("queuedAt", {
    type: "DateTime",
    description: "Since when it waits, or waited, for its latest start.",
  }),
  queuePosition: t.int({
    nullable: true,
    description: "From 1, among all runs that are QUEUED; null for one that is not.",
    resolve: async (run, _args, context) => (await positionOf(context, run))?.position ?? null,
  }),
  queueWaitSeconds: t.float({
    nullable: true,
    description:
      "Seconds to its start at the rate at which runs have started in the last quarter of an " +
      "hour; null for one that is not QUEUED, and where fewer than three have.",
    resolve: async (run, _args, context) => (await positionOf(context, run))?.waitSeconds ?? null,
  }),
}));

const FAILURES: readonly UserErrorCode[] = ["VALIDATION", "NOT_FOUND", "CONFLICT", "QUEUE_FULL"];
const INPUT = [{ canonical: "", graphql: "input" }];

const SetRunPriorityPayload = builder
  .objectRef<{ readonly run: RunRecord }>("SetRunPriorityPayload")
  .implement({ fields: (t) => ({ run: t.field({ type: RunType, resolve: ({ run }) => run }) }) });

const SetRunPriorityResult = outcome("SetRunPriorityResult", SetRunPriorityPayload, FAILURES);

const SetRunPriorityInput = builder.inputType("SetRunPriorityInput", {
  fields: (t) => ({
    id: t.id({ required: true }),
    priority: t.field({ type: PriorityEnum, required: true }),
  }),
});

builder.mutationField("setRunPriority", (t) =>
  t.field({
    type: SetRunPriorityResult.type,
    description:
      "Changes the priority of a run that has not ended, from its next chunk on. It keeps its " +
      "place among older and younger runs. A repeat changes nothing.",
    args: { input: t.arg({ type: SetRunPriorityInput, required: true }) },
    resolve: (_root, { input }, { services }) =>
      SetRunPriorityResult.attempt(async () => {
        const id = keyOf("Run", input.id, "input.id");
        const change = () => services.runs.setRunPriority(id, input.priority);
        return { run: await underPaths(INPUT, change) };
      }),
  }),
);
