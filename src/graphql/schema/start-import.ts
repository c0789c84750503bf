import type { UserErrorCode } from "../../core/user-error.ts";
import type { ImportRecord } from "../../store/import-records.ts";
import { builder } from "../builder.ts";
import type { ImportWish } from "../context.ts";
import { keyOf } from "../global-id.ts";
import type { PathPair } from "../path-map.ts";
import { present, underPaths } from "../request-mapping.ts";
import { TimeframeEnum } from "./enums.ts";
import { outcome } from "./errors.ts";
import { ImportType } from "./import.ts";

/** Beginning imports, stopping them and doing them again. */

const UploadOriginInput = builder.inputType("UploadOriginInput", {
  description: "The bytes follow: POST them to the `uploadPath` of the import.",
  fields: (t) => ({
    timeframe: t.field({ type: TimeframeEnum, description: "The most common step when left out." }),
    skipRejected: t.boolean({ description: "As of CsvInput." }),
  }),
});

const FileOriginInput = builder.inputType("FileOriginInput", {
  fields: (t) => ({
    path: t.string({ required: true, description: "Relative to the operator's folder." }),
    timeframe: t.field({ type: TimeframeEnum, description: "The most common step when left out." }),
    skipRejected: t.boolean({ description: "As of CsvInput." }),
  }),
});

const ExchangeOriginInput = builder.inputType("ExchangeOriginInput", {
  description: "Candles of a spot market, fetched page by page within the exchange's rate limit.",
  fields: (t) => ({
    exchange: t.string({ required: true, description: "A ccxt id, such as `binance`." }),
    symbol: t.string({ required: true, description: "Such as `BTC/USDT`." }),
    timeframe: t.field({ type: TimeframeEnum, required: true }),
    since: t.field({ type: "DateTime", required: true, description: "First open time." }),
    until: t.field({
      type: "DateTime",
      description: "Bars that open then or later are left out; all closed bars when left out.",
    }),
    skipRejected: t.boolean({ description: "As of CsvInput." }),
  }),
});

const ImportOriginInput = builder.inputType("ImportOriginInput", {
  description: "Where the candles come from, exactly one.",
  isOneOf: true,
  fields: (t) => ({
    upload: t.field({ type: UploadOriginInput }),
    file: t.field({ type: FileOriginInput }),
    exchange: t.field({ type: ExchangeOriginInput }),
  }),
});

const StartImportInput = builder.inputType("StartImportInput", {
  fields: (t) => ({
    name: t.string({ required: true, description: "How runs may call the dataset." }),
    instrument: t.string({ description: "As of importDataset; `exchange:symbol` for exchanges." }),
    origin: t.field({ type: ImportOriginInput, required: true }),
  }),
});

/** Mutations on imports: what each may fail with, and what it does. */
const payload = (name: string) =>
  builder.objectRef<{ import: ImportRecord }>(name).implement({
    fields: (t) => ({ import: t.field({ type: ImportType, resolve: (p) => p.import }) }),
  });

const StartImportResult = outcome("StartImportResult", payload("StartImportPayload"), [
  "VALIDATION",
  "QUEUE_FULL",
]);

type OriginArg = typeof ImportOriginInput.$inferInput;

function wishOf(labels: Pick<ImportWish, "name" | "instrument">, origin: OriginArg): ImportWish {
  const { upload, file, exchange } = origin;
  const given = upload ?? file ?? exchange;
  if (given == null) throw new Error("a one-of input without its one field");
  const common = {
    ...labels,
    ...present({ timeframe: given.timeframe }),
    onReject: given.skipRejected === true ? ("skip" as const) : ("refuse" as const),
  };
  if (file != null) return { ...common, origin: { kind: "FILE", path: file.path } };
  if (exchange == null) return { ...common, origin: { kind: "UPLOAD" } };
  const { exchange: id, symbol, since, until } = exchange;
  return {
    ...common,
    origin: {
      kind: "EXCHANGE",
      exchange: id,
      symbol,
      sinceMs: since.getTime(),
      untilMs: until?.getTime() ?? Date.now(),
    },
  };
}

function pathsOf(origin: OriginArg): PathPair[] {
  const kind = Object.keys(origin).find((key) => origin[key as keyof OriginArg] != null)!;
  const within = ["path", "timeframe", "exchange", "symbol", "since", "until"].map((name) => ({
    canonical: name,
    graphql: `input.origin.${kind}.${name}`,
  }));
  return [
    { canonical: "", graphql: "input" },
    { canonical: "name", graphql: "input.name" },
    { canonical: "instrument", graphql: "input.instrument" },
    ...within,
  ];
}

builder.mutationField("startImport", (t) =>
  t.field({
    type: StartImportResult.type,
    description: "Begins an import and answers at once; follow it with `importProgress`.",
    args: { input: t.arg({ type: StartImportInput, required: true }) },
    resolve: (_root, { input }, { services }) =>
      StartImportResult.attempt(() =>
        underPaths(pathsOf(input.origin), async () => {
          const labels = { name: input.name, ...present({ instrument: input.instrument }) };
          return { import: await services.imports.start(wishOf(labels, input.origin)) };
        }),
      ),
  }),
);

const FAILURES: readonly UserErrorCode[] = ["VALIDATION", "NOT_FOUND", "CONFLICT"];
const INPUT = [{ canonical: "", graphql: "input" }];

function importChange(name: "cancelImport" | "retryImport", description: string): void {
  const typeName = name[0].toUpperCase() + name.slice(1);
  const result = outcome(`${typeName}Result`, payload(`${typeName}Payload`), FAILURES);
  const inputType = builder.inputType(`${typeName}Input`, {
    fields: (t) => ({ id: t.id({ required: true }) }),
  });
  builder.mutationField(name, (t) =>
    t.field({
      type: result.type,
      description,
      args: { input: t.arg({ type: inputType, required: true }) },
      resolve: (_root, { input }, { services }) =>
        result.attempt(() =>
          underPaths(INPUT, async () => {
            const id = keyOf("Import", input.id, "input.id");
            const work = name === "cancelImport" ? services.imports.cancel : services.imports.retry;
            return { import: await work.call(services.imports, id) };
          }),
        ),
    }),
  );
}

importChange("cancelImport", "Stops an import; nothing is stored. A repeat changes nothing.");
importChange(
  "retryImport",
  "Does a FILE or EXCHANGE import that is FAILED or CANCELLED again; what was fetched is kept.",
);
