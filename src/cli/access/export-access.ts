import type { ApiClient } from "../../client/api-client.ts";
import { viewer } from "../../client/operations/viewer.ts";
import type { ServiceConfig } from "../../config.ts";
import { download } from "../api/download.ts";
import type { ServerChoice } from "../service-options.ts";
import { openWherever } from "./run-access.ts";
import { noSuchRun } from "./server-access.ts";

/** Parameters of an export, as its address has them. */
export type ExportParameters = Readonly<Record<string, string>>;

export interface ExportAccess extends AsyncDisposable {
  /** Throws UserError as the server does: NOT_FOUND, CONFLICT, VALIDATION. */
  bytes(runId: string, parameters: ExportParameters): Promise<AsyncIterable<Uint8Array>>;
}

/** From the database itself or through a server, see openRunAccess. */
export function openExportAccess(
  config: ServiceConfig,
  choice: ServerChoice,
): Promise<ExportAccess> {
  return openWherever<ExportAccess>(config, choice, { database, server });
}

async function database(config: ServiceConfig): Promise<ExportAccess> {
  const { openExports, openServiceStore } = await import("../../app.ts");
  const store = await openServiceStore(config);
  const exports = openExports(store, config);
  return {
    bytes: async (runId, parameters) => {
      const run = await store.run(runId);
      if (run === null) throw noSuchRun(runId);
      return (await exports.open(run, parameters)).bytes();
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
}

async function server(api: ApiClient): Promise<ExportAccess> {
  await api.request(viewer, {});
  return {
    bytes: (runId, parameters) =>
      download(api, `/runs/${encodeURIComponent(runId)}/export?${new URLSearchParams(parameters)}`),
    async [Symbol.asyncDispose]() {},
  };
}
