import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { REQUEST_LIMITS } from "../graphql/limits.ts";
import { ProgressHub } from "../graphql/progress/progress-hub.ts";
import { requestScope } from "./error-mask.ts";
import { createGraphqlEndpoint, type GraphqlEndpoint } from "./graphql-endpoint.ts";
import { answerLive, answerReady } from "./health.ts";
import {
  GRAPHQL_PATH,
  SERVER_DEFAULTS,
  type ServerOptions,
  type ServerSettings,
} from "./server-options.ts";
import { attachWebsockets } from "./websocket.ts";

const RECEIVE_TIMEOUT_MS = 30_000;

export interface RunningServer {
  /** Of GraphQL and GraphiQL, such as `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  readonly port: number;
  /** Stops accepting, tells subscribers, waits for requests in flight, then ends every socket. */
  close(): Promise<void>;
}

/** One HTTP server: GraphQL over POST, GET, SSE and websocket on /graphql, health on /health. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const settings: ServerSettings = {
    ...SERVER_DEFAULTS,
    ...options,
    limits: { ...REQUEST_LIMITS, ...options.limits },
  };
  const progress = new ProgressHub(settings.services.store);
  const endpoint = createGraphqlEndpoint(settings, progress);
  let draining = false;
  const server = createServer((request, response) =>
    route(request, response, { endpoint, settings, draining }),
  );
  server.requestTimeout = RECEIVE_TIMEOUT_MS;
  const closeWebsockets = attachWebsockets(server, endpoint, settings);
  const port = await listen(server, settings);
  let closing: Promise<void> | undefined;
  return {
    port,
    url: `http://${hostInUrl(settings.host)}:${port}${GRAPHQL_PATH}`,
    close() {
      draining = true;
      closing ??= drain(server, { progress, closeWebsockets, drainMs: settings.drainMs });
      return closing;
    },
  };
}

interface Routes {
  readonly endpoint: GraphqlEndpoint;
  readonly settings: ServerSettings;
  readonly draining: boolean;
}

function route(request: IncomingMessage, response: ServerResponse, routes: Routes): void {
  const requestId = requestIdOf(request);
  response.setHeader("x-request-id", requestId);
  if (routes.draining) response.setHeader("connection", "close");
  const path = request.url?.split("?")[0];
  if (path === GRAPHQL_PATH) {
    requestScope.run(requestId, () => void routes.endpoint(request, response));
  } else if (path === "/health/live") {
    answerLive(response);
  } else if (path === "/health/ready") {
    void answerReady(response, routes.settings.services, routes.draining);
  } else if (path === "/") {
    response.writeHead(302, { location: GRAPHQL_PATH }).end();
  } else {
    response.writeHead(404, { "content-type": "text/plain" }).end("Not found\n");
  }
}

/** A client's own id is taken over when it is harmless in a log. */
function requestIdOf(request: IncomingMessage): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}

async function listen(server: Server, { host, port }: ServerSettings): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, host, resolve);
  await promise;
  server.off("error", reject);
  return (server.address() as AddressInfo).port;
}

interface Drain {
  readonly progress: ProgressHub;
  readonly closeWebsockets: () => Promise<void>;
  readonly drainMs: number;
}

async function drain(server: Server, { progress, closeWebsockets, drainMs }: Drain): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  progress.close();
  await progress.whenIdle(drainMs);
  await closeWebsockets();
  const timer = setTimeout(() => server.closeAllConnections(), drainMs);
  server.closeIdleConnections();
  await closed;
  clearTimeout(timer);
}

function hostInUrl(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
