import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { EXAMPLE_OPERATIONS } from "../../src/server/example-operations.ts";
import type { ServerOptions, ServerServices } from "../../src/server/server-options.ts";
import type { RunningServer } from "../../src/server/start-server.ts";
import { answerOf, overSse, overWebsocket, post } from "./graphql-client.ts";
import { TestService } from "./test-service.ts";

let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** A further server over the same services while the test works with it. */
async function withServer(
  options: Partial<ServerOptions>,
  work: (server: RunningServer) => Promise<void>,
): Promise<void> {
  const main = service.server;
  const server = await service.serve(options);
  service.server = main;
  try {
    await work(server);
  } finally {
    await server.close();
  }
}

/** The real services, with one that fails or is slow. */
function servicesWith(store: Partial<ServerServices["store"]>): ServerServices {
  const { datasets, imports, runs, surfaces, exports, admission, pool, defaultAxes } = service;
  const others = {
    admission,
    datasets,
    imports,
    runs,
    surfaces,
    exports,
    pool,
    engineVersion: "test",
    defaultAxes,
  };
  return { store: { ...service.store, ...store }, ...others };
}

const ask = (query: string, variables: object = {}, init: RequestInit = {}) =>
  post(service.url, query, variables, init);

describe("limits", () => {
  it.each([
    [
      "depth",
      "{ runs { edges { node { top { edges { node { rank } } } } } } }",
      { maxDepth: 4 },
      { value: 7, bound: 4 },
    ],
    ["breadth", `{ ${aliases(40)} }`, { maxBreadth: 50 }, { value: 80, bound: 50 }],
    [
      "cost in points",
      "{ runs(first: 100) { edges { node { id state } } } }",
      { maxPoints: 200 },
      { value: 301, bound: 200 },
    ],
    ["number of aliases", `{ ${aliases(40)} }`, { maxAliases: 39 }, { value: 40, bound: 39 }],
    ["number of tokens", `{ ${aliases(40)} }`, { maxTokens: 100 }, { value: 242, bound: 100 }],
    [
      "document length in characters",
      `{ ${aliases(40)} }`,
      { maxDocumentLength: 99 },
      { bound: 99 },
    ],
  ])("%s: refused with value and bound, on both transports", async (limit, query, limits, said) => {
    await withServer({ limits }, async ({ url }) => {
      const { errors, status } = await post(url, query);
      expect(errors?.[0].extensions).toMatchObject({ code: "LIMIT_EXCEEDED", limit, ...said });
      expect(errors?.[0].message).toContain(String(said.bound));
      expect(status).toBe(400);
      expect(await codesOverWebsocket(url, query)).toEqual(["LIMIT_EXCEEDED"]);
      expect((await post(url, "{ service { engineVersion } }")).data).toBeDefined();
    });
  });

  it("refuse a subscription before it begins, and count only the operation that runs", async () => {
    await withServer({ limits: { maxBreadth: 30 } }, async ({ url }) => {
      const fields = Array.from({ length: 40 }, (_, i) => `a${i}: seq`).join(" ");
      const big = `subscription Big { runProgress(id: "Run_x") { ${fields} } }`;
      expect(await codesOverWebsocket(url, big)).toEqual(["LIMIT_EXCEEDED"]);
      const query = `query Small { service { database } } query Large { ${aliases(40)} }`;
      const body = JSON.stringify({ query, operationName: "Small" });
      const answer = await post(url, "", {}, { body });
      expect(answer.data).toEqual({ service: { database: "postgres" } });
      expect(JSON.parse(answer.text).extensions.cost).toEqual({ points: 2, depth: 2, breadth: 2 });
    });
  });

  it("lets GraphiQL's introspection through", async () => {
    const { getIntrospectionQuery } = await import("graphql");
    const { data, errors } = await ask(getIntrospectionQuery({ inputValueDeprecation: true }));
    expect(errors).toBeUndefined();
    expect(data.__schema.types.length).toBeGreaterThan(50);
  });

  it("refuses a body that is too large, with and without a length", async () => {
    await withServer(
      { maxBodyBytes: 10_000, traffic: { maxMessageBytes: 10_000 } },
      async ({ url }) => {
        const query = `# ${"x".repeat(20_000)}\n{ service { engineVersion } }`;
        expect((await post(url, query)).status).toBe(413);
        const body = new Blob([JSON.stringify({ query })]).stream();
        const streamed = await post(url, "", {}, { body, duplex: "half" } as RequestInit);
        expect(streamed.status).toBe(413);
        expect((await post(url, "{ service { engineVersion } }")).status).toBe(200);
        expect(await closeCode(url, { type: "ping", payload: { text: "x".repeat(20_000) } })).toBe(
          1009,
        );
      },
    );
  });

  it("refuses more than a hundred operations on one socket", async () => {
    const never = { run: () => new Promise<never>(() => {}) };
    await withServer({ services: servicesWith(never), drainMs: 50 }, async ({ url }) => {
      const socket = await openSocket(url.replace(/^http/, "ws"));
      const query = 'subscription { runProgress(id: "Run_x") { seq } }';
      const refused = nextMessage(socket, (message) => message.type === "error");
      for (let i = 0; i <= 100; i++) {
        send(socket, { id: String(i), type: "subscribe", payload: { query } });
      }
      expect(await refused).toMatchObject({
        id: "100",
        payload: [{ extensions: { code: "LIMIT_EXCEEDED", value: 101, bound: 100 } }],
      });
      socket.terminate();
    });
  });

  it("answers a query that takes too long", async () => {
    const slow = { listRuns: () => new Promise<never>(() => {}) };
    await withServer({ queryTimeoutMs: 50, services: servicesWith(slow) }, async ({ url }) => {
      const { errors, status } = await post(url, "{ runs { totalCount } }");
      expect(errors?.[0].extensions).toMatchObject({ code: "TIMEOUT", bound: 50 });
      expect(status).toBe(504);
    });
  });
});

