import { GraphQLError, type GraphQLErrorExtensions } from "graphql";
import { UserError } from "../core/user-error.ts";
import { isOutage } from "../store/outage.ts";

/**
 * What a client may see of an error: GraphQL's own errors as they are, a user's mistake with its
 * code and complaints, a database that is away as that, anything else as an internal error that
 * names the request and nothing more.
 */
export function publicError(error: unknown, unexpected: (cause: unknown) => string): GraphQLError {
  const located = error instanceof GraphQLError ? error : null;
  const cause = rootCause(error);
  if (cause instanceof UserError) {
    const { code, complaints, details } = cause;
    return relocated(located, cause.message, { code, complaints, ...details });
  }
  if (located !== null && cause instanceof GraphQLError) {
    if (located.extensions.code !== undefined) return located;
    return relocated(located, located.message, { ...located.extensions, code: "BAD_USER_INPUT" });
  }
  const requestId = unexpected(cause);
  if (isOutage(cause)) {
    const message = `The database does not answer; ask again in a moment (request ${requestId})`;
    const http = { status: 503, headers: { "retry-after": "1" } };
    return relocated(located, message, { code: "DATABASE_UNAVAILABLE", requestId, http });
  }
  return relocated(located, `Internal error in request ${requestId}`, {
    code: "INTERNAL_SERVER_ERROR",
    requestId,
    unexpected: true,
  });
}

function rootCause(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError != null) cause = cause.originalError;
  return cause;
}

/**
 * A new error at the same place of the document; nothing of the old one's stack or cause goes
 * along.
 */
function relocated(
  at: GraphQLError | null,
  message: string,
  extensions: GraphQLErrorExtensions,
): GraphQLError {
  return new GraphQLError(message, {
    nodes: at?.nodes ?? null,
    source: at?.source ?? null,
    positions: at?.positions ?? null,
    path: at?.path ?? null,
    extensions,
  });
}
