import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { PGLITE } from "../support/databases.ts";
import { overSse, overWebsocket, post } from "./graphql-client.ts";
import { CANCEL, crossRequest, FOLLOW, LARGE, SMALL, START } from "./requests.ts";
import { TestService } from "./test-service.ts";

interface Event {
  readonly seq: number;
  readonly kind: string;
  readonly state: string;
}

let database: Awaited<ReturnType<typeof PGLITE.create>>;
let service: TestService;
beforeAll(async () => {
  database = await PGLITE.create();
  service = await TestService.start(database.location, { threads: 2 });
  await service.importSynthetic("hours", 3_000);
  await service.importSynthetic("long", 20_000);
});
afterAll(async () => {
  expect(service.errors).toEqual([]);
  await service[Symbol.asyncDispose]();
  await database.drop();
});

afterEach(() => service.door.open());

const ask = (query: string, variables: object = {}) => post(service.url, query, variables);

async function start(request: object): Promise<string> {
  return (await ask(START, { input: { request } })).data.startRun.run.id;
}

const cancel = async (id: string) => await ask(CANCEL, { input: { id } });

type Follow = (id: string, after?: number) => AsyncGenerator<Event>;

async function* followWebsocket(id: string, after?: number): AsyncGenerator<Event> {
  const { results, stop } = overWebsocket(service.wsUrl, FOLLOW, { id, after });
  try {
    for await (const { data, errors } of results) {
      if (errors) throw new Error(String(errors[0].extensions?.code));
      yield (data as { runProgress: Event }).runProgress;
    }
  } finally {
    await stop();
  }
}

async function* followSse(id: string, after?: number): AsyncGenerator<Event> {
  const left = new AbortController();
  try {
    for await (const { event, data } of overSse(service.url, FOLLOW, { id, after }, left.signal)) {
      if (event === "complete") return;
      const answer = data as { data?: { runProgress: Event }; errors?: never[] };
      const [error] = (answer.errors ?? []) as { extensions: { code: string } }[];
      if (error) throw new Error(error.extensions.code);
      yield answer.data!.runProgress;
    }
    throw new Error("the stream ended without `complete`");
  } finally {
    left.abort();
  }
}

