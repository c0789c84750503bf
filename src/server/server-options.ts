import type { Store } from "../app.ts";
import type { Services } from "../graphql/context.ts";
import type { RequestLimits, TrafficLimits } from "../graphql/limits.ts";

/** The part of a logger the server needs; pino is one. */
export interface Logger {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** With the whole store: health, progress and access read more of it than resolvers do. */
export interface ServerServices extends Services {
  readonly store: Store;
}

export interface ServerOptions {
  readonly services: ServerServices;
  readonly log: Logger;
  /** 127.0.0.1 unless said otherwise; any other machine may only come in with a token. */
  readonly host?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly maxBodyBytes?: number;
  /** A query that takes longer is answered with an error; mutations have their own deadlines. */
  readonly queryTimeoutMs?: number;
  /** Origins of web pages that may read answers; none by default. */
  readonly corsOrigins?: readonly string[];
  readonly graphiql?: boolean;
  readonly limits?: Partial<RequestLimits>;
  readonly traffic?: Partial<TrafficLimits>;
  /** How long a websocket may take to say who it is. */
  readonly connectionInitWaitMs?: number;
  /** How long `close` waits for requests in flight. */
  readonly drainMs?: number;
  /** Called when a query begins to be executed; what it answers with, at its end. */
  readonly watchQuery?: () => () => void;
  /** What /metrics answers; without it there is no such page. */
  readonly metrics?: Metrics | null;
}

export type Metrics = () => Promise<{ readonly contentType: string; readonly text: string }>;

export type ServerSettings = Required<Omit<ServerOptions, "limits" | "traffic">> & {
  readonly limits: RequestLimits;
  readonly traffic: TrafficLimits;
};

export const SERVER_DEFAULTS = {
  host: "127.0.0.1",
  port: 0,
  maxBodyBytes: 10_000_000,
  queryTimeoutMs: 30_000,
  corsOrigins: [],
  graphiql: true,
  connectionInitWaitMs: 3_000,
  drainMs: 5_000,
  watchQuery: () => () => {},
  metrics: null,
} as const;

export const GRAPHQL_PATH = "/graphql";
