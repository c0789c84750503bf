import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { PGLITE } from "../support/databases.ts";
import { overWebsocket, post } from "./graphql-client.ts";
import {
  CANCEL,
  crossRequest,
  DELETE,
  FOLLOW,
  LARGE,
  PAUSE,
  RESUME,
  RETRY,
  SMALL,
  START,
} from "./requests.ts";
import { TestService } from "./test-service.ts";

let service: TestService;
beforeAll(async () => {
  service = await TestService.start(PGLITE, { threads: 2 });
  await service.importSynthetic("hours", 3_000);
  await service.importSynthetic("long", 20_000);
});
afterAll(async () => {
  expect(service.errors).toEqual([]);
  await service[Symbol.asyncDispose]();
});

afterEach(() => service.door.open());

const SOON = { interval: 5 };
/** Tenths of a second, in many chunks. */
const MEDIUM = { fast: [2, 60, 1], slow: [3, 200, 1] } as const;
const schedule = { chunkVariants: 200 };

const ask = (query: string, variables: object = {}) => post(service.url, query, variables);
const change = async (query: string, id: string) =>
  Object.values((await ask(query, { input: { id } })).data)[0] as Record<string, unknown>;

async function start(request: object, idempotencyKey?: string): Promise<string> {
  const { data } = await ask(START, { input: { request, idempotencyKey } });
  return data.startRun.run.id;
}

async function runOf(id: string) {
  const { data } = await ask("query ($id: ID!) { run(id: $id) { state done digest } }", { id });
  return data.run;
}

/** Kinds of the events of a run from its first to its end. */
async function kindsOf(id: string): Promise<string[]> {
  const kinds: string[] = [];
  for await (const { data } of overWebsocket(service.wsUrl, FOLLOW, { id, after: 0 }).results) {
    kinds.push((data as { runProgress: { kind: string } }).runProgress.kind);
  }
  return kinds.filter((kind) => kind !== "PROGRESS");
}