describe("errors nobody expected", () => {
  const broken = { listRuns: async () => Promise.reject(new Error("password=hunter2")) };

  it("are hidden behind the request's id, under which the log has them", async () => {
    await withServer({ services: servicesWith(broken) }, async ({ url }) => {
      const headers = { "content-type": "application/json", "x-request-id": "req-1" };
      const answer = await post(url, "{ runs { totalCount } }", {}, { headers });
      expect(answer.text).not.toMatch(/hunter2|stack|src\//);
      expect(answer.headers.get("x-request-id")).toBe("req-1");
      expect(answer.errors?.[0]).toMatchObject({
        path: ["runs"],
        extensions: { code: "INTERNAL_SERVER_ERROR", requestId: "req-1" },
      });
      const logged = service.errors.find(({ fields }) => fields.requestId === "req-1");
      expect(logged?.fields.err).toMatchObject({ message: "password=hunter2" });
    });
  });

  it("are hidden over websocket and in a stream", async () => {
    const gone = { run: async () => Promise.reject(new Error("password=hunter2")) };
    await withServer({ services: servicesWith(gone) }, async ({ url }) => {
      const query = 'subscription { runProgress(id: "Run_x") { seq } }';
      expect(await codesOverWebsocket(url, query)).toEqual(["INTERNAL_SERVER_ERROR"]);
      const streamed = [];
      for await (const answer of overSse(url, query, {})) streamed.push(JSON.stringify(answer));
      expect(streamed.join()).toContain("INTERNAL_SERVER_ERROR");
      expect(streamed.join()).not.toContain("hunter2");
    });
  });
});

describe("requests that are no GraphQL", () => {
  const json = { "content-type": "application/json" };

  it.each<[string, string, RequestInit, number]>([
    ["broken JSON", "", { method: "POST", headers: json, body: "{" }, 400],
    ["an empty body", "", { method: "POST", headers: json, body: "" }, 400],
    ["a batch", "", { method: "POST", headers: json, body: '[{"query":"{a}"}]' }, 400],
    ["a syntax error", "?query={", { headers: { accept: "application/json" } }, 200],
    [
      "a mutation by GET",
      `?query=${encodeURIComponent('mutation { cancelRun(input: { id: "x" }) { __typename } }')}`,
      {},
      405,
    ],
    ["another method", "", { method: "DELETE" }, 405],
    [
      "XML",
      "",
      { method: "POST", headers: { "content-type": "application/xml" }, body: "<a/>" },
      415,
    ],
  ])("%s", async (_what, suffix, init, status) => {
    const answer = await answerOf(await fetch(service.url + suffix, init));
    expect(answer.status).toBe(status);
    expect(answer.text).not.toMatch(/\bat .*\.ts/);
  });

  it("are answered by path", async () => {
    const root = service.url.replace("/graphql", "");
    expect((await fetch(`${root}/nothing`)).status).toBe(404);
    const redirect = await fetch(`${root}/`, { redirect: "manual" });
    expect(redirect.headers.get("location")).toBe("/graphql");
  });
});

describe("GraphiQL", () => {
  const html = { headers: { accept: "text/html" } };

  it("comes whole, and may load nothing from anywhere else", async () => {
    const { text, headers } = await answerOf(await fetch(service.url, html));
    expect(text).toContain("YogaGraphiQL.renderYogaGraphiQL(");
    for (const { query } of EXAMPLE_OPERATIONS) expect(text).toContain(JSON.stringify(query));
    const fetched = /<(?:script|link)\b[^>]*\b(?:src|href)\s*=(?!["']?data:)|url\(["']?https?:/i;
    expect(fetched.exec(text)?.[0]).toBeUndefined();
    const policy = headers.get("content-security-policy")?.split("; ");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy?.join()).not.toMatch(/\*|https?:/);
  });

  it("is a page for browsers only, and can be left out", async () => {
    const answer = await ask("{ service { database } }");
    expect(answer.headers.has("content-security-policy")).toBe(false);
    await withServer({ graphiql: false }, async ({ url }) => {
      const { text, status } = await answerOf(await fetch(url, html));
      expect(status).toBeGreaterThanOrEqual(400);
      expect(text.length).toBeLessThan(1_000);
    });
  });
});

describe("pages of other origins", () => {
  it("cannot post what needs no preflight", async () => {
    const query = "{ service { engineVersion } }";
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
      const headers = { "content-type": type };
      const answer = await ask("", {}, { headers, body: `query=${query}` });
      expect(answer.status).toBe(403);
      expect(answer.errors?.[0].extensions).toMatchObject({ code: "CSRF_GUARD" });
    }
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "x-sweepline-csrf": "1",
    };
    const own = await ask("", {}, { headers, body: `query=${encodeURIComponent(query)}` });
    expect(own.data.service).toBeDefined();
  });

  it("may read answers only when they are on the list", async () => {
    const origin = "https://app.example";
    const asked = (url: string) =>
      fetch(url, {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST" },
      });
    expect((await asked(service.url)).headers.get("access-control-allow-origin")).toBeNull();
    await withServer({ corsOrigins: [origin] }, async ({ url }) => {
      expect((await asked(url)).headers.get("access-control-allow-origin")).toBe(origin);
      expect(await upgradeStatus(url, origin)).toBe(101);
    });
  });

  it("cannot open a websocket", async () => {
    expect(await upgradeStatus(service.url, "https://evil.example")).toBe(403);
    expect(await upgradeStatus(service.url, "null")).toBe(403);
    expect(await upgradeStatus(service.url, new URL(service.url).origin)).toBe(101);
    expect(await upgradeStatus(service.url.replace("/graphql", "/other"), undefined)).toBe(404);
  });
});

