import { GraphQLError } from "graphql";
import { sees } from "../../access/principal.ts";
import { builder } from "../builder.ts";
import { keyOf } from "../global-id.ts";
import { openImportStream } from "../progress/import-stream.ts";
import { openRunStream, type ProgressEvent } from "../progress/run-stream.ts";
import { RunEventKindEnum, RunStageEnum, RunStateEnum } from "./enums.ts";
import { ImportType } from "./import.ts";
import { BestSoFarType } from "./result.ts";

/** Events of a run, as a list and live. */
export const RunEventType = builder.objectRef<ProgressEvent>("RunEvent").implement({
  description: "Each event carries the whole state, so missing earlier ones loses nothing.",
  fields: (t) => ({
    seq: t.exposeInt("seq", { description: "Rises by one an event of the run; for `after`." }),
    at: t.expose("at", { type: "DateTime" }),
    kind: t.expose("kind", { type: RunEventKindEnum }),
    state: t.expose("state", { type: RunStateEnum }),
    stage: t.expose("stage", { type: RunStageEnum }),
    done: t.expose("done", { type: "SafeInt", description: "Variants scored of this stage." }),
    total: t.expose("total", { type: "SafeInt", description: "Variants of this stage." }),
    variantsPerSecond: t.exposeFloat("variantsPerSecond", { nullable: true }),
    etaSeconds: t.exposeFloat("etaSeconds", {
      nullable: true,
      description: "Expected seconds to the end of this stage.",
    }),
    best: t.expose("best", { type: BestSoFarType, nullable: true }),
    message: t.exposeString("message", { nullable: true }),
  }),
});

builder.subscriptionField("runProgress", (t) =>
  t.field({
    type: RunEventType,
    description:
      "Follows a run. The first event is a SNAPSHOT of where it is, or with `after` the first " +
      "event after that seq; then every event once, up to the one that ends the run. A reader " +
      "too slow for live progress gets the newest only. Unsubscribing does not cancel the run.",
    args: {
      id: t.arg.id({ required: true }),
      after: t.arg.int({
        description: "Seq of the last event seen; resumes without gap or repeat.",
      }),
    },
    subscribe: async (_root, { id, after }, { progress, viewer }) =>
      await openRunStream(progress, keyOf("Run", id, "id"), after ?? null, ({ owner }) =>
        sees(viewer, owner),
      ),
    resolve: (event) => {
      if (event instanceof GraphQLError) throw event;
      return event;
    },
  }),
);

builder.subscriptionField("importProgress", (t) =>
  t.field({
    type: ImportType,
    description:
      "Follows an import: where it is, then its changes, the newest where a reader is slow, up " +
      "to its end. Unsubscribing does not cancel it.",
    args: { id: t.arg.id({ required: true }) },
    subscribe: async (_root, { id }, { services }) =>
      await openImportStream(services.store, keyOf("Import", id, "id")),
    resolve: (record) => record,
  }),
);
