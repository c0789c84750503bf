import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import type { GraphQLError } from "graphql";
import { publicError } from "../graphql/public-error.ts";
import type { Logger } from "./server-options.ts";

/** The id of the HTTP request that is being served. */
export const requestScope = new AsyncLocalStorage<string>();

/** Hides unexpected errors behind a request id, under which the log has the whole error. */
export function errorMask(log: Logger): (error: unknown) => GraphQLError {
  return (error) =>
    publicError(error, (cause) => {
      const requestId = requestScope.getStore() ?? randomUUID();
      if (isAbort(cause)) log.info({ requestId }, "the client went away during a request");
      else log.error({ requestId, err: cause }, "unexpected error in a request");
      return requestId;
    });
}

function isAbort(cause: unknown): boolean {
  return cause instanceof Error && cause.name === "AbortError";
}
