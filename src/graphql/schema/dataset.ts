import type { GapReport } from "../../core/series/gap-report.ts";
import type { DatasetRecord } from "../../store/records.ts";
import { boundedText } from "../argument-bounds.ts";
import { BatchLoader, byKey } from "../batch-loader.ts";
import { builder } from "../builder.ts";
import type { GraphqlContext } from "../context.ts";
import { pageComplexity, pageOf, toConnection } from "../page.ts";
import { connectionType, pageArgs } from "./connection.ts";
import { TimeframeEnum } from "./enums.ts";

/** Immutable candles, named by their content. */

const GapType = builder.objectRef<GapReport["first"][number]>("Gap").implement({
  fields: (t) => ({
    after: t.field({
      type: "DateTime",
      description: "Open time of the last bar before the gap.",
      resolve: ({ afterMs }) => new Date(afterMs),
    }),
    missingBars: t.exposeInt("missingBars"),
  }),
});

const GapReportType = builder.objectRef<GapReport>("GapReport").implement({
  description: "Bars that the timeframe has and the data lacks. Legal: markets close.",
  fields: (t) => ({
    count: t.exposeInt("count", { description: "Gaps." }),
    missingBars: t.expose("missingBars", { type: "SafeInt", description: "Missing bars in all." }),
    longestMs: t.expose("longestMs", {
      type: "SafeInt",
      description: "Milliseconds; 0 without gaps.",
    }),
    first: t.field({
      type: [GapType],
      description: "The first ten.",
      resolve: (report) => report.first,
    }),
  }),
});

export const DatasetType = builder.objectRef<DatasetRecord>("Dataset");

builder.node(DatasetType, {
  description: "Candles of one instrument, immutable and named by their content.",
  id: { resolve: (dataset) => dataset.hash, description: "Opaque global id." },
  loadMany: async (hashes, { services }) => {
    const found = byKey(await services.store.datasetsByHash(hashes), "hash");
    return hashes.map((hash) => found.get(hash) ?? null);
  },
  fields: (t) => ({
    hash: t.exposeString("hash", {
      description: "SHA-256 over instrument, timeframe and columns.",
    }),
    name: t.exposeString("name"),
    instrument: t.exposeString("instrument"),
    timeframe: t.expose("timeframe", { type: TimeframeEnum }),
    bars: t.expose("bars", { type: "SafeInt", description: "Number of bars." }),
    start: t.field({
      type: "DateTime",
      description: "Open time of the first bar.",
      resolve: ({ startMs }) => new Date(startMs),
    }),
    end: t.field({
      type: "DateTime",
      description: "Close time of the last bar.",
      resolve: ({ endMs }) => new Date(endMs),
    }),
    gaps: t.field({ type: GapReportType, resolve: ({ gaps }) => gaps }),
    source: t.exposeString("source", { description: "Where it came from, such as `csv`." }),
    createdAt: t.expose("createdAt", { type: "DateTime" }),
  }),
});

const MAX_NAME_LENGTH = 200;

const DatasetConnection = connectionType("Dataset", DatasetType);

builder.queryFields((t) => ({
  dataset: t.field({
    type: DatasetType,
    nullable: true,
    description: "By content hash, or the newest of a name; null when there is none.",
    args: { hashOrName: t.arg.string({ required: true }) },
    resolve: (_root, { hashOrName }, { services }) => {
      const key = boundedText(hashOrName, "hashOrName", MAX_NAME_LENGTH);
      return key === null ? null : services.store.findDataset(key);
    },
  }),
  datasets: t.field({
    type: DatasetConnection,
    description: "Newest first.",
    args: pageArgs,
    complexity: pageComplexity,
    resolve: async (_root, args, { services }) =>
      toConnection(await services.store.listDatasets(pageOf(args)), args),
  }),
}));

const loaders = new WeakMap<GraphqlContext, BatchLoader<DatasetRecord>>();

/** One statement for the datasets of a whole page of runs. */
export function datasetByHash(context: GraphqlContext, hash: string) {
  let loader = loaders.get(context);
  if (loader === undefined) {
    const { store } = context.services;
    loader = new BatchLoader(async (hashes) => byKey(await store.datasetsByHash(hashes), "hash"));
    loaders.set(context, loader);
  }
  return loader.load(hash);
}
