import { builder } from "../builder.ts";
import type { DatasetLibrary, ImportReport, RejectedRow } from "../context.ts";
import type { PathPair } from "../path-map.ts";
import { present, underPaths } from "../request-mapping.ts";
import { DatasetType } from "./dataset.ts";
import { TimeframeEnum } from "./enums.ts";
import { outcome } from "./errors.ts";

/** Bringing candles in: CSV text in the request, or a seeded synthetic market. */

export const RejectedRowType = builder.objectRef<RejectedRow>("RejectedRow").implement({
  fields: (t) => ({
    row: t.exposeInt("row", { description: "Row of the text, from 1; the header is row 1." }),
    code: t.exposeString("code"),
    reason: t.exposeString("reason"),
  }),
});

const ImportDatasetPayload = builder.objectRef<ImportReport>("ImportDatasetPayload").implement({
  fields: (t) => ({
    dataset: t.field({ type: DatasetType, resolve: ({ dataset }) => dataset }),
    created: t.exposeBoolean("created", {
      description: "False when the same candles were there already: it is that dataset.",
    }),
    rejectedCount: t.int({
      description: "Rows that were skipped.",
      resolve: ({ rejected }) => rejected.count,
    }),
    rejected: t.field({
      type: [RejectedRowType],
      description: "The first twenty of them.",
      resolve: ({ rejected }) => rejected.first,
    }),
  }),
});

const ImportDatasetResult = outcome("ImportDatasetResult", ImportDatasetPayload, ["VALIDATION"]);

const CsvInput = builder.inputType("CsvInput", {
  description: "Delimited text with a header row naming time, open, high, low, close, volume.",
  fields: (t) => ({
    text: t.string({ required: true, description: "Within the server's limit of a request body." }),
    timeframe: t.field({ type: TimeframeEnum, description: "The most common step when left out." }),
    skipRejected: t.boolean({
      description: "Import the other rows when some are bad; by default one bad row refuses all.",
    }),
  }),
});

const SyntheticInput = builder.inputType("SyntheticInput", {
  description: "A seeded random market on a tick grid: the same input gives the same bytes.",
  fields: (t) => ({
    seed: t.field({ type: "SafeInt", required: true }),
    bars: t.int({ required: true, description: "1 to 5,000,000." }),
    timeframe: t.field({ type: TimeframeEnum }),
    start: t.field({ type: "DateTime", description: "Open time of the first bar." }),
    startPrice: t.float(),
    tickSize: t.float({ description: "Every price is a multiple of it." }),
    volatilityPct: t.float({
      description: "Standard deviation of a calm bar's return, in percent.",
    }),
    regimeBars: t.int({ description: "Mean length of a regime, in bars." }),
    meanVolume: t.float({ description: "Mean volume of a quiet bar." }),
  }),
});

const DatasetSourceInput = builder.inputType("DatasetSourceInput", {
  description: "Where the candles come from, exactly one.",
  isOneOf: true,
  fields: (t) => ({
    csv: t.field({ type: CsvInput }),
    synthetic: t.field({ type: SyntheticInput }),
  }),
});

const ImportDatasetInput = builder.inputType("ImportDatasetInput", {
  fields: (t) => ({
    name: t.string({ required: true, description: "How runs may call it; need not be unique." }),
    instrument: t.string({ description: "Such as `SPX`; part of the dataset's identity." }),
    source: t.field({ type: DatasetSourceInput, required: true }),
  }),
});

type ImportArg = typeof ImportDatasetInput.$inferInput;

builder.mutationField("importDataset", (t) =>
  t.field({
    type: ImportDatasetResult.type,
    description: "Stores candles under the hash of their content. All or nothing.",
    args: { input: t.arg({ type: ImportDatasetInput, required: true }) },
    resolve: (_root, { input }, { services }) =>
      ImportDatasetResult.attempt(() => importFrom(services.datasets, input)),
  }),
);

/** Names are complained about by their own fields, rows by the text they are in. */
const LABEL_PATHS: readonly PathPair[] = [
  { canonical: "name", graphql: "input.name" },
  { canonical: "instrument", graphql: "input.instrument" },
];
const CSV_PATHS: readonly PathPair[] = [
  { canonical: "", graphql: "input.source.csv.text" },
  { canonical: "rows", graphql: "input.source.csv.text" },
  { canonical: "timeframe", graphql: "input.source.csv.timeframe" },
  ...LABEL_PATHS,
];
const SYNTHETIC_PATHS: readonly PathPair[] = [
  { canonical: "", graphql: "input.source.synthetic" },
  { canonical: "startMs", graphql: "input.source.synthetic.start" },
  ...LABEL_PATHS,
];

async function importFrom(datasets: DatasetLibrary, input: ImportArg): Promise<ImportReport> {
  const { csv, synthetic } = input.source;
  const labels = present({ name: input.name, instrument: input.instrument });
  if (csv != null) {
    const { text, timeframe, skipRejected } = csv;
    return await underPaths(CSV_PATHS, () =>
      datasets.importCandles({
        ...labels,
        ...present({ timeframe }),
        input: new TextEncoder().encode(text),
        onReject: skipRejected === true ? "skip" : "refuse",
      }),
    );
  }
  if (synthetic == null) throw new Error("a one-of input without its one field");
  const { start, ...options } = synthetic;
  return await underPaths(SYNTHETIC_PATHS, () =>
    datasets.importSynthetic({
      ...labels,
      ...present(options),
      ...present({ startMs: start?.getTime() }),
    }),
  );
}
