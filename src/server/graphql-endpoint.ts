import { createYoga, type YogaServerInstance } from "graphql-yoga";
import type { GraphqlContext } from "../graphql/context.ts";
import type { ProgressHub } from "../graphql/progress/progress-hub.ts";
import { schema } from "../graphql/schema.ts";
import { errorMask } from "./error-mask.ts";
import { GRAPHIQL_OPTIONS, graphiqlRenderer, usePagePolicy } from "./graphiql.ts";
import { GRAPHQL_PATH, type ServerSettings } from "./server-options.ts";
import { useCostLimits, useCsrfGuard, useDocumentLimits, useQueryTimeout } from "./yoga-plugins.ts";

/** Over websocket there is no request; the socket's end takes the place of its signal. */
export interface TransportContext {
  readonly clientGone?: AbortSignal;
}

export type GraphqlEndpoint = YogaServerInstance<TransportContext, GraphqlContext>;

/**
 * Queries, mutations and server-sent events on /graphql, and the pipeline that websockets share.
 */
export function createGraphqlEndpoint(
  settings: ServerSettings,
  progress: ProgressHub,
): GraphqlEndpoint {
  const { services, limits, corsOrigins } = settings;
  return createYoga<TransportContext, GraphqlContext>({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    context: ({ request, clientGone }) => ({
      services,
      progress,
      signal: clientGone ?? request.signal,
    }),
    plugins: [
      usePagePolicy(),
      useCsrfGuard(),
      useDocumentLimits(limits),
      useCostLimits(limits),
      useQueryTimeout(settings.queryTimeoutMs),
    ],
    maskedErrors: { maskError: errorMask(settings.log) },
    cors:
      corsOrigins.length === 0
        ? false
        : { origin: [...corsOrigins], credentials: false, methods: ["GET", "POST", "OPTIONS"] },
    graphiql: settings.graphiql && GRAPHIQL_OPTIONS,
    renderGraphiQL: graphiqlRenderer(),
    maxRequestBodySize: settings.maxBodyBytes,
    landingPage: false,
    multipart: false,
    batching: false,
    logging: false,
  });
}
