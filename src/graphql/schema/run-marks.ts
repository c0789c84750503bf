import { complaint, UserError } from "../../core/user-error.ts";
import { isStorable } from "../../plan/storable-text.ts";
import type { RunMarks } from "../../store/library-records.ts";
import type { RunRecord } from "../../store/records.ts";
import { boundedText } from "../argument-bounds.ts";
import { BatchLoader, byKey } from "../batch-loader.ts";
import { builder } from "../builder.ts";
import type { GraphqlContext } from "../context.ts";
import { keyOf } from "../global-id.ts";
import { outcome } from "./errors.ts";
import { RunType } from "./run.ts";

/** Tags and a note on a run: for people, without effect on what it computes. */

const MAX_TAG_LENGTH = 50;
const MAX_TAGS_AT_ONCE = 32;
const MAX_NOTE_LENGTH = 10_000;

const loaders = new WeakMap<GraphqlContext, BatchLoader<RunMarks>>();

/** One statement for the tags and notes of a whole page of runs. */
function marksOf(context: GraphqlContext, runId: string): Promise<RunMarks | null> {
  let loader = loaders.get(context);
  if (loader === undefined) {
    const { store } = context.services;
    loader = new BatchLoader(async (ids) => byKey(await store.runMarks(ids), "runId"));
    loaders.set(context, loader);
  }
  return loader.load(runId);
}

builder.objectFields(RunType, (t) => ({
  tags: t.stringList({
    description: "In the order of their text.",
    resolve: async (run, _args, context) => [...((await marksOf(context, run.id))?.tags ?? [])],
  }),
  note: t.string({
    nullable: true,
    resolve: async (run, _args, context) => (await marksOf(context, run.id))?.note ?? null,
  }),
}));

const MarkRunPayload = builder.objectRef<{ readonly run: RunRecord }>("MarkRunPayload").implement({
  fields: (t) => ({ run: t.field({ type: RunType, resolve: ({ run }) => run }) }),
});

const MarkRunResult = outcome("MarkRunResult", MarkRunPayload, ["VALIDATION", "NOT_FOUND"]);

const MarkRunInput = builder.inputType("MarkRunInput", {
  fields: (t) => ({
    id: t.id({ required: true }),
    addTags: t.stringList({
      description:
        `Of ${MAX_TAG_LENGTH} characters at most; a run has ` + `${MAX_TAGS_AT_ONCE} at most.`,
    }),
    removeTags: t.stringList({ description: "Those it does not have are no mistake." }),
    note: t.string({
      description: `${MAX_NOTE_LENGTH} characters at most; null removes it, left out keeps it.`,
    }),
  }),
});

builder.mutationField("markRun", (t) =>
  t.field({
    type: MarkRunResult.type,
    description: "Adds and removes tags, and sets the note. A repeat changes nothing.",
    args: { input: t.arg({ type: MarkRunInput, required: true }) },
    resolve: (_root, { input }, context) =>
      MarkRunResult.attempt(async () => {
        const { store } = context.services;
        const id = keyOf("Run", input.id, "input.id");
        const run = await store.run(id);
        if (run === null) {
          const message = "there is no such run";
          throw new UserError("NOT_FOUND", complaint("input.id", message, input.id));
        }
        const note =
          input.note == null ? input.note : boundedText(input.note, "input.note", MAX_NOTE_LENGTH);
        await store.markRun(id, {
          addTags: checkTags(input.addTags ?? [], "input.addTags"),
          removeTags: checkTags(input.removeTags ?? [], "input.removeTags"),
          ...(note === undefined ? {} : { note }),
        });
        loaders.delete(context);
        return { run };
      }),
  }),
);

/** Throws UserError with the first tag that is none. */
export function checkTags(tags: readonly string[], path: string): readonly string[] {
  if (tags.length > MAX_TAGS_AT_ONCE) {
    const bound = `${MAX_TAGS_AT_ONCE} at most`;
    throw new UserError("VALIDATION", complaint(path, "too many tags", tags.length, bound));
  }
  tags.forEach((tag, i) => {
    const isTag = tag.trim() === tag && tag !== "" && tag.length <= MAX_TAG_LENGTH;
    if (isTag && isStorable(tag)) return;
    const bound = `1..${MAX_TAG_LENGTH} characters, none of them blank at either end`;
    throw new UserError("VALIDATION", complaint(`${path}[${i}]`, "is no tag", tag, bound));
  });
  return tags;
}
