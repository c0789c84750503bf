import type { UserErrorCode } from "../../core/user-error.ts";
import type { RunRecord } from "../../store/records.ts";
import { boundedText } from "../argument-bounds.ts";
import { builder } from "../builder.ts";
import { encodeGlobalId, keyOf } from "../global-id.ts";
import { underPaths } from "../request-mapping.ts";
import { outcome } from "./errors.ts";
import { RunType } from "./run.ts";

/** Stopping runs, holding them, taking them up again and removing them. */

const MAX_REASON_LENGTH = 1_000;
const INPUT = [{ canonical: "", graphql: "input" }];
const FAILURES: readonly UserErrorCode[] = ["VALIDATION", "NOT_FOUND", "CONFLICT"];

interface ChangedRun {
  readonly run: RunRecord;
}

const CancelRunPayload = builder.objectRef<ChangedRun>("CancelRunPayload").implement({
  fields: (t) => ({
    run: t.field({
      type: RunType,
      description: "As it is now: it ends as CANCELLED shortly, unless it had ended already.",
      resolve: ({ run }) => run,
    }),
  }),
});

const CancelRunResult = outcome("CancelRunResult", CancelRunPayload, ["VALIDATION", "NOT_FOUND"]);

const CancelRunInput = builder.inputType("CancelRunInput", {
  fields: (t) => ({
    id: t.id({ required: true }),
    reason: t.string({
      description: `Kept with the run; ${MAX_REASON_LENGTH} characters at most.`,
    }),
  }),
});

builder.mutationField("cancelRun", (t) =>
  t.field({
    type: CancelRunResult.type,
    description: "Stops a run; what was scored stays readable. A repeat changes nothing.",
    args: { input: t.arg({ type: CancelRunInput, required: true }) },
    resolve: (_root, { input }, { services }) =>
      CancelRunResult.attempt(async () => {
        const id = keyOf("Run", input.id, "input.id");
        const reason = boundedText(input.reason, "input.reason", MAX_REASON_LENGTH);
        return { run: await underPaths(INPUT, () => services.runs.cancelRun(id, reason)) };
      }),
  }),
);

type RunChange = "pauseRun" | "resumeRun" | "retryRun";

/** A mutation that takes an id and answers with the run as it is then. */
function runChange(name: RunChange, description: string, further: UserErrorCode[] = []): void {
  const typeName = name[0].toUpperCase() + name.slice(1);
  const payload = builder.objectRef<ChangedRun>(`${typeName}Payload`).implement({
    fields: (t) => ({ run: t.field({ type: RunType, resolve: ({ run }) => run }) }),
  });
  const result = outcome(`${typeName}Result`, payload, [...FAILURES, ...further]);
  const inputType = builder.inputType(`${typeName}Input`, {
    fields: (t) => ({ id: t.id({ required: true }) }),
  });
  builder.mutationField(name, (t) =>
    t.field({
      type: result.type,
      description,
      args: { input: t.arg({ type: inputType, required: true }) },
      resolve: (_root, { input }, { services }) =>
        result.attempt(async () => {
          const id = keyOf("Run", input.id, "input.id");
          return { run: await underPaths(INPUT, () => services.runs[name](id)) };
        }),
    }),
  );
}

runChange(
  "pauseRun",
  "Holds a run: no further chunk is begun, those at work are stored. A repeat changes nothing.",
);
runChange("resumeRun", "Lets a PAUSED run go on. A repeat changes nothing.");
runChange(
  "retryRun",
  "Takes up a run that FAILED, was CANCELLED or TIMED_OUT, behind those that wait; finished " +
    "chunks are kept, a deadline that has passed is dropped.",
  ["QUEUE_FULL", "QUOTA_EXCEEDED"],
);

const DeleteRunPayload = builder
  .objectRef<{ readonly deletedRunId: string }>("DeleteRunPayload")
  .implement({ fields: (t) => ({ deletedRunId: t.exposeID("deletedRunId") }) });

const DeleteRunResult = outcome("DeleteRunResult", DeleteRunPayload, FAILURES);

const DeleteRunInput = builder.inputType("DeleteRunInput", {
  fields: (t) => ({ id: t.id({ required: true }) }),
});

builder.mutationField("deleteRun", (t) =>
  t.field({
    type: DeleteRunResult.type,
    description:
      "Removes a run that has ended, with everything stored of it. One that has not ended is a " +
      "Conflict: cancel it first.",
    args: { input: t.arg({ type: DeleteRunInput, required: true }) },
    resolve: (_root, { input }, { services }) =>
      DeleteRunResult.attempt(async () => {
        const id = keyOf("Run", input.id, "input.id");
        await underPaths(INPUT, () => services.runs.deleteRun(id));
        return { deletedRunId: encodeGlobalId("Run", id) };
      }),
  }),
);