describe("websocket protocol", () => {
  it.each<[string, object | string, number]>([
    ["no JSON", "nonsense", 4400],
    ["an unknown message", { type: "dance" }, 4400],
    [
      "a subscription before the init",
      { id: "1", type: "subscribe", payload: { query: "{a}" } },
      4401,
    ],
  ])("%s closes with its code", async (_what, message, code) => {
    expect(await closeCode(service.url, message)).toBe(code);
  });

  it("answers queries, and refuses those that make no sense", async () => {
    expect(await codesOverWebsocket(service.url, "{ service { engineVersion } }")).toEqual([]);
    expect(await codesOverWebsocket(service.url, "{ nothing }")).toEqual([
      "GRAPHQL_VALIDATION_FAILED",
    ]);
    expect(await codesOverWebsocket(service.url, "{")).toEqual(["GRAPHQL_PARSE_FAILED"]);
  });
});

describe("health", () => {
  it("is live, and ready when database and pool are", async () => {
    const root = service.url.replace("/graphql", "");
    expect(await (await fetch(`${root}/health/live`)).json()).toEqual({ status: "live" });
    // A database that a busy machine keeps from answering in time is ready a moment later.
    const ready = async () => await (await fetch(`${root}/health/ready`)).json();
    await expect.poll(ready).toMatchObject({
      status: "ready",
      checks: { database: { ok: true, detail: "postgres" }, pool: { ok: true } },
    });
  });

  it("is not ready when the database fails", async () => {
    const down = { countRuns: async () => Promise.reject(new Error("gone")) };
    await withServer({ services: servicesWith(down) }, async ({ url }) => {
      const ready = await fetch(url.replace("/graphql", "/health/ready"));
      expect(ready.status).toBe(503);
      expect(await ready.json()).toMatchObject({ checks: { database: { ok: false } } });
    });
  });

  it("closes with idle connections open, twice; a taken port is an error", async () => {
    const main = service.server;
    const server = await service.serve();
    service.server = main;
    await post(server.url, "{ service { engineVersion } }");
    await expect(service.serve({ port: server.port })).rejects.toThrow("EADDRINUSE");
    await Promise.all([server.close(), server.close()]);
    await expect(fetch(server.url)).rejects.toThrow();
  });
});

