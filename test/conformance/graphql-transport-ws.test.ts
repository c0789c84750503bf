import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { post } from "../server/graphql-client.ts";
import { crossRequest, FOLLOW, LARGE, START } from "../server/requests.ts";
import { TestService } from "../server/test-service.ts";
import { closeFrame, frame, openTcp, RawWebsocket } from "./raw-websocket.ts";

/** The protocol `graphql-transport-ws`, message by message, and websocket frames below it. */
let service: TestService;
let run: string;
beforeAll(async () => {
  service = await TestService.start();
  await service.importSynthetic("hours", 500);
  const input = { request: crossRequest("hours", LARGE) };
  service.door.shut(0);
  run = (await post(service.url, START, { input })).data.startRun.run.id;
  // Held, it never ends by itself, and something happens to it when a test says so.
  await service.runs.pauseRun(keyOf(run));
});
afterAll(async () => {
  await service.runs.cancelRun(keyOf(run), null);
  await service[Symbol.asyncDispose]();
});

const keyOf = (id: string) => id.replace("Run_", "");
const QUERY = "{ service { database } }";
const open = () => new RawWebsocket(service.url);
const ready = () => open().init();

describe("connecting", () => {
  it("without the subprotocol: 4406", async () => {
    expect((await new RawWebsocket(service.url, []).closed)[0]).toBe(4406);
    const other = new RawWebsocket(service.url, "graphql-ws");
    expect((await other.closed)[0], "the client ends the handshake itself").toBe(1006);
  });

  it("is acknowledged once, and answers pings before that", async () => {
    const socket = open();
    await socket.send({ type: "ping" });
    expect(await socket.got("pong")).toEqual({ type: "pong" });
    await socket.init({});
    expect(socket.received.filter(({ type }) => type === "connection_ack")).toHaveLength(1);
    await socket.send({ type: "ping", payload: { a: [1] } });
    await expect.poll(() => socket.received.at(-1)).toEqual({ type: "pong", payload: { a: [1] } });
    await socket.send({ type: "pong", payload: { unasked: true } });
    await socket.subscribe("1", QUERY);
    await socket.got("complete", "1");
    socket.socket.close();
    expect((await socket.closed)[0]).toBe(1005);
  });

  it("without an init in time: 4408", async () => {
    const main = service.server;
    const server = await service.serve({ connectionInitWaitMs: 100 });
    service.server = main;
    expect((await new RawWebsocket(server.url).closed)[0]).toBe(4408);
    await server.close();
  });

  it("with a second init: 4429, acknowledged or not", async () => {
    const twice = await open().send({ type: "connection_init" });
    await twice.send({ type: "connection_init" });
    expect((await twice.closed)[0]).toBe(4429);
    const again = await ready();
    await again.send({ type: "connection_init" });
    expect((await again.closed)[0]).toBe(4429);
  });

  it("subscribing before the acknowledgement: 4401", async () => {
    const socket = await open().subscribe("1", QUERY);
    expect((await socket.closed)[0]).toBe(4401);
  });
});

describe("messages that are none: 4400", () => {
  it.each<[string, object | string]>([
    ["no JSON", "{"],
    ["empty", ""],
    ["null", "null"],
    ["a list", "[]"],
    ["text", '"ping"'],
    ["no type", {}],
    ["an unknown type", { type: "start", id: "1", payload: { query: QUERY } }],
    ["a type of the server's", { type: "connection_ack" }],
    ["an init with a payload that is text", { type: "connection_init", payload: "secret" }],
    ["a ping with a payload that is a number", { type: "ping", payload: 1 }],
    ["no id", { type: "subscribe", payload: { query: QUERY } }],
    ["an empty id", { type: "subscribe", id: "", payload: { query: QUERY } }],
    ["an id that is a number", { type: "subscribe", id: 1, payload: { query: QUERY } }],
    ["no payload", { type: "subscribe", id: "1" }],
    ["no query", { type: "subscribe", id: "1", payload: {} }],
    ["a query that is none", { type: "subscribe", id: "1", payload: { query: [QUERY] } }],
    ["variables as text", { type: "subscribe", id: "1", payload: { query: QUERY, variables: "" } }],
    [
      "an operation name that is a number",
      { type: "subscribe", id: "1", payload: { query: QUERY, operationName: 1 } },
    ],
    ["a complete without id", { type: "complete" }],
  ])("%s", async (_what, message) => {
    const socket = await (await ready()).send(message);
    expect((await socket.closed)[0]).toBe(4400);
  });
});