describe("holding a run", () => {
  it("stops at its chunks in flight, goes on when told, with the digest of any run", async () => {
    const undisturbed = await start(crossRequest("long", MEDIUM));
    expect((await kindsOf(undisturbed)).at(-1)).toBe("SUCCEEDED");
    service.door.shut(2);
    const id = await start(crossRequest("long", MEDIUM, { schedule }));
    await expect.poll(async () => (await runOf(id)).done, SOON).toBeGreaterThan(0);
    const paused = await change(PAUSE, id);
    expect(paused).toMatchObject({ run: { id, state: "PAUSED" } });
    expect(await change(PAUSE, id)).toEqual(paused);
    service.door.open();
    // Until the last of its chunks is stored; threads are idle before.
    const running = async () =>
      (await service.store.chunks(id.replace("Run_", ""))).filter(
        ({ state }) => state === "RUNNING",
      );
    await expect.poll(running, SOON).toEqual([]);
    const held = await runOf(id);
    expect(held).toMatchObject({ state: "PAUSED", digest: null });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await runOf(id)).toEqual(held);

    expect(await change(RESUME, id)).toMatchObject({ run: { id, state: "RUNNING" } });
    expect(await change(RESUME, id)).toMatchObject({ __typename: "ResumeRunPayload" });
    const kinds = await kindsOf(id);
    expect(kinds.filter((kind) => kind !== "STAGE")).toEqual([
      ...["QUEUED", "STARTED", "PAUSED", "RESUMED", "SUCCEEDED"],
    ]);
    expect((await runOf(id)).digest).toBe((await runOf(undisturbed)).digest);
  });

  it("shows its chunks with the attempts at each, page by page", async () => {
    const id = await start(crossRequest("hours", SMALL, { schedule: { chunkVariants: 40 } }));
    expect((await kindsOf(id)).at(-1)).toBe("SUCCEEDED");
    const query = `query ($id: ID!, $after: String, $states: [ChunkState!]) {
      run(id: $id) { chunks(first: 3, after: $after, states: $states) {
        totalCount pageInfo { hasNextPage endCursor }
        edges { node { stage no from to state attempts worker leaseUntil retryAt error { code } } }
      } }
    }`;
    const seen: { stage: string; no: number; from: number; to: number }[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { data } = await ask(query, { id, after });
      const { edges, pageInfo, totalCount } = data.run.chunks;
      seen.push(...edges.map((edge: { node: object }) => edge.node));
      after = pageInfo.endCursor;
      more = pageInfo.hasNextPage;
      if (!more) expect(seen).toHaveLength(totalCount);
    }
    const places = seen.map(({ stage, no }) => `${stage} ${String(no).padStart(6, "0")}`);
    expect(places).toEqual(places.toSorted());
    expect(new Set(seen.map(({ stage }) => stage))).toEqual(new Set(["STAGE_A", "STAGE_B"]));
    for (const chunk of seen) {
      const whole = { state: "DONE", attempts: 1, leaseUntil: null, retryAt: null, error: null };
      expect(chunk).toMatchObject({ ...whole, worker: expect.stringContaining(":") });
    }
    const waiting = await ask(query, { id, states: ["PENDING", "RUNNING", "PARTIAL"] });
    expect(waiting.data.run.chunks).toMatchObject({ totalCount: 0, edges: [] });
  });

  it("may end in a cancel; an ended run is neither held nor let go", async () => {
    service.door.shut(2);
    const id = await start(crossRequest("long", LARGE));
    await expect.poll(async () => (await runOf(id)).done, SOON).toBeGreaterThan(0);
    await change(PAUSE, id);
    await change(CANCEL, id);
    expect((await kindsOf(id)).slice(-2)).toEqual(["PAUSED", "CANCELLED"]);
    for (const query of [PAUSE, RESUME]) {
      const refused = { __typename: "Conflict", path: "input.id" };
      expect(await change(query, id)).toMatchObject(refused);
    }
    expect((await change(RETRY, id)).run).toMatchObject({ state: "QUEUED" });
    await change(CANCEL, id);
  });
});

describe("deleting a run", () => {
  it("takes all of it, and only after its end", async () => {
    const request = crossRequest("long", LARGE);
    service.door.shut(2);
    const id = await start(request, "to be deleted");
    await expect.poll(async () => (await runOf(id)).done, SOON).toBeGreaterThan(0);
    expect(await change(DELETE, id)).toMatchObject({
      __typename: "Conflict",
      path: "input.id",
      message: "input.id: a run that is RUNNING cannot be deleted before it has ended",
    });
    await change(CANCEL, id);
    await kindsOf(id);
    expect(await change(DELETE, id)).toEqual({
      __typename: "DeleteRunPayload",
      deletedRunId: id,
    });
    expect(await runOf(id)).toBeNull();
    expect((await ask("query ($id: ID!) { node(id: $id) { id } }", { id })).data.node).toBeNull();
    for (const query of [DELETE, PAUSE, RESUME, RETRY, CANCEL]) {
      expect(await change(query, id)).toMatchObject({ __typename: "NotFound", path: "input.id" });
    }
    service.door.open();
    const again = await start(crossRequest("hours", SMALL), "to be deleted");
    expect(again).not.toBe(id);
    expect((await kindsOf(again)).at(-1)).toBe("SUCCEEDED");
  });

  it.each([
    ["deleteRun", DELETE],
    ["pauseRun", PAUSE],
    ["resumeRun", RESUME],
  ])("%s tells an id that is none of a run", async (_name, query) => {
    expect(await change(query, "Dataset_1")).toMatchObject({
      __typename: "ValidationError",
      complaints: [{ path: "input.id", value: "Dataset_1", bound: "Run_..." }],
    });
    expect(await change(query, "Run_1")).toMatchObject({ __typename: "NotFound" });
  });
});
