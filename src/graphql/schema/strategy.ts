import type { StrategyRecord, StrategyVersion } from "../../store/library-records.ts";
import { boundedText } from "../argument-bounds.ts";
import { byKey } from "../batch-loader.ts";
import { builder } from "../builder.ts";
import { pageComplexity, pageOf, toConnection } from "../page.ts";
import { checkedStrategy } from "../saved-strategy.ts";
import { connectionType, pageArgs } from "./connection.ts";
import { outcome } from "./errors.ts";
import { StrategyInput } from "./request-inputs.ts";

/** Strategies that are kept by name, version by version. */

const MAX_NAME_LENGTH = 100;
const MAX_NOTE_LENGTH = 1_000;

const StrategyVersionType = builder.objectRef<StrategyVersion>("StrategyVersion").implement({
  description: "One version of a saved strategy. It is never changed.",
  fields: (t) => ({
    version: t.exposeInt("version", { description: "From 1." }),
    hash: t.exposeString("hash", { description: "SHA-256 of its canonical JSON." }),
    strategyJson: t.string({
      description: "The strategy as JSON, in the form of a preset.",
      resolve: ({ strategy }) => JSON.stringify(strategy),
    }),
    note: t.exposeString("note", { nullable: true }),
    createdAt: t.expose("createdAt", { type: "DateTime" }),
  }),
});

const StrategyVersionConnection = connectionType("StrategyVersion", StrategyVersionType);

export const StrategyType = builder.objectRef<StrategyRecord>("Strategy");

builder.node(StrategyType, {
  description: "A saved strategy: name it in a request as `strategy: { saved: { id } }`.",
  id: { resolve: ({ id }) => id, description: "Opaque global id." },
  loadMany: async (ids, { services }) => {
    const found = byKey(await services.store.strategiesById(ids), "id");
    return ids.map((id) => found.get(id) ?? null);
  },
  fields: (t) => ({
    name: t.exposeString("name"),
    owner: t.exposeString("owner", { description: "Whose token saved it." }),
    createdAt: t.expose("createdAt", { type: "DateTime" }),
    latest: t.field({ type: StrategyVersionType, resolve: ({ latest }) => latest }),
    versions: t.field({
      type: StrategyVersionConnection,
      description: "Newest first.",
      args: pageArgs,
      complexity: pageComplexity,
      resolve: async ({ id }, args, { services }) =>
        toConnection(await services.store.strategyVersions(id, pageOf(args)), args),
    }),
  }),
});

const StrategyConnection = connectionType("Strategy", StrategyType);

builder.queryField("strategies", (t) =>
  t.field({
    type: StrategyConnection,
    description: "Saved strategies, newest first.",
    args: pageArgs,
    complexity: pageComplexity,
    resolve: async (_root, args, { services }) =>
      toConnection(await services.store.listStrategies(pageOf(args)), args),
  }),
);

const SaveStrategyPayload = builder
  .objectRef<{ readonly strategy: StrategyRecord }>("SaveStrategyPayload")
  .implement({
    fields: (t) => ({
      strategy: t.field({ type: StrategyType, resolve: ({ strategy }) => strategy }),
    }),
  });

const SaveStrategyResult = outcome("SaveStrategyResult", SaveStrategyPayload, [
  "VALIDATION",
  "NOT_FOUND",
]);

const SaveStrategyInput = builder.inputType("SaveStrategyInput", {
  fields: (t) => ({
    name: t.string({
      required: true,
      description: `${MAX_NAME_LENGTH} characters at most; a known name gets another version.`,
    }),
    strategy: t.field({ type: StrategyInput, required: true }),
    note: t.string({ description: `Of this version; ${MAX_NOTE_LENGTH} characters at most.` }),
  }),
});

builder.mutationField("saveStrategy", (t) =>
  t.field({
    type: SaveStrategyResult.type,
    description:
      "Saves a strategy under a name, checked as far as can be without candles. What is the " +
      "latest version already adds none.",
    args: { input: t.arg({ type: SaveStrategyInput, required: true }) },
    resolve: (_root, { input }, { services, viewer }) =>
      SaveStrategyResult.attempt(async () => {
        const { store } = services;
        const name = boundedText(input.name, "input.name", MAX_NAME_LENGTH)!;
        const note = boundedText(input.note, "input.note", MAX_NOTE_LENGTH);
        const checked = await checkedStrategy(input.strategy, "input", store);
        const strategy = { owner: viewer.owner, name, note, ...checked };
        return { strategy: await store.saveStrategy(strategy) };
      }),
  }),
);
