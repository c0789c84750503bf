import type { Plugin } from "graphql-yoga";
import { type AccessControl, AccessDenied } from "../access/access-control.ts";
import type { Principal } from "../access/principal.ts";

/** Whom each HTTP request is made for, once that is known. */
export type Principals = WeakMap<Request, Principal>;

/**
 * Nothing of GraphQL is answered before it is known who asks. The page of GraphiQL holds nothing
 * but itself, so it comes without a token; what it asks needs one.
 */
export function useAccess(access: AccessControl, principals: Principals): Plugin {
  return {
    async onRequest({ request, fetchAPI, endResponse }) {
      if (request.method === "OPTIONS" || isPageRequest(request)) return;
      try {
        const principal = await access.principalOf(request.headers.get("authorization"));
        principals.set(request, principal);
      } catch (error) {
        if (!(error instanceof AccessDenied)) throw error;
        const body = { errors: [unauthenticated(error.message)] };
        const headers = { "www-authenticate": "Bearer" };
        endResponse(fetchAPI.Response.json(body, { status: 401, headers }));
      }
    },
  };
}

export function unauthenticated(message: string) {
  return { message, extensions: { code: "UNAUTHENTICATED" } };
}

function isPageRequest(request: Request): boolean {
  if (request.method !== "GET" || new URL(request.url).searchParams.has("query")) return false;
  return request.headers.get("accept")?.includes("text/html") === true;
}
