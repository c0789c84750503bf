import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type {
  ExecutionArgs,
  FormattedExecutionResult,
  GraphQLError,
  GraphQLFormattedError,
} from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { type WebSocket, WebSocketServer } from "ws";
import { type AccessControl, AccessDenied } from "../access/access-control.ts";
import type { Principal } from "../access/principal.ts";
import { limitExceeded } from "../graphql/limit-exceeded.ts";
import { errorMask } from "./error-mask.ts";
import type { GraphqlEndpoint } from "./graphql-endpoint.ts";
import { OwnerQuota } from "./owner-quota.ts";
import { GRAPHQL_PATH, type ServerSettings } from "./server-options.ts";

/** Codes of the protocol, and of websockets, that a socket is closed with. */
const FORBIDDEN = 4403;
const TRY_AGAIN_LATER = 1013;

/**
 * What the operation of a websocket message runs with: Yoga's own pipeline, carried along as root
 * value.
 */
interface Pipeline {
  readonly execute: (args: ExecutionArgs) => never;
  readonly subscribe: (args: ExecutionArgs) => never;
}

/**
 * `graphql-transport-ws` on the path and port of the HTTP endpoint, with the same schema, limits
 * and masking. The answer waits until open operations have ended, `drainMs` at most, then closes
 * every socket with 1001.
 */
export function attachWebsockets(
  server: Server,
  endpoint: GraphqlEndpoint,
  settings: ServerSettings,
  access: AccessControl,
  isDraining: () => boolean,
): () => Promise<void> {
  const { maxMessageBytes, maxOperations, maxSockets } = settings.traffic;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes });
  const admit = socketAdmission(access, new OwnerQuota(maxSockets));
  const viewers = new WeakMap<WebSocket, Principal>();
  const mask = errorMask(settings.log);
  const gone = new WeakMap<WebSocket, AbortSignal>();
  sockets.on("connection", (socket) => gone.set(socket, closeSignal(socket)));

  server.on("upgrade", (request, socket, head) => {
    const refusal = isDraining() ? "503 Service Unavailable" : refuseUpgrade(request, settings);
    if (refusal !== null) return answerAndEnd(socket, refusal);
    sockets.handleUpgrade(request, socket, head, (opened) => {
      sockets.emit("connection", opened, request);
      // The library prints what a client's socket did wrong on the console; it belongs in the log.
      opened.removeAllListeners("error");
      opened.on("error", ({ message }) => settings.log.info({ message }, "websocket error"));
    });
  });

  const operations = new OpenOperations();
  const disposable = useServer(
    {
      // Otherwise the reason of a close would repeat what went wrong inside.
      isProd: true,
      jsonMessageReviver: refuseOurOwn,
      connectionInitWaitTimeout: settings.connectionInitWaitMs,
      execute: (args) => (args.rootValue as Pipeline).execute(args),
      subscribe: (args) => (args.rootValue as Pipeline).subscribe(args),
      async onConnect({ extra, connectionParams }) {
        const viewer = await admit(extra.socket, extra.request, connectionParams);
        if (viewer === null) return false;
        viewers.set(extra.socket, viewer);
        return true;
      },
      async onSubscribe({ extra, subscriptions }, _id, params) {
        const open = Object.keys(subscriptions).length;
        if (open > maxOperations) {
          return [limitExceeded("number of open operations", open, maxOperations)];
        }
        const viewer = viewers.get(extra.socket);
        const clientGone = gone.get(extra.socket);
        const pipeline = endpoint.getEnveloped({ clientGone, viewer, params });
        try {
          const document = pipeline.parse(params.query);
          const errors = pipeline.validate(pipeline.schema, document);
          if (errors.length > 0) return errors as GraphQLError[];
          return {
            schema: pipeline.schema,
            document,
            operationName: params.operationName,
            variableValues: params.variables,
            contextValue: await pipeline.contextFactory(),
            rootValue: { execute: pipeline.execute, subscribe: pipeline.subscribe },
          };
        } catch (error) {
          return [mask(error)];
        }
      },
      onOperation: () => operations.begin(),
      onComplete: () => operations.end(),
      onError: (_context, _id, _payload, errors) => errors.map(withoutHttp),
      onNext: (_context, _id, _payload, _args, result) => {
        if (result.errors === undefined) return undefined;
        return { ...result, errors: result.errors.map(withoutHttp) } as FormattedExecutionResult;
      },
    },
    sockets,
  );
  return async () => {
    await operations.ended(settings.drainMs);
    await disposable.dispose();
  };
}

