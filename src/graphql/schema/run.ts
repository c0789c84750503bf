import { BETTER } from "../../core/metrics/ranking-metric.ts";
import type { RankingKey } from "../../core/stages/sweep.ts";
import type { RunRecord } from "../../store/records.ts";
import { byKey } from "../batch-loader.ts";
import { builder } from "../builder.ts";
import { pageComplexity, pageOf, pageSize, toConnection } from "../page.ts";
import { AxisType } from "./axis.ts";
import { ChunkConnection, RunErrorType } from "./chunk.ts";
import { pageArgs } from "./connection.ts";
import { DatasetType, datasetByHash } from "./dataset.ts";
import {
  ChunkStateEnum,
  DirectionEnum,
  FillModeEnum,
  MetricEnum,
  RunStageEnum,
  RunStateEnum,
} from "./enums.ts";
import { RunEstimateType } from "./estimate.ts";
import { RunEventType } from "./progress.ts";
import { BestSoFarType, ResultOrder, ResultRowConnection } from "./result.ts";
import { RunProfileType } from "./run-profile.ts";

/** A run: where it is, what it was asked, what it found. */

const RankingKeyType = builder.objectRef<RankingKey>("RankingKey").implement({
  fields: (t) => ({
    metric: t.field({ type: MetricEnum, resolve: ({ metric }) => metric }),
    direction: t.field({ type: DirectionEnum, resolve: ({ direction }) => direction }),
  }),
});

export const RunType = builder.objectRef<RunRecord>("Run");

builder.node(RunType, {
  description: "A sweep that was started. It stays readable, whatever becomes of it.",
  id: { resolve: (run) => run.id, description: "Opaque global id." },
  loadMany: async (ids, { services }) => {
    const found = byKey(await services.store.runsById(ids), "id");
    return ids.map((id) => found.get(id) ?? null);
  },
});

/** Where it is. */
builder.objectFields(RunType, (t) => ({
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
  lastSeq: t.exposeInt("lastSeq", { description: "Seq of its latest event." }),
  error: t.expose("error", { type: RunErrorType, nullable: true }),
  cancelRequested: t.exposeBoolean("cancelRequested"),
  cancelReason: t.exposeString("cancelReason", { nullable: true }),
  createdAt: t.expose("createdAt", { type: "DateTime" }),
  startedAt: t.expose("startedAt", { type: "DateTime", nullable: true }),
  finishedAt: t.expose("finishedAt", { type: "DateTime", nullable: true }),
  profile: t.expose("profile", {
    type: RunProfileType,
    nullable: true,
    description: "Where its time went, stored with it; null before it has started.",
  }),
}));

/** What it was asked, and all that fixes its result. */
builder.objectFields(RunType, (t) => ({
  owner: t.exposeString("owner", { description: "Owner of the token it was started with." }),
  label: t.exposeString("label", { nullable: true }),
  planHash: t.exposeString("planHash", {
    description: "SHA-256 of everything in the request that fixes the result.",
  }),
  datasetHash: t.exposeString("datasetHash"),
  dataset: t.field({
    type: DatasetType,
    nullable: true,
    resolve: (run, _args, context) => datasetByHash(context, run.datasetHash),
  }),
  engineVersion: t.exposeString("engineVersion"),
  kernels: t.exposeString("kernels", { description: "`reference` or `wasm`; both give the same." }),
  workers: t.exposeInt("workers", {
    nullable: true,
    description: "Threads asked for; null is all.",
  }),
  fillMode: t.field({ type: FillModeEnum, resolve: ({ plan }) => plan.sweep.execution.fillMode }),
  start: t.field({
    type: "DateTime",
    description: "Start of the traded range.",
    resolve: ({ plan }) => new Date(plan.range.startMs),
  }),
  end: t.field({
    type: "DateTime",
    description: "End of the traded range, exclusive.",
    resolve: ({ plan }) => new Date(plan.range.endMs),
  }),
  axes: t.field({ type: [AxisType], resolve: ({ plan }) => plan.sweep.axes }),
  ranking: t.field({ type: [RankingKeyType], resolve: ({ plan }) => plan.sweep.ranking }),
  estimate: t.field({ type: RunEstimateType, resolve: ({ plan }) => plan }),
  requestJson: t.string({
    description: "The request with all defaults as JSON, in the form of a preset.",
    resolve: ({ plan }) => JSON.stringify(plan.request),
  }),
}));

/** What it found. */
builder.objectFields(RunType, (t) => ({
  digest: t.exposeString("digest", {
    nullable: true,
    description: "SHA-256 of the ordered results; null until it has succeeded.",
  }),
  top: t.field({
    type: ResultRowConnection,
    description: "Stored rows: the best of a finished run, or the best so far of a stopped one.",
    args: { ...pageArgs, orderBy: t.arg({ type: ResultOrder }) },
    complexity: pageComplexity,
    resolve: async (run, { orderBy, ...args }, { services }) => {
      const order = orderBy && {
        metric: orderBy.metric,
        direction: orderBy.direction ?? BETTER[orderBy.metric],
      };
      const page = await services.store.results(run.id, pageOf(args), order ?? undefined);
      return toConnection(page, args);
    },
  }),
  chunks: t.field({
    type: ChunkConnection,
    description: "What the run is cut into, Stage A first, with the attempts at each.",
    args: {
      ...pageArgs,
      states: t.arg({ type: [ChunkStateEnum], description: "Any of these; all when left out." }),
    },
    complexity: pageComplexity,
    resolve: async (run, { states, ...args }, { services }) =>
      toConnection(
        await services.store.listChunks(run.id, pageOf(args), states ?? undefined),
        args,
      ),
  }),
  events: t.field({
    type: [RunEventType],
    description: "Stored events after a seq, oldest first.",
    args: {
      after: t.arg.int({ description: "From the first event when left out." }),
      first: t.arg.int({ description: "100 at most; 20 when left out." }),
    },
    complexity: ({ first }) => pageComplexity({ first }),
    resolve: (run, { after, first }, { services }) =>
      services.store.events(run.id, after ?? 0, pageSize(first)),
  }),
}));