async function all(events: AsyncGenerator<Event>): Promise<Event[]> {
  const seen: Event[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

describe.each<[string, Follow]>([
  ["websocket", followWebsocket],
  ["server-sent events", followSse],
])("a run followed over %s", (_transport, follow) => {
  it("begins with a snapshot and ends with the run, each event once", async () => {
    const id = await start(crossRequest("hours", SMALL));
    const events = await all(follow(id));
    expect(events[0].kind).toBe("SNAPSHOT");
    expect(events.at(-1)).toMatchObject({ kind: "SUCCEEDED", state: "SUCCEEDED" });
    const seqs = events.map((event) => event.seq);
    expect(seqs).toEqual(seqs.map((_, i) => seqs[0] + i));
  });

  it("resumes after any seq without a gap or a repeat", async () => {
    const id = await start(crossRequest("hours", SMALL));
    const whole = await all(follow(id, 0));
    expect(whole.map((event) => event.seq)).toEqual(whole.map((_, i) => i + 1));
    expect(whole[0].kind).toBe("QUEUED");
    for (const after of [1, 2, whole.length]) {
      expect(await all(follow(id, after))).toEqual(whole.slice(after));
    }
    expect(await all(follow(id))).toEqual([{ ...whole.at(-1), kind: "SNAPSHOT" }]);
  });

  it("goes on when a subscriber leaves", async () => {
    service.door.shut(0);
    const id = await start(crossRequest("long", LARGE));
    const follower = follow(id);
    const first = (await follower.next()).value as Event;
    await follower.return(undefined);
    service.door.letThrough(2);
    const later = follow(id, first.seq);
    expect((await later.next()).value).toMatchObject({ seq: first.seq + 1, state: "RUNNING" });
    await cancel(id);
    expect((await all(later)).at(-1)).toMatchObject({ state: "CANCELLED" });
  });

  it("answers a run that does not exist and a wrong seq with an error", async () => {
    const missing = "Run_00000000-0000-4000-8000-000000000000";
    await expect(all(follow(missing))).rejects.toThrow("NOT_FOUND");
    await expect(all(follow("Run_nonsense"))).rejects.toThrow("NOT_FOUND");
    await expect(all(follow("Dataset_x"))).rejects.toThrow("VALIDATION");
    const id = await start(crossRequest("hours", SMALL));
    await expect(all(follow(id, 1_000_000))).rejects.toThrow("VALIDATION");
    await expect(all(follow(id, -1))).rejects.toThrow("VALIDATION");
    expect((await all(follow(id))).at(-1)?.state).toBe("SUCCEEDED");
  });
});

describe("many subscribers", () => {
  it("of both kinds see the same events", async () => {
    const id = await start(crossRequest("long", { fast: [2, 60, 1], slow: [2, 100, 1] }));
    const followers = Array.from({ length: 12 }, (_, i) =>
      [followWebsocket, followSse][i % 2](id, 0),
    );
    const seen = await Promise.all(followers.map(all));
    for (const events of seen) expect(events).toEqual(seen[0]);
  });
});

describe("a server that goes", () => {
  it("says so on both transports, closes sockets with 1001, and another one goes on", async () => {
    service.door.shut(0);
    const id = await start(crossRequest("long", LARGE));
    const sse: Event[] = [];
    const followSseTo = async () => {
      for await (const event of followSse(id)) sse.push(event);
    };
    const sseEnd = followSseTo().catch((error: Error) => error.message);
    const socket = rawSocket(service.wsUrl, id);
    await socket.subscribed;
    await expect.poll(() => sse.length).toBeGreaterThan(0);
    const before = service.server;
    await before.close();
    expect(await sseEnd).toBe("GOING_AWAY");
    expect(await socket.closed).toBe(1001);
    expect(socket.codes).toEqual(["GOING_AWAY"]);
    await expect(fetch(before.url)).rejects.toThrow();

    await service.serve();
    service.door.letThrough(2);
    const lastSeq = sse.at(-1)!.seq;
    const rest = followWebsocket(id, lastSeq);
    expect((await rest.next()).value).toMatchObject({ seq: lastSeq + 1 });
    await cancel(id);
    expect((await all(rest)).at(-1)).toMatchObject({ state: "CANCELLED" });
  });

  it("comes back with all runs and events when the whole service is restarted", async () => {
    const done = await start(crossRequest("hours", SMALL));
    const events = await all(followSse(done, 0));
    service.door.shut(0);
    const cut = await start(crossRequest("long", LARGE));
    const seen = (await followWebsocket(cut).next()).value as Event;
    const TOP = "query ($id: ID!) { run(id: $id) { digest top(first: 5) { edges { cursor } } } }";
    const before = (await ask(TOP, { id: done })).data;
    await service[Symbol.asyncDispose]();

    service = await TestService.start(database.location, { threads: 2 });
    service.door.shut(2);
    expect((await ask(TOP, { id: done })).data).toEqual(before);
    expect(await all(followSse(done, 0))).toEqual(events);
    const rest = followWebsocket(cut, seen.seq);
    expect((await rest.next()).value).toMatchObject({ seq: seen.seq + 1 });
    await cancel(cut);
    expect((await all(rest)).at(-1)).toMatchObject({ state: "CANCELLED" });
  });
});

/**
 * A client of the bare protocol: the codes of its errors, and the code its socket was closed with.
 */
function rawSocket(url: string, id: string) {
  const socket = new WebSocket(url, "graphql-transport-ws");
  const codes: string[] = [];
  const subscribed = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<number>();
  const send = (message: object) => socket.send(JSON.stringify(message));
  socket.on("open", () => send({ type: "connection_init" }));
  socket.on("close", (code) => closed.resolve(code));
  socket.on("message", (text) => {
    const message = JSON.parse(String(text));
    if (message.type === "connection_ack") {
      send({ id: "1", type: "subscribe", payload: { query: FOLLOW, variables: { id } } });
    }
    if (message.type === "next") {
      subscribed.resolve();
      for (const error of message.payload.errors ?? []) codes.push(error.extensions.code);
    }
  });
  return { codes, subscribed: subscribed.promise, closed: closed.promise };
}