/** What only a server may say. The library would take it for a fault of its own. */
const OUR_OWN: readonly unknown[] = ["connection_ack", "next", "error"];

/** For JSON.parse: the whole message comes last, without a name. */
function refuseOurOwn(name: string, value: unknown): unknown {
  const isMessage = name === "" && typeof value === "object" && value !== null && "type" in value;
  if (isMessage && OUR_OWN.includes(value.type)) throw new Error("a message of the server");
  return value;
}

/**
 * Who a socket belongs to, by the `authorization` in the payload of its `connection_init`, or by
 * the header it was opened with, as clients outside of browsers can. A socket that is not let in is
 * closed, as is one whose token expires or is revoked.
 */
function socketAdmission(access: AccessControl, quota: OwnerQuota) {
  return async (
    socket: WebSocket,
    request: IncomingMessage,
    params: Readonly<Record<string, unknown>> | undefined,
  ): Promise<Principal | null> => {
    const given = params?.authorization ?? params?.Authorization ?? request.headers.authorization;
    try {
      const viewer = await access.principalOf(given === undefined ? null : String(given));
      const release = quota.take(viewer.owner);
      if (release === null) {
        socket.close(TRY_AGAIN_LATER, `Too many connections: the bound is ${quota.bound}`);
        return null;
      }
      const unwatch = access.watch(viewer, (reason) => socket.close(FORBIDDEN, reason));
      socket.once("close", () => {
        unwatch();
        release();
      });
      return viewer;
    } catch (error) {
      if (!(error instanceof AccessDenied)) throw error;
      socket.close(FORBIDDEN, error.message);
      return null;
    }
  };
}

/** Counts operations, so that none is cut off before its last message is on its way. */
class OpenOperations {
  #open = 0;
  #idle: (() => void) | null = null;

  begin(): void {
    this.#open++;
  }

  end(): void {
    if (--this.#open === 0) this.#idle?.();
  }

  async ended(timeoutMs: number): Promise<void> {
    if (this.#open > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, timeoutMs);
      this.#idle = resolve;
      await promise;
      clearTimeout(timer);
    }
    // The library sends `complete` right after it has told of the end.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function closeSignal(socket: WebSocket): AbortSignal {
  const controller = new AbortController();
  socket.once("close", () => controller.abort());
  return controller.signal;
}

/**
 * Browsers do not ask before opening a websocket, so pages of other origins are turned away here.
 */
function refuseUpgrade(request: IncomingMessage, settings: ServerSettings): string | null {
  if (request.url?.split("?")[0] !== GRAPHQL_PATH) return "404 Not Found";
  const { origin, host } = request.headers;
  if (origin === undefined || settings.corsOrigins.includes(origin)) return null;
  return URL.canParse(origin) && new URL(origin).host === host ? null : "403 Forbidden";
}

function answerAndEnd(socket: Duplex, status: string): void {
  socket.on("error", () => {});
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** `extensions.http` tells the HTTP side its status; it means nothing here. */
function withoutHttp(error: GraphQLError): GraphQLFormattedError {
  const formatted = error.toJSON();
  if (formatted.extensions?.http === undefined) return formatted;
  const { http: _, ...extensions } = formatted.extensions;
  return { ...formatted, extensions };
}
