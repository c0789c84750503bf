import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { post } from "../server/graphql-client.ts";
import { crossRequest, FOLLOW, LARGE, SMALL, START } from "../server/requests.ts";
import { TestService } from "../server/test-service.ts";
import { ended as endOf } from "../support/service-under-test.ts";

/** GraphQL over server-sent events, the mode of distinct connections. */
let service: TestService;
let long: string;
let ended: string;
beforeAll(async () => {
  service = await TestService.start();
  await service.importSynthetic("hours", 500);
  const start = async (grid: typeof SMALL) => {
    const input = { request: crossRequest("hours", grid) };
    return (await post(service.url, START, { input })).data.startRun.run.id as string;
  };
  ended = await start(SMALL);
  await endOf(service.store, keyOf(ended));
  service.door.shut(0);
  long = await start(LARGE);
  await service.runs.pauseRun(keyOf(long));
});
afterAll(async () => {
  await service.runs.cancelRun(keyOf(long), null);
  await service[Symbol.asyncDispose]();
});

const keyOf = (id: string) => id.replace("Run_", "");
const STREAM = { "content-type": "application/json", accept: "text/event-stream" };

function ask(query: string, variables: object = {}, init: RequestInit = {}) {
  const body = JSON.stringify({ query, variables });
  return fetch(service.url, { method: "POST", headers: STREAM, body, ...init });
}

/** The blocks of a whole stream, comments left out. */
async function blocks(response: Response): Promise<string[]> {
  const text = await response.text();
  return text.split("\n\n").filter((block) => block !== "" && !/^:/.test(block));
}

describe("a stream", () => {
  it("is one of events `next`, then `complete`, and ends", async () => {
    const response = await ask(FOLLOW, { id: ended, after: 0 });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(response.headers.get("cache-control")).toMatch(/no-cache/);
    const all = await blocks(response);
    const events = all.map((block) => /^event: (\w+)$/m.exec(block)?.[1]);
    expect(events.slice(0, -1).every((event) => event === "next")).toBe(true);
    expect(events.at(-1)).toBe("complete");
    const seqs = all.slice(0, -1).map((block) => {
      const lines = block.split("\n");
      expect(lines).toHaveLength(2);
      return JSON.parse(lines[1]!.replace(/^data: /, "")).data.runProgress.seq;
    });
    expect(seqs).toEqual(seqs.map((_, i) => i + 1));
    expect(all.at(-1)).toMatch(/^event: complete\ndata:/);
  });

  it("comes by GET as well, without a body", async () => {
    const url = new URL(service.url);
    url.searchParams.set("query", FOLLOW);
    url.searchParams.set("variables", JSON.stringify({ id: ended }));
    const response = await fetch(url, { headers: { accept: "text/event-stream" } });
    expect((await blocks(response)).length).toBe(2);
  });

  it("of a query is its one answer", async () => {
    const all = await blocks(await ask("{ service { database } }"));
    expect(all).toHaveLength(2);
    expect(all[0]).toContain('{"service":{"database":"postgres"}}');
    expect(all[1]).toMatch(/^event: complete/);
  });

  it.each([
    ["a syntax error", "subscription {", {}, "GRAPHQL_PARSE_FAILED"],
    ["an unknown field", "subscription { nothing }", {}, "GRAPHQL_VALIDATION_FAILED"],
    ["variables that do not fit", FOLLOW, { id: {} }, "BAD_USER_INPUT"],
    [
      "a root that can be left out",
      `subscription { ...R } fragment R on Subscription {
        runProgress(id: "x") @skip(if: true) { seq } }`,
      {},
      "GRAPHQL_VALIDATION_FAILED",
    ],
    ["an unknown run", FOLLOW, { id: "Run_none" }, "NOT_FOUND"],
    ["a cursor beyond the run", FOLLOW, { id: "RUN", after: 1e6 }, "VALIDATION"],
  ])("says %s in it, and completes", async (_what, query, variables, code) => {
    const real =
      "id" in variables && variables.id === "RUN" ? { ...variables, id: ended } : variables;
    const all = await blocks(await ask(query, real));
    expect(all).toHaveLength(2);
    expect(all[0]).toContain(code);
    expect(all[1]).toMatch(/^event: complete/);
  });

  it("ends on the server when the client goes", async () => {
    const main = service.server;
    const server = await service.serve({ traffic: { maxSubscriptions: 1 } });
    service.server = main;
    const gone = new AbortController();
    const body = JSON.stringify({ query: FOLLOW, variables: { id: long } });
    const request = { method: "POST", headers: STREAM, body };
    const first = await fetch(server.url, { ...request, signal: gone.signal });
    await first.body!.getReader().read();
    gone.abort();
    const next = async () => {
      const other = new AbortController();
      const response = await fetch(server.url, { ...request, signal: other.signal });
      const { value } = await response.body!.getReader().read();
      other.abort();
      return new TextDecoder().decode(value);
    };
    await expect.poll(next).not.toContain("LIMIT_EXCEEDED");
    await server.close();
  });
});

describe("negotiation", () => {
  const HEADERS = { "content-type": "application/json" };

  it.each([
    ["text/event-stream", /^text\/event-stream/],
    ["text/event-stream, application/json;q=0.1", /^text\/event-stream/],
    ["*/*", /^(multipart\/mixed|text\/event-stream)/],
  ])("a subscription with accept %s", async (accept, type) => {
    const headers = { ...HEADERS, accept };
    const response = await ask(FOLLOW, { id: ended }, { headers });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(type);
    await response.body?.cancel();
  });

  it.each([
    "application/json",
    "application/graphql-response+json",
    "text/html",
  ])("a subscription that may only be answered with %s is not acceptable", async (accept) => {
    const response = await ask(FOLLOW, { id: ended }, { headers: { ...HEADERS, accept } });
    expect(response.status).toBe(406);
    await response.body?.cancel();
  });

  it("a mutation by GET is refused, stream or not", async () => {
    const url = new URL(service.url);
    url.searchParams.set("query", 'mutation { cancelRun(input: { id: "x" }) { __typename } }');
    const response = await fetch(url, { headers: { accept: "text/event-stream" } });
    expect(response.status).toBe(405);
  });
});
