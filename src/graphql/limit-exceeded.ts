import { GraphQLError } from "graphql";

/** The refusal of a request over a bound: what was measured, its value, and the bound. */
export function limitExceeded(what: string, value: number, bound: number): GraphQLError {
  return new GraphQLError(`The ${what} of this request is ${value}, the bound is ${bound}`, {
    extensions: { code: "LIMIT_EXCEEDED", limit: what, value, bound, http: { status: 400 } },
  });
}
