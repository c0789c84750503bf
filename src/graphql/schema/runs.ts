import { boundedText } from "../argument-bounds.ts";
import { builder } from "../builder.ts";
import type { StartedRun } from "../context.ts";
import { keyOf } from "../global-id.ts";
import { pageComplexity, pageOf, toConnection } from "../page.ts";
import { present, translatingPaths } from "../request-mapping.ts";
import { connectionType, pageArgs } from "./connection.ts";
import { RunStateEnum } from "./enums.ts";
import { outcome } from "./errors.ts";
import { RunRequestInput } from "./request-inputs.ts";
import { RunType } from "./run.ts";

/** Finding and starting runs. */

const HASH_LENGTH = 64;
const MAX_KEY_LENGTH = 200;

const RunConnection = connectionType("Run", RunType);

const RunFilterInput = builder.inputType("RunFilter", {
  fields: (t) => ({
    states: t.field({ type: [RunStateEnum], description: "Any of these; all when left out." }),
    datasetHash: t.string(),
  }),
});

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
    description: "Newest first.",
    args: { ...pageArgs, filter: t.arg({ type: RunFilterInput }) },
    complexity: pageComplexity,
    resolve: async (_root, { filter, ...args }, { services }) => {
      const hash = boundedText(filter?.datasetHash, "filter.datasetHash", HASH_LENGTH);
      const page = await services.store.listRuns(
        pageOf(args),
        present({ states: filter?.states, datasetHash: hash }),
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
        return translatingPaths(input.request, "input.request", (request) =>
          services.runs.startRun(request, key),
        );
      }),
  }),
);
