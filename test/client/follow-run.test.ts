import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issueToken } from "../../src/access/issue-token.ts";
import { AnswerErrors, ApiClient, ConnectionLost } from "../../src/client/api-client.ts";
import { followRun, type ProgressEvent } from "../../src/client/follow-run.ts";
import { cancelRun } from "../../src/client/operations/cancel-run.ts";
import type { RunRequestInput } from "../../src/client/operations/inputs.ts";
import { startRun } from "../../src/client/operations/start-run.ts";
import { viewer } from "../../src/client/operations/viewer.ts";
import { crossRequest, LARGE } from "../server/requests.ts";
import { TestService } from "../server/test-service.ts";

let service: TestService;
let client: ApiClient;
beforeAll(async () => {
  service = await TestService.start();
  await service.importSynthetic("hours", 500);
  client = new ApiClient(service.url);
});
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
});

/** A run that is held: something happens to it when a test says so. */
async function heldRun(): Promise<string> {
  const request = crossRequest("hours", LARGE) as RunRequestInput;
  // Let go on for a moment, it does not come to its end.
  service.door.shut(0);
  const { startRun: started } = await client.request(startRun, { input: { request } });
  if (started.__typename !== "StartRunPayload") throw new Error(started.message);
  await service.runs.pauseRun(keyOf(started.run.id));
  return started.run.id;
}

const keyOf = (id: string) => id.replace("Run_", "");
const FAST = { waitMs: 10, maxWaitMs: 50, maxAttempts: 100 };

describe("following a run", () => {
  it("goes on where it was when connections are cut, without a gap or a repeat", async () => {
    await using road = await openRoad(service.server.port);
    const id = await heldRun();
    const seen: ProgressEvent[] = [];
    const remote = new ApiClient(`http://127.0.0.1:${road.port}/graphql`);
    for await (const event of followRun(remote, id, { ...FAST, after: 0 })) {
      seen.push(event);
      road.cut();
      if (event.state === "PAUSED" && seen.length < 12) {
        await service.runs.resumeRun(keyOf(id));
        await service.runs.pauseRun(keyOf(id));
      } else if (event.state === "PAUSED") {
        await client.request(cancelRun, { input: { id } });
      }
    }
    const { lastSeq } = (await service.store.run(keyOf(id)))!;
    expect(seen.map(({ seq }) => seq)).toEqual(Array.from({ length: lastSeq }, (_, i) => i + 1));
    expect(seen.at(-1)).toMatchObject({ state: "CANCELLED" });
    expect(road.cuts).toBeGreaterThan(5);
  });

  it("goes on with the server that takes the place of one that goes", async () => {
    const id = await heldRun();
    const first = await service.serve();
    const events = followRun(new ApiClient(first.url), id, { ...FAST, after: 0 });
    const before = (await events.next()).value as ProgressEvent;
    await first.close();
    const second = await service.serve({ port: first.port });
    await client
      .request(cancelRun, { input: { id } })
      .catch(() => service.runs.cancelRun(keyOf(id), null));
    const rest: ProgressEvent[] = [];
    for await (const event of events) rest.push(event);
    expect([before, ...rest].map(({ seq }) => seq)).toEqual([before, ...rest].map((_, i) => i + 1));
    await second.close();
    await service.serve();
    client = new ApiClient(service.url);
  });

  it("ends with the signal, and gives up on what another connection would not mend", async () => {
    const id = await heldRun();
    const stop = new AbortController();
    const seen: ProgressEvent[] = [];
    for await (const event of followRun(client, id, { ...FAST, signal: stop.signal })) {
      seen.push(event);
      stop.abort();
    }
    expect(seen).toMatchObject([{ kind: "SNAPSHOT" }]);
    const unknown = followRun(client, "Run_none", FAST).next();
    await expect(unknown).rejects.toMatchObject({ name: "AnswerErrors", code: "NOT_FOUND" });
    const nowhere = new ApiClient("http://127.0.0.1:1/graphql");
    const lost = followRun(nowhere, id, { ...FAST, maxAttempts: 3 }).next();
    await expect(lost).rejects.toBeInstanceOf(ConnectionLost);
    await service.runs.cancelRun(keyOf(id), null);
  });
});

// Last: from the first token on nobody gets in without one.
describe("a token", () => {
  it("goes along with requests and sockets", async () => {
    const id = await heldRun();
    const wish = { name: "t", owner: "local", scope: "read", expiresAt: null } as const;
    const { secret } = await issueToken(service.store.access, wish);
    const known = new ApiClient(service.url, secret);
    expect((await known.request(viewer, {})).viewer.owner).toBe("local");
    expect((await followRun(known, id).next()).value).toMatchObject({ kind: "SNAPSHOT" });
    const stranger = client.request(viewer, {});
    await expect(stranger).rejects.toThrow(AnswerErrors);
    await expect(stranger).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    await expect(followRun(client, id, FAST).next()).rejects.toMatchObject({ code: 4403 });
    await service.runs.cancelRun(keyOf(id), null);
  });
});

/** A way to the server that can be cut, as networks are. */
async function openRoad(port: number) {
  const open = new Set<Socket>();
  let cuts = 0;
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => open.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    get cuts() {
      return cuts;
    },
    cut() {
      cuts++;
      for (const socket of open) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