describe("operations", () => {
  it("a query: next, then complete", async () => {
    const socket = await (await ready()).subscribe("q", QUERY);
    await socket.got("complete", "q");
    expect(socket.received.slice(1)).toMatchObject([
      { type: "next", id: "q", payload: { data: { service: { database: "postgres" } } } },
      { type: "complete", id: "q" },
    ]);
    socket.socket.close();
  });

  it.each([
    ["a syntax error", "{"],
    ["an unknown field", "{ nothing }"],
    ["no such operation", "query A { __typename } query B { __typename }"],
    ["an unknown run", 'subscription { runProgress(id: "Run_none") { seq } }'],
  ])("%s: one error and nothing after it; the id is free again", async (_what, query) => {
    const socket = await (await ready()).subscribe("e", query);
    await socket.got(query.startsWith("subscription") ? "complete" : "error", "e").catch(() => {});
    const types = (await socket.settled()).slice(1).map(({ type }) => type);
    expect(types.filter((type) => type === "error" || type === "complete")).toHaveLength(1);
    await socket.subscribe("e", QUERY);
    await expect.poll(() => socket.received.at(-1)?.type).toBe("complete");
    socket.socket.close();
  });

  it("errors of the execution come in next", async () => {
    const socket = await (await ready()).subscribe("n", '{ node(id: "nonsense") { id } }');
    expect((await socket.got("next", "n")).payload.errors[0].extensions.code).toBe("VALIDATION");
    await socket.got("complete", "n");
    socket.socket.close();
  });

  it("an id that is taken: 4409, also while its operation is still being prepared", async () => {
    const live = await (await ready()).subscribe("1", FOLLOW, { id: run });
    await live.got("next", "1");
    await live.subscribe("1", QUERY);
    expect((await live.closed)[0]).toBe(4409);
    const fast = await ready();
    await fast.subscribe("1", FOLLOW, { id: run });
    await fast.subscribe("1", FOLLOW, { id: run });
    expect((await fast.closed)[0]).toBe(4409);
  });

  it("complete ends one and leaves the others; a stray one is nothing", async () => {
    const socket = await ready();
    await socket.subscribe("a", FOLLOW, { id: run });
    await socket.subscribe("b", FOLLOW, { id: run });
    await Promise.all([socket.got("next", "a"), socket.got("next", "b")]);
    await socket.send({ type: "complete", id: "a" });
    await socket.send({ type: "complete", id: "never there" });
    await socket.settled();
    const before = socket.received.length;
    await service.runs.resumeRun(keyOf(run));
    await service.runs.pauseRun(keyOf(run));
    await expect.poll(() => socket.received.length).toBeGreaterThan(before + 1);
    expect(new Set(socket.received.slice(before).map(({ id }) => id))).toEqual(new Set(["b"]));
    await socket.subscribe("a", QUERY);
    await expect.poll(() => socket.received.findLast((m) => m.id === "a")?.type).toBe("complete");
    socket.socket.close();
  });

  it("complete before the first answer: nothing comes", async () => {
    const socket = await ready();
    await socket.subscribe("c", FOLLOW, { id: run });
    await socket.send({ type: "complete", id: "c" });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await socket.settled()).filter(({ id }) => id === "c")).toEqual([]);
    socket.socket.close();
  });

  it("the ids of objects' own properties are ids like any other", async () => {
    const socket = await ready();
    for (const id of ["__proto__", "constructor", "toString"]) {
      await socket.subscribe(id, QUERY);
      await socket.got("complete", id);
    }
    socket.socket.close();
  });
});

describe("frames that are none", () => {
  const text = (message: string) => frame(Buffer.from(message));
  it.each<[string, Buffer, number]>([
    ["not masked", frame(Buffer.from("{}"), { masked: false }), 1002],
    ["a reserved bit", frame(Buffer.from("{}"), { first: 0xf1 }), 1002],
    ["an unknown opcode", frame(Buffer.from("{}"), { first: 0x83 }), 1002],
    ["a ping that is too long", frame(Buffer.alloc(200), { first: 0x89 }), 1002],
    ["a continuation of nothing", frame(Buffer.from("x"), { first: 0x80 }), 1002],
    ["a close code that is none", frame(Buffer.from([0x03, 0xed]), { first: 0x88 }), 1002],
    ["text that is no UTF-8", frame(Buffer.from([0xc3, 0x28])), 1007],
    ["binary that is no message", frame(Buffer.from([0, 1, 2]), { first: 0x82 }), 4400],
    ["a message that is none", text("{]"), 4400],
  ])("%s", async (_what, bytes, code) => {
    const socket = await openTcp(service.url);
    const closed = closeFrame(socket);
    socket.write(bytes);
    expect(await closed).toBe(code);
  });

  it("half a frame, and random bytes: the process goes on", async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const socket = await openTcp(service.url);
      const noise = Buffer.from(
        Array.from({ length: 64 }, (_, i) => (seed * 7919 + i * i * 31) % 256),
      );
      socket.write(seed % 2 === 0 ? noise : text('{"type":"connection_init"}').subarray(0, 9));
      socket.end();
      socket.resume();
    }
    expect((await post(service.url, QUERY)).status).toBe(200);
    expect(service.errors).toEqual([]);
  });
});
