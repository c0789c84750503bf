import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { issueToken, type TokenRequest } from "../../src/access/issue-token.ts";
import { secretHash } from "../../src/access/token-secret.ts";
import { overSse, post } from "./graphql-client.ts";
import { crossRequest, FOLLOW, LARGE, START } from "./requests.ts";
import { TestService } from "./test-service.ts";

let service: TestService;
let admin: string;
beforeAll(async () => {
  service = await TestService.start();
  await service.importSynthetic("hours", 500);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

afterEach(() => service.door.open());

const headersOf = (secret: string | null) => ({
  "content-type": "application/json",
  ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
});
const ask = (secret: string | null, query: string, variables: object = {}) =>
  post(service.url, query, variables, { headers: headersOf(secret) });

async function tokenOf(wish: Partial<TokenRequest> = {}) {
  const request = { name: "test", owner: "alice", scope: "run", expiresAt: null, ...wish } as const;
  return issueToken(service.store.access, request);
}

/**
 * A token that was good for something and is over soon. One that a busy machine has come to too
 * late is followed by another with twice the time.
 */
async function shortLived<T>(use: (secret: string) => Promise<T | null>) {
  for (let ms = 500; ; ms *= 2) {
    const expiresAt = new Date(Date.now() + ms);
    const { secret } = await tokenOf({ expiresAt });
    const used = await use(secret);
    if (used !== null) return { secret, used };
    expect(Date.now(), "refused before its end").toBeGreaterThanOrEqual(expiresAt.getTime());
  }
}

const VIEWER = "{ viewer { owner scope expiresAt } }";
const CREATE = `mutation ($input: CreateTokenInput!) {
  createToken(input: $input) {
    ... on CreateTokenPayload { secret token { id owner scope } }
    ... on Error { code message path }
    ... on ValidationError { complaints { path bound } }
  }
}`;
const REVOKE = `mutation ($input: RevokeTokenInput!) {
  revokeToken(input: $input) {
    ... on RevokeTokenPayload { token { id revokedAt } } ... on Error { code path }
  }
}`;

describe("before there is a token", () => {
  it("whoever is on this machine may do everything; no other name leads here", async () => {
    expect(service.server.isOpen).toBe(true);
    const { data } = await ask(null, VIEWER);
    expect(data.viewer).toEqual({ owner: "local", scope: "ADMIN", expiresAt: null });
    expect((await ask("sweepline_made-up", VIEWER)).status, "a wrong token is a mistake").toBe(401);
    expect(await statusAs("rebound.example:4000")).toBe(421);
    expect(await statusAs("localhost:4000")).toBe(200);
  });

  it("listens on this machine alone", async () => {
    for (const host of ["0.0.0.0", "::", "example.com"]) {
      await expect(service.serve({ host })).rejects.toMatchObject({
        code: "VALIDATION",
        complaints: [{ path: "host", value: host }],
      });
    }
  });

  it("the first token shuts the door, also for sockets and streams that are open", async () => {
    service.door.shut(0);
    const id = (await ask(null, START, { input: { request: crossRequest("hours", LARGE) } })).data
      .startRun.run.id;
    const socket = await openSocket(null);
    const stream = overSse(service.url, FOLLOW, { id });
    expect((await stream.next()).value).toMatchObject({ event: "next" });

    const input = { name: "root", owner: "root", scope: "ADMIN" };
    const { createToken } = (await ask(null, CREATE, { input })).data;
    admin = createToken.secret;
    expect(admin).toMatch(/^sweepline_[\w-]{43}$/);
    expect(await socket.closed).toEqual([4403, "A token is needed from now on"]);
    const rest: unknown[] = [];
    for await (const { data } of stream) rest.push(data);
    expect(JSON.stringify(rest.at(-2))).toContain("UNAUTHENTICATED");

    const refused = await ask(null, VIEWER);
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toBe("Bearer");
    expect(refused.errors?.[0]?.extensions).toEqual({ code: "UNAUTHENTICATED" });
    await ask(
      admin,
      "mutation ($input: CancelRunInput!) { cancelRun(input: $input) { __typename } }",
      {
        input: { id },
      },
    );
  });
});

describe("a token", () => {
  it("is kept as a hash, and shown once", async () => {
    const { token, secret } = await tokenOf();
    expect((await service.store.access.tokenByHash(secretHash(secret)))?.id).toBe(token.id);
    const dump = JSON.stringify([
      await ask(admin, "{ tokens { edges { node { id name owner scope } } } }"),
      await service.store.access.listTokens({ first: 100, after: null }),
    ]);
    expect(dump).toContain(token.id);
    expect(dump).not.toContain(secret);
    expect(dump).not.toContain(secretHash(secret));
  });

  it("allows what its scope says", async () => {
    const read = (await tokenOf({ scope: "read" })).secret;
    const run = (await tokenOf({ scope: "run" })).secret;
    const input = { request: crossRequest("hours", LARGE) };
    expect((await ask(read, START, { input })).data.startRun).toMatchObject({
      __typename: "Forbidden",
      code: "FORBIDDEN",
      message: "startRun needs a token of scope run",
    });
    expect((await ask(read, "{ runs { totalCount } }")).data).toEqual({ runs: { totalCount: 0 } });
    for (const secret of [read, run]) {
      const { errors } = await ask(secret, "{ tokens { totalCount } }");
      expect(errors?.[0]?.extensions).toMatchObject({ code: "FORBIDDEN" });
      const wish = { name: "n", owner: "o", scope: "ADMIN" };
      expect((await ask(secret, CREATE, { input: wish })).data.createToken.code).toBe("FORBIDDEN");
      expect((await ask(secret, "{ auditLog { totalCount } }")).data).toBeNull();
    }
    expect((await ask(run, VIEWER)).data.viewer).toMatchObject({ owner: "alice", scope: "RUN" });
  });

  it("is refused when it is over, revoked, or none; the answer does not say which", async () => {
    const over = await shortLived(async (secret) =>
      (await ask(secret, VIEWER)).status === 200 ? true : null,
    );
    await expect.poll(async () => (await ask(over.secret, VIEWER)).status).toBe(401);
    const revoked = await tokenOf();
    const done = await ask(admin, REVOKE, { input: { id: `Token_${revoked.token.id}` } });
    expect(done.data.revokeToken.token.revokedAt).toBeTruthy();
    const answers = await Promise.all(
      [over.secret, revoked.secret, `sweepline_${"A".repeat(43)}`, "x"].map((s) => ask(s, VIEWER)),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    const missing = await ask(admin, REVOKE, { input: { id: "Token_none" } });
    expect(missing.data.revokeToken).toEqual({ code: "NOT_FOUND", path: "input.id" });
  });

  it("has an owner, a name and an end that make sense", async () => {
    const input = { name: "", owner: "no blanks", scope: "RUN", expiresAt: "2020-01-01" };
    const { createToken } = (await ask(admin, CREATE, { input })).data;
    expect(createToken.code).toBe("VALIDATION");
    expect(createToken.complaints.map(({ path }: { path: string }) => path)).toEqual([
      "input.name",
      "input.owner",
      "input.expiresAt",
    ]);
  });
});

describe("a websocket", () => {
  it("is let in by its connection_init or its header, and by nothing else", async () => {
    const { secret } = await tokenOf();
    for (const opened of [openSocket(secret), openSocket(null, headersOf(secret))]) {
      (await opened).socket.terminate();
    }
    const denied = [openSocket(null), openSocket("sweepline_x"), openSocket(admin.toLowerCase())];
    for (const socket of denied) {
      const { closed } = await socket;
      expect((await closed)[0]).toBe(4403);
    }
  });

  it("is closed when its token expires or is revoked", async () => {
    const { used } = await shortLived(async (secret) => {
      const expiring = await openSocket(secret);
      return expiring.acknowledged() ? expiring : null;
    });
    expect(await used.closed).toEqual([4403, "The token has expired"]);
    const { token, secret } = await tokenOf();
    const other = await openSocket((await tokenOf()).secret);
    const revoked = await openSocket(secret);
    await service.store.access.revokeToken(token.id);
    expect(await revoked.closed).toEqual([4403, "The token was revoked"]);
    expect(other.socket.readyState).toBe(WebSocket.OPEN);
    other.socket.terminate();
  });

  it("is one of as many as its owner may have", async () => {
    const main = service.server;
    const server = await service.serve({ traffic: { maxSockets: 2 } });
    service.server = main;
    const { secret } = await tokenOf();
    const sockets = [
      await openSocket(secret, {}, server.url),
      await openSocket(secret, {}, server.url),
    ];
    const third = await openSocket(secret, {}, server.url);
    expect(await third.closed).toEqual([1013, "Too many connections: the bound is 2"]);
    const others = await openSocket((await tokenOf({ owner: "bob" })).secret, {}, server.url);
    expect(others.socket.readyState).toBe(WebSocket.OPEN);
    sockets[0]!.socket.close();
    await sockets[0]!.closed;
    const again = await openSocket(secret, {}, server.url);
    expect(again.socket.readyState).toBe(WebSocket.OPEN);
    await server.close();
  });
});

describe("subscriptions", () => {
  it("of an owner are bounded over both transports, and end with the token", async () => {
    const main = service.server;
    const server = await service.serve({ traffic: { maxSubscriptions: 1 } });
    service.server = main;
    const token = await tokenOf();
    const init = { headers: headersOf(token.secret) };
    const input = { request: crossRequest("hours", LARGE) };
    service.door.shut(0);
    const { id } = (await ask(token.secret, START, { input })).data.startRun.run;
    const stream = overSse(server.url, FOLLOW, { id }, undefined, init.headers);
    await stream.next();
    const refused = await post(
      server.url,
      FOLLOW,
      { id },
      {
        headers: { ...init.headers, accept: "text/event-stream" },
      },
    );
    expect(refused.text).toContain('"limit":"number of subscriptions","value":2,"bound":1');
    await service.store.access.revokeToken(token.token.id);
    const rest: string[] = [];
    for await (const { event, data } of stream) rest.push(event + JSON.stringify(data));
    expect(rest.at(-2)).toContain("The token was revoked");
    expect(rest.at(-1)).toContain("complete");
    const next = await tokenOf();
    const freed = overSse(server.url, FOLLOW, { id }, undefined, headersOf(next.secret));
    expect((await freed.next()).value).toMatchObject({ event: "next" });
    await freed.return(undefined);
    await service.runs.cancelRun(id.replace("Run_", ""), null);
    await server.close();
  });
});

describe("the audit log", () => {
  it("has every mutation, done or refused, and no secret", async () => {
    const { token, secret } = await tokenOf({ owner: "carol", scope: "read" });
    await ask(secret, START, { input: { request: crossRequest("none", LARGE) } });
    const strong = await tokenOf({ owner: "carol" });
    await ask(strong.secret, START, { input: { request: crossRequest("none", LARGE) } });
    const LOG = `{ auditLog(filter: { owner: "carol" }) {
      totalCount edges { node { action outcome tokenId target requestId } }
    } }`;
    const { auditLog } = (await ask(admin, LOG)).data;
    expect(auditLog.totalCount).toBe(2);
    expect(auditLog.edges.map(({ node }: { node: object }) => node)).toMatchObject([
      { action: "startRun", outcome: "NOT_FOUND", tokenId: strong.token.id },
      { action: "startRun", outcome: "FORBIDDEN", tokenId: token.id },
    ]);
    const all = await ask(
      admin,
      "{ auditLog(first: 100) { edges { node { action outcome target } } } }",
    );
    expect(all.text).toContain("createToken");
    expect(all.text).not.toContain("sweepline_");
  });

  it("that cannot be written undoes nothing: the log has the row instead", async () => {
    const { db } = service.store.database;
    await db.execute(sql`alter table audit_log rename to audit_log_away`);
    const rename = { name: "unheard", owner: "dave", scope: "READ" };
    const made = await ask(admin, CREATE, { input: rename });
    const refused = await ask(admin, START, { input: { request: crossRequest("none", LARGE) } });
    await db.execute(sql`alter table audit_log_away rename to audit_log`);
    expect(made.data.createToken).toMatchObject({ token: { owner: "dave" } });
    expect(refused.data.startRun).toMatchObject({ __typename: "NotFound" });
    const told = service.errors.splice(0).map(({ fields }) => fields);
    expect(told).toMatchObject([
      { audit: { action: "createToken", outcome: "OK" } },
      { audit: { action: "startRun", outcome: "NOT_FOUND" } },
    ]);
    expect(JSON.stringify(told)).not.toContain("sweepline_");
  });
});

function statusAs(host: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  void import("node:http").then(({ request }) => {
    const url = `${service.url}?query=${encodeURIComponent("{ service { database } }")}`;
    request(url, { headers: { host, accept: "application/json" } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).end();
  });
  return promise;
}

/** Resolves when the socket is acknowledged or closed. */
async function openSocket(secret: string | null, headers = {}, url = service.url) {
  const socket = new WebSocket(url.replace(/^http/, "ws"), "graphql-transport-ws", { headers });
  const closed = new Promise<[number, string]>((resolve) => {
    socket.once("close", (code, reason) => resolve([code, String(reason)]));
  });
  let isIn = false;
  const acknowledged = new Promise<void>((resolve) => {
    socket.once("message", () => {
      isIn = true;
      resolve();
    });
  });
  const payload = secret === null ? undefined : { authorization: `Bearer ${secret}` };
  socket.once("open", () => socket.send(JSON.stringify({ type: "connection_init", payload })));
  await Promise.race([acknowledged, closed]);
  return { socket, closed, acknowledged: () => isIn };
}
