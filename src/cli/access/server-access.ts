import type { ApiClient } from "../../client/api-client.ts";
import { viewer } from "../../client/operations/viewer.ts";
import { UserError } from "../../config.ts";
import { variantReport } from "../api/report-api.ts";
import { cancelRun, changeRun, deleteRun, listRuns, topRows } from "../api/runs-api.ts";
import type { RunAccess } from "./run-access.ts";

/** Through the GraphQL of a running server. Throws when none answers. */
export async function serverAccess(api: ApiClient): Promise<RunAccess> {
  await api.request(viewer, {});
  return {
    list: (limit) => listRuns(api, limit),
    top: async (runId, limit) => {
      const rows = await topRows(api, runId, limit);
      if (rows === null) throw noSuchRun(runId);
      return rows;
    },
    report: async (runId, request) => {
      const report = await variantReport(api, runId, request);
      if (report === null) throw noSuchRun(runId);
      return report;
    },
    cancel: (runId, reason) => cancelRun(api, runId, reason),
    change: (runId, change) => changeRun(api, runId, change),
    delete: (runId) => deleteRun(api, runId),
    async [Symbol.asyncDispose]() {},
  };
}

export function noSuchRun(runId: string): UserError {
  const complaint = { path: "id", message: "no such run", value: runId, bound: null };
  return new UserError("NOT_FOUND", complaint);
}
