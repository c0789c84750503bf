import { createYoga, type YogaServerInstance } from "graphql-yoga";
import type { AccessControl } from "../access/access-control.ts";
import type { Principal } from "../access/principal.ts";
import { viewerServices } from "../graphql/access/viewer-services.ts";
import type { GraphqlContext } from "../graphql/context.ts";
import type { ProgressHub } from "../graphql/progress/progress-hub.ts";
import { schema } from "../graphql/schema.ts";
import { type Principals, useAccess } from "./access-plugin.ts";
import { useBoundedSubscriptions } from "./bounded-subscription.ts";
import { errorMask, requestScope } from "./error-mask.ts";
import { GRAPHIQL_OPTIONS, graphiqlRenderer, usePagePolicy } from "./graphiql.ts";
import { useIncrementalDelivery } from "./incremental-delivery.ts";
import { OwnerQuota } from "./owner-quota.ts";
import { GRAPHQL_PATH, type ServerSettings } from "./server-options.ts";
import { useSubscriptionRoot } from "./subscription-root.ts";
import {
  useCostLimits,
  useCsrfGuard,
  useDocumentLimits,
  useQueryTimeout,
  useQueryWatch,
} from "./yoga-plugins.ts";

/** Over websocket there is no request; the socket's end takes the place of its signal. */
export interface TransportContext {
  readonly clientGone?: AbortSignal;
  readonly viewer?: Principal;
}

export type GraphqlEndpoint = YogaServerInstance<TransportContext, GraphqlContext>;

/**
 * Queries, mutations and server-sent events on /graphql, and the pipeline that websockets share.
 */
export function createGraphqlEndpoint(
  settings: ServerSettings,
  progress: ProgressHub,
  access: AccessControl,
): GraphqlEndpoint {
  const { services, limits, traffic, corsOrigins } = settings;
  const principals: Principals = new WeakMap();
  return createYoga<TransportContext, GraphqlContext>({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    context: ({ request, clientGone, viewer: overSocket }) => {
      const viewer = overSocket ?? principals.get(request);
      if (viewer === undefined) throw new Error("nobody knows who asks");
      return {
        services: viewerServices(services, viewer),
        progress,
        viewer,
        overSocket: overSocket !== undefined,
        requestId: requestScope.getStore() ?? null,
        onUnaudited: (audit, err) => settings.log.error({ audit, err }, "missing in the audit log"),
        signal: clientGone ?? request.signal,
      };
    },
    plugins: [
      usePagePolicy(),
      useCsrfGuard(),
      useAccess(access, principals),
      useDocumentLimits(limits),
      useQueryWatch(settings.watchQuery),
      useSubscriptionRoot(),
      useIncrementalDelivery(settings.queryTimeoutMs),
      useCostLimits(limits),
      useQueryTimeout(settings.queryTimeoutMs),
      useBoundedSubscriptions(access, new OwnerQuota(traffic.maxSubscriptions)),
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
