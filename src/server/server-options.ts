import type { Services } from "../graphql/context.ts";
import type { RequestLimits } from "../graphql/limits.ts";

/** The part of a logger the server needs; pino is one. */
export interface Logger {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface ServerOptions {
  readonly services: Services;
  readonly log: Logger;
  /** 127.0.0.1 unless said otherwise: there is no access control yet. */
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
  /** How long `close` waits for requests in flight. */
  readonly drainMs?: number;
}

export type ServerSettings = Required<Omit<ServerOptions, "limits">> & {
  readonly limits: RequestLimits;
};

export const SERVER_DEFAULTS = {
  host: "127.0.0.1",
  port: 0,
  maxBodyBytes: 10_000_000,
  queryTimeoutMs: 30_000,
  corsOrigins: [],
  graphiql: true,
  drainMs: 5_000,
} as const;

export const GRAPHQL_PATH = "/graphql";