function aliases(count: number): string {
  return Array.from({ length: count }, (_, i) => `a${i}: service { database }`).join(" ");
}

async function codesOverWebsocket(url: string, query: string): Promise<unknown[]> {
  const { results, stop } = overWebsocket(url.replace(/^http/, "ws"), query, {});
  const codes: unknown[] = [];
  try {
    for await (const { errors } of results)
      codes.push(...(errors ?? []).map((e) => e.extensions?.code));
  } catch (refused) {
    codes.push(...(refused as { extensions: { code: string } }[]).map((e) => e.extensions.code));
  }
  await stop();
  return codes;
}

function send(socket: WebSocket, message: object | string): void {
  socket.send(typeof message === "string" ? message : JSON.stringify(message));
}

interface Message {
  readonly type: string;
  readonly payload?: unknown;
}

function nextMessage(socket: WebSocket, wanted: (message: Message) => boolean): Promise<Message> {
  return new Promise((resolve) => {
    socket.on("message", (text) => {
      const message = JSON.parse(String(text));
      if (wanted(message)) resolve(message);
    });
  });
}

async function openSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, "graphql-transport-ws");
  const acknowledged = nextMessage(socket, (message) => message.type === "connection_ack");
  socket.on("open", () => send(socket, { type: "connection_init" }));
  await acknowledged;
  return socket;
}

/** The code a socket is closed with after its first message. */
function closeCode(url: string, message: object | string): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url.replace(/^http/, "ws"), "graphql-transport-ws");
    socket.on("open", () => send(socket, message));
    socket.on("error", () => {});
    socket.on("close", (code) => resolve(code));
  });
}

function upgradeStatus(url: string, origin: string | undefined): Promise<number | undefined> {
  return new Promise((resolve) => {
    const headers = origin === undefined ? {} : { origin };
    const socket = new WebSocket(url.replace(/^http/, "ws"), "graphql-transport-ws", { headers });
    socket.on("unexpected-response", (_request, response) => resolve(response.statusCode));
    socket.on("error", () => {});
    socket.on("open", () => {
      socket.terminate();
      resolve(101);
    });
  });
}
