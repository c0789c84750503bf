import { ApiClient } from "../../client/api-client.ts";
import { type ServiceConfig, serverToken } from "../../config.ts";
import type { ReportRequest, ReportView, RunRow, RunSummary } from "../run-view.ts";
import type { ServerChoice } from "../service-options.ts";
import { openDatabaseAccess } from "./database-access.ts";
import { serverAccess } from "./server-access.ts";

export type RunChange = "pause" | "resume" | "retry";

/** Runs as they are stored, wherever they are stored. */
export interface RunAccess extends AsyncDisposable {
  /** Newest first. */
  list(limit: number): Promise<readonly RunSummary[]>;
  /** Best first. Throws UserError NOT_FOUND when there is no such run. */
  top(runId: string, limit: number): Promise<readonly RunRow[]>;
  /** Throws UserError NOT_FOUND when there is no such run or rank. */
  report(runId: string, request: ReportRequest): Promise<ReportView>;
  /** The run as it is afterwards: ended, or about to. Throws UserError NOT_FOUND. */
  cancel(runId: string, reason: string): Promise<RunSummary>;
  /** The run as it is afterwards. Throws UserError NOT_FOUND, or CONFLICT from its state. */
  change(runId: string, change: RunChange): Promise<RunSummary>;
  /** Throws UserError NOT_FOUND, or CONFLICT when the run has not ended. */
  delete(runId: string): Promise<void>;
}

/**
 * A server when one is named; otherwise the database itself. An embedded database belongs to one
 * process: when that is a server, it is asked at the configured address.
 */
export async function openRunAccess(
  config: ServiceConfig,
  choice: ServerChoice,
): Promise<RunAccess> {
  return openWherever(config, choice, { database: openDatabaseAccess, server: serverAccess });
}

/** How something is done on the database, and how through a server. */
interface Ways<Access> {
  readonly database: (config: ServiceConfig) => Promise<Access>;
  readonly server: (api: ApiClient) => Promise<Access>;
}

/** See openRunAccess, for anything that can be done in both ways. */
export async function openWherever<Access>(
  config: ServiceConfig,
  choice: ServerChoice,
  { database, server }: Ways<Access>,
): Promise<Access> {
  const token = serverToken(choice.token);
  if (choice.server !== undefined) return server(new ApiClient(endpointOf(choice.server), token));
  if (config.databaseUrl !== null) return database(config);
  try {
    return await database(config);
  } catch (inUse) {
    const api = new ApiClient(`http://${config.host}:${config.port}/graphql`, token);
    return server(api).catch((unreachable: Error) => {
      throw new Error(
        `${(inUse as Error).message}; and ${unreachable.message}. ` +
          "Name the server that has it open with --server http://host:port",
      );
    });
  }
}

/** `http://host:port` and `http://host:port/graphql` are the same server. */
export function endpointOf(url: string): string {
  return /\/graphql\/?$/.test(url) ? url : `${url.replace(/\/+$/, "")}/graphql`;
}
