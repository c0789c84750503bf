import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AccessControl } from "../access/access-control.ts";
import { REQUEST_LIMITS, TRAFFIC_LIMITS } from "../graphql/limits.ts";
import { ProgressHub } from "../graphql/progress/progress-hub.ts";
import { requestScope } from "./error-mask.ts";
import { answerExport, exportPath } from "./export-endpoint.ts";
import { createGraphqlEndpoint, type GraphqlEndpoint } from "./graphql-endpoint.ts";
import { answerLive, answerReady } from "./health.ts";
import { hostName, isLoopback, openDoor } from "./loopback.ts";
import { answerMetrics } from "./metrics.ts";
import {
  GRAPHQL_PATH,
  SERVER_DEFAULTS,
  type ServerOptions,
  type ServerSettings,
} from "./server-options.ts";
import { answerUpload, uploadPath } from "./upload.ts";
import { attachWebsockets } from "./websocket.ts";

/** Time to send a whole request of GraphQL, and a whole upload. */
const RECEIVE_TIMEOUT_MS = 30_000;
const UPLOAD_TIMEOUT_MS = 3_600_000;

export interface RunningServer {
  /** Of GraphQL and GraphiQL, such as `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  readonly port: number;
  /** There was no token when it started: whoever is on this machine may do everything. */
  readonly isOpen: boolean;
  /**
   * Takes nothing new, tells subscribers, waits for requests in flight, then ends every socket.
   * Until `others` have ended as well, or the time to drain is over, it says that it is not ready.
   */
  close(others?: Promise<unknown>): Promise<void>;
}

/** One HTTP server: GraphQL over POST, GET, SSE and websocket on /graphql, health on /health. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const settings: ServerSettings = {
    ...SERVER_DEFAULTS,
    ...options,
    limits: { ...REQUEST_LIMITS, ...options.limits },
    traffic: { ...TRAFFIC_LIMITS, ...options.traffic },
  };
  const access = await AccessControl.open(settings.services.store.access);
  if (access.isOpen && !isLoopback(settings.host)) {
    access.close();
    throw openDoor(settings.host);
  }
  const progress = new ProgressHub(settings.services.store);
  const endpoint = createGraphqlEndpoint(settings, progress, access);
  let draining = false;
  const server = createServer((request, response) =>
    route(request, response, { endpoint, settings, access, draining }),
  );
  server.headersTimeout = RECEIVE_TIMEOUT_MS;
  server.requestTimeout = UPLOAD_TIMEOUT_MS;
  server.maxConnections = settings.traffic.maxConnections;
  const closeWebsockets = attachWebsockets(server, endpoint, settings, access, () => {
    return draining;
  });
  const port = await listen(server, settings);
  let closing: Promise<void> | undefined;
  return {
    port,
    isOpen: access.isOpen,
    url: `http://${hostInUrl(settings.host)}:${port}${GRAPHQL_PATH}`,
    close(others = Promise.resolve()) {
      draining = true;
      const { drainMs } = settings;
      closing ??= drain(server, { progress, access, closeWebsockets, drainMs, others });
      return closing;
    },
  };
}

interface Routes {
  readonly endpoint: GraphqlEndpoint;
  readonly settings: ServerSettings;
  readonly access: AccessControl;
  readonly draining: boolean;
}

function route(request: IncomingMessage, response: ServerResponse, routes: Routes): void {
  const requestId = requestIdOf(request);
  response.setHeader("x-request-id", requestId);
  if (routes.draining) response.setHeader("connection", "close");
  const path = request.url?.split("?")[0];
  if (routes.access.isOpen && !isLoopback(hostName(request.headers.host ?? ""))) {
    // A foreign name that was made to point here: the page behind it is not from this machine.
    response.writeHead(421, { "content-type": "text/plain" }).end("Not this server's name\n");
  } else if (path === "/health/live") {
    answerLive(response);
  } else if (path === "/health/ready") {
    void answerReady(response, routes.settings.services, routes.draining);
  } else if (path === "/metrics" && routes.settings.metrics !== null) {
    void answerMetrics(request, response, routes.access, routes.settings.metrics);
  } else if (routes.draining) {
    answerGoing(response);
  } else if (path === GRAPHQL_PATH) {
    expectWithin(request, RECEIVE_TIMEOUT_MS);
    requestScope.run(requestId, () => void routes.endpoint(request, response));
  } else if (path !== undefined && uploadPath(path) !== null) {
    void answerUpload(request, response, { ...uploadPath(path)!, ...routes });
  } else if (path !== undefined && exportPath(path) !== null) {
    void answerExport(request, response, { id: exportPath(path)!, ...routes });
  } else if (path === "/") {
    response.writeHead(302, { location: GRAPHQL_PATH }).end();
  } else {
    response.writeHead(404, { "content-type": "text/plain" }).end("Not found\n");
  }
}

/** Another process, or this one's successor, takes what comes now. */
function answerGoing(response: ServerResponse): void {
  const message = "The server is going away; ask again in a moment";
  const body = { errors: [{ message, extensions: { code: "GOING_AWAY" } }] };
  response.writeHead(503, { "content-type": "application/json", "retry-after": "1" });
  response.end(JSON.stringify(body));
}

/** The server's own limit is that of uploads; this one ends a request that is sent too slowly. */
function expectWithin(request: IncomingMessage, ms: number): void {
  const timer = setTimeout(() => request.destroy(), ms);
  timer.unref();
  for (const end of ["end", "close"]) request.once(end, () => clearTimeout(timer));
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
  readonly access: AccessControl;
  readonly progress: ProgressHub;
  readonly closeWebsockets: () => Promise<void>;
  readonly drainMs: number;
  readonly others: Promise<unknown>;
}

async function drain(server: Server, parts: Drain): Promise<void> {
  const { progress, access, closeWebsockets, drainMs, others } = parts;
  const untilMs = performance.now() + drainMs;
  progress.close();
  await progress.whenIdle(drainMs);
  await closeWebsockets();
  await within(others, untilMs - performance.now());
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const leftMs = Math.max(0, untilMs - performance.now());
  const timer = setTimeout(() => server.closeAllConnections(), leftMs);
  server.closeIdleConnections();
  await closed;
  clearTimeout(timer);
  access.close();
}

/** Whatever becomes of it. */
async function within(work: Promise<unknown>, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.max(0, ms));
  await Promise.race([work.catch(() => {}), promise]);
  clearTimeout(timer);
}

function hostInUrl(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
