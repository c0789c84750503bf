import { complaint, UserError } from "../core/user-error.ts";
import type { RunExport, Services } from "./context.ts";
import { type UploadAnswer, uploadRefusal } from "./upload-request.ts";

/** Exports over plain HTTP in the API's terms: of what, and what is answered instead. */

export interface ExportQuery {
  /** A run's id, global or not. */
  readonly id: string;
  readonly query: URLSearchParams;
  readonly method: string;
}

/**
 * The export that a request asks for, as the viewer's services have it. UserError NOT_FOUND for a
 * run that is not there or somebody else's.
 */
export async function findExport(
  services: Services,
  { id, query, method }: ExportQuery,
): Promise<RunExport> {
  if (method !== "GET" && method !== "HEAD") {
    throw new UserError("VALIDATION", complaint("method", "not allowed", method, "GET, HEAD"));
  }
  const run = await services.store.run(id.replace(/^Run_/, ""));
  if (run === null) {
    throw new UserError("NOT_FOUND", complaint("id", "there is no such run", id));
  }
  return services.exports.open(run, Object.fromEntries(query));
}

/** Null for what is nobody's mistake. */
export function exportRefusal(error: unknown): UploadAnswer | null {
  return uploadRefusal(error);
}
