import {
  IMPORT_STATES,
  type ImportOrigin,
  type ImportRecord,
  type RejectedRows,
} from "../../store/import-records.ts";
import { byKey } from "../batch-loader.ts";
import { builder } from "../builder.ts";
import type { ImportableFile } from "../context.ts";
import { pageComplexity, pageOf, toConnection } from "../page.ts";
import { present } from "../request-mapping.ts";
import { connectionType, pageArgs } from "./connection.ts";
import { DatasetType, datasetByHash } from "./dataset.ts";
import { outcome } from "./errors.ts";
import { RejectedRowType } from "./import-dataset.ts";

/** Imports that take a while: uploads, files of the operator's folder, exchanges. */

const ImportStateEnum = builder.enumType("ImportState", {
  description: "SUCCEEDED is final; FAILED and CANCELLED until the import is retried.",
  values: IMPORT_STATES,
});

const ImportOriginEnum = builder.enumType("ImportOrigin", {
  description: "Where the candles come from.",
  values: {
    UPLOAD: { description: "Bytes that the client sends over HTTP." },
    FILE: { description: "A file of the folder that the operator allows." },
    EXCHANGE: { description: "The candle endpoint of an exchange." },
  } as const satisfies Record<ImportOrigin["kind"], object>,
});

const RejectedType = builder.objectRef<RejectedRows>("RejectedRows").implement({
  fields: (t) => ({
    count: t.exposeInt("count", { description: "Rows that were left out." }),
    first: t.field({
      type: [RejectedRowType],
      description: "The first twenty of them.",
      resolve: ({ first }) => first,
    }),
  }),
});

const ImportErrorType = builder.objectRef<NonNullable<ImportRecord["error"]>>("ImportError");
ImportErrorType.implement({
  fields: (t) => ({
    code: t.exposeString("code", {
      description: "Such as VALIDATION, EXCHANGE, INTERRUPTED (the upload was cut off), INTERNAL.",
    }),
    message: t.exposeString("message"),
  }),
});

export const ImportType = builder.objectRef<ImportRecord>("Import");

builder.node(ImportType, {
  description: "An import and how far it is. Kept after its end.",
  id: { resolve: ({ id }) => id, description: "Opaque global id." },
  loadMany: async (ids, { services }) => {
    const found = byKey(await services.store.importsById(ids), "id");
    return ids.map((id) => found.get(id) ?? null);
  },
  fields: (t) => ({
    name: t.string({
      description: "What the dataset will be called.",
      resolve: ({ request }) => request.name,
    }),
    instrument: t.string({ resolve: ({ request }) => request.instrument }),
    origin: t.field({ type: ImportOriginEnum, resolve: ({ request }) => request.origin.kind }),
    state: t.expose("state", { type: ImportStateEnum }),
    seq: t.exposeInt("seq", { description: "Rises with every change." }),
    bytesDone: t.expose("bytesDone", { type: "SafeInt", description: "Bytes received or read." }),
    bytesTotal: t.expose("bytesTotal", {
      type: "SafeInt",
      nullable: true,
      description: "Bytes there are; null where nobody has said.",
    }),
    bars: t.exposeInt("bars", { description: "Bars fetched from an exchange." }),
    fraction: t.exposeFloat("fraction", {
      nullable: true,
      description: "Done of the whole, a ratio from 0 to 1; null where the whole is not known.",
    }),
    message: t.exposeString("message", {
      nullable: true,
      description: "What it is doing or waiting for, for a person.",
    }),
    error: t.field({ type: ImportErrorType, nullable: true, resolve: ({ error }) => error }),
    rejected: t.field({
      type: RejectedType,
      nullable: true,
      description: "Rows left out by `skipRejected`; null before the end.",
      resolve: ({ rejected }) => rejected,
    }),
    dataset: t.field({
      type: DatasetType,
      nullable: true,
      description: "What it made, or the same candles under the name they had; null before that.",
      resolve: ({ datasetHash }, _args, context) =>
        datasetHash === null ? null : datasetByHash(context, datasetHash),
    }),
    created: t.exposeBoolean("created", {
      nullable: true,
      description: "False when the same candles were there already; null before the end.",
    }),
    uploadPath: t.string({
      nullable: true,
      description: "Where to POST the bytes, beside /graphql; null unless it waits for them.",
      resolve: ({ id, state }) => (state === "WAITING" ? `/imports/${id}` : null),
    }),
    createdAt: t.expose("createdAt", { type: "DateTime" }),
    startedAt: t.expose("startedAt", { type: "DateTime", nullable: true }),
    finishedAt: t.expose("finishedAt", { type: "DateTime", nullable: true }),
  }),
});

const ImportableFileType = builder.objectRef<ImportableFile>("ImportableFile").implement({
  fields: (t) => ({
    path: t.exposeString("path", { description: "Relative to the folder; for `file.path`." }),
    bytes: t.expose("bytes", { type: "SafeInt" }),
    modifiedAt: t.expose("modifiedAt", { type: "DateTime" }),
  }),
});

const ImportableFilesType = builder.objectRef<{ files: readonly ImportableFile[] }>(
  "ImportableFiles",
);
ImportableFilesType.implement({
  fields: (t) => ({ files: t.field({ type: [ImportableFileType], resolve: (r) => r.files }) }),
});
const ImportableFilesResult = outcome("ImportableFilesResult", ImportableFilesType, ["VALIDATION"]);

const ImportConnection = connectionType("Import", ImportType);

builder.queryFields((t) => ({
  imports: t.field({
    type: ImportConnection,
    description: "Newest first.",
    args: { ...pageArgs, states: t.arg({ type: [ImportStateEnum] }) },
    complexity: pageComplexity,
    resolve: async (_root, { states, ...args }, { services }) =>
      toConnection(await services.store.listImports(pageOf(args), present({ states })), args),
  }),
  importableFiles: t.field({
    type: ImportableFilesResult.type,
    description: "Candle files in the folder that the operator allows; the first 1,000 by path.",
    complexity: 50,
    resolve: (_root, _args, { services }) =>
      ImportableFilesResult.attempt(async () => ({ files: await services.imports.files() })),
  }),
}));
