import type { ApiClient } from "../../client/api-client.ts";
import { type ListWorkersData, listWorkers } from "../../client/operations/list-workers.ts";
import type { ServiceConfig } from "../../config.ts";
import { runKey } from "../run-view.ts";
import type { ServerChoice } from "../service-options.ts";
import { openWherever } from "./run-access.ts";

export type WorkerView = ListWorkersData["workers"][number];

/** The registry of workers, wherever it is. */
export interface WorkersAccess extends AsyncDisposable {
  list(): Promise<readonly WorkerView[]>;
}

export function openWorkersAccess(
  config: ServiceConfig,
  choice: ServerChoice,
): Promise<WorkersAccess> {
  return openWherever(config, choice, { database: onDatabase, server: onServer });
}

async function onDatabase(config: ServiceConfig): Promise<WorkersAccess> {
  const { openServiceStore } = await import("../../app.ts");
  const store = await openServiceStore(config);
  return {
    list: async () =>
      (await store.workers()).map(({ leaseUntil: _leaseUntil, ...worker }) => ({
        ...worker,
        startedAt: worker.startedAt.toISOString(),
        heartbeatAt: worker.heartbeatAt.toISOString(),
      })),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

async function onServer(api: ApiClient): Promise<WorkersAccess> {
  return {
    list: async () =>
      (await api.request(listWorkers, {})).workers.map((worker) => ({
        ...worker,
        chunks: worker.chunks.map((chunk) => ({ ...chunk, runId: runKey(chunk.runId) })),
      })),
    async [Symbol.asyncDispose]() {},
  };
}
