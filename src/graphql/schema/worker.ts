import { isTerminal } from "../../store/records.ts";
import type { HeldChunk, WorkerRecord } from "../../store/worker-records.ts";
import { BatchLoader } from "../batch-loader.ts";
import { builder } from "../builder.ts";
import type { GraphqlContext } from "../context.ts";
import { encodeGlobalId } from "../global-id.ts";
import { RunStageEnum } from "./enums.ts";
import { RunType } from "./run.ts";

/** Processes that work on runs, on this machine and on others. */

const HeldChunkType = builder.objectRef<HeldChunk>("HeldChunk").implement({
  description: "A chunk that a worker had in hand at its last heartbeat.",
  fields: (t) => ({
    runId: t.id({ resolve: ({ runId }) => encodeGlobalId("Run", runId) }),
    stage: t.expose("stage", { type: RunStageEnum }),
    no: t.exposeInt("no", { description: "From 0 in its stage." }),
  }),
});

const WorkerType = builder.objectRef<WorkerRecord>("Worker").implement({
  description: "A process that works on runs: a `serve` or a `worker`.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "As in `Chunk.worker`." }),
    host: t.exposeString("host"),
    pid: t.exposeInt("pid"),
    engineVersion: t.exposeString("engineVersion", { description: "Of the runs that it does." }),
    packageVersion: t.exposeString("packageVersion"),
    cores: t.exposeInt("cores", { description: "Of its machine, as far as it may use them." }),
    threads: t.exposeInt("threads", { description: "That score variants." }),
    startedAt: t.expose("startedAt", { type: "DateTime" }),
    heartbeatAt: t.expose("heartbeatAt", { type: "DateTime" }),
    lost: t.exposeBoolean("lost", {
      description: "Nothing was heard of it for the time of a lease: its chunks go to others.",
    }),
    chunks: t.expose("chunks", { type: [HeldChunkType] }),
  }),
});

builder.queryField("workers", (t) =>
  t.field({
    type: [WorkerType],
    description: "Processes that work on runs, by name; lost ones for an hour. Needs scope ADMIN.",
    extensions: { scope: "admin" },
    resolve: (_root, _args, { services }) => services.store.workers(),
  }),
);

/** Live workers of an engine version, asked once a request whatever it lists. */
const loaders = new WeakMap<GraphqlContext, BatchLoader<number>>();

function liveWorkers(context: GraphqlContext, engineVersion: string): Promise<number | null> {
  const { store } = context.services;
  const loader =
    loaders.get(context) ??
    new BatchLoader<number>(async () => {
      const live = new Map<string, number>();
      for (const { engineVersion: version, lost } of await store.workers()) {
        if (!lost) live.set(version, (live.get(version) ?? 0) + 1);
      }
      return live;
    });
  loaders.set(context, loader);
  return loader.load(engineVersion);
}

builder.objectField(RunType, "waitingFor", (t) =>
  t.string({
    nullable: true,
    description:
      "What a run that has not ended waits for, where no worker that lives can go on with it; " +
      "null otherwise.",
    resolve: async ({ state, engineVersion }, _args, context) => {
      if (isTerminal(state) || ((await liveWorkers(context, engineVersion)) ?? 0) > 0) return null;
      return `a worker of engine version ${engineVersion}`;
    },
  }),
);
