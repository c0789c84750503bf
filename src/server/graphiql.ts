import type { Plugin } from "graphql-yoga";
import { EXAMPLE_OPERATIONS } from "./example-operations.ts";

type GraphiqlOptions = Parameters<
  typeof import("@graphql-yoga/render-graphiql")["renderGraphiQL"]
>[0];

export const GRAPHIQL_OPTIONS = {
  title: "Sweepline",
  // Over HTTP the headers of a tab go along, and a token with them.
  subscriptionsProtocol: "SSE",
  defaultTabs: EXAMPLE_OPERATIONS.map(({ query, variables }) => ({
    query,
    variables: JSON.stringify(variables, null, 2),
  })),
} as const;

/**
 * The page with all its scripts, styles and fonts: a machine without internet has it too. It is
 * 9 MB of text, so it is read when somebody asks for it first.
 */
export function graphiqlRenderer(): (options: GraphiqlOptions) => Promise<Uint8Array<ArrayBuffer>> {
  let page: Promise<Uint8Array<ArrayBuffer>> | undefined;
  return (options) => {
    page ??= render(options);
    return page;
  };
}

async function render(options: GraphiqlOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { renderGraphiQL } = await import("@graphql-yoga/render-graphiql");
  return new TextEncoder().encode(renderGraphiQL(options));
}

/** What the page may load: itself and this server, whatever a later version of it would like. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' blob:",
  "worker-src blob:",
  "style-src 'unsafe-inline'",
  "font-src data:",
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export function usePagePolicy(): Plugin {
  return {
    onResponse({ response }) {
      const isPage = response.headers.get("content-type")?.startsWith("text/html") === true;
      if (isPage) response.headers.set("content-security-policy", PAGE_POLICY);
    },
  };
}
