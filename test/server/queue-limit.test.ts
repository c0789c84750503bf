import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { PRIORITIES } from "../../src/store/priorities.ts";
import { ended } from "../support/service-under-test.ts";
import { post } from "./graphql-client.ts";
import { CANCEL, crossRequest, LARGE, START } from "./requests.ts";
import { TestService } from "./test-service.ts";

const MAX_QUEUED = 3;

let service: TestService;
beforeAll(async () => {
  service = await TestService.start(undefined, { threads: 2, limits: { maxQueued: MAX_QUEUED } });
  await service.importSynthetic("long", 20_000);
});
afterEach(() => service.door.open());
afterAll(() => service[Symbol.asyncDispose]());

const request = crossRequest("long", LARGE);

async function start(idempotencyKey: string) {
  const { data } = await post(service.url, START, { input: { request, idempotencyKey } });
  return data.startRun;
}

const cancel = (id: string) => post(service.url, CANCEL, { input: { id } });

/** It takes up all chunks in flight, so the runs behind it wait. */
async function takesUpAll(id: string): Promise<void> {
  const running = async () =>
    (await service.store.chunks(id.replace("Run_", ""))).filter((c) => c.state === "RUNNING");
  await expect.poll(running).toHaveLength(2);
}

it("refuses what does not fit into the queue, and takes it once there is room", async () => {
  service.door.shut(0);
  const first = await start("at work");
  await takesUpAll(first.run.id);

  const keys = Array.from({ length: 2 * MAX_QUEUED }, (_, i) => `run ${i}`);
  const answers = await Promise.all(keys.map(start));
  const waiting = answers.filter(({ created }) => created);
  expect(waiting).toHaveLength(MAX_QUEUED);
  const refused = answers.find(({ created }) => !created);
  expect(refused).toMatchObject({
    __typename: "QueueFull",
    code: "QUEUE_FULL",
    message: "the queue is full",
    path: null,
  });
  expect(refused.retryAfterMs).toBeGreaterThan(0);

  const known = keys[answers.findIndex(({ created }) => created)];
  expect(await start(known)).toMatchObject({ created: false, run: { id: waiting[0].run.id } });
  expect(await start("one more")).toMatchObject({ __typename: "QueueFull" });
  await cancel(waiting[0].run.id);
  const late = await start("one more");
  expect(late).toMatchObject({ created: true, run: { state: "QUEUED" } });
  for (const { run } of [...waiting, late, first]) {
    await cancel(run.id);
    await ended(service.store, run.id.replace("Run_", ""));
  }
});

const LOOK = `query ($id: ID!) { run(id: $id) {
  state priority deadline queuePosition queueWaitSeconds startedAt
} }`;
const QUEUE = "{ queue { waiting allowed classes { priority waiting running waitingSince } } }";
const SET = `mutation ($input: SetRunPriorityInput!) { setRunPriority(input: $input) {
  __typename ... on Error { code } ... on SetRunPriorityPayload { run { priority queuePosition } }
} }`;

it("lets an urgent run end beside a bulk sweep, and says where others stand", async () => {
  const startAs = async (schedule: object, grid = LARGE) => {
    const asked = { ...crossRequest("long", grid), schedule };
    const { data } = await post(service.url, START, { input: { request: asked } });
    return data.startRun;
  };
  const look = async (id: string) => (await post(service.url, LOOK, { id })).data.run;
  service.door.shut(4, ({ urgency }) => urgency === PRIORITIES.BULK);
  const bulk = await startAs({ priority: "BULK" });
  await expect.poll(async () => (await look(bulk.run.id)).state).toBe("RUNNING");
  await takesUpAll(bulk.run.id);

  const deadline = new Date(Date.now() + 3_600_000).toISOString();
  const waiting = [
    await startAs({ priority: "BULK", deadline }),
    await startAs({ priority: "BULK" }),
  ];
  const [first, second] = waiting.map(({ run }) => run.id);
  expect(await look(first)).toMatchObject({ state: "QUEUED", deadline, queuePosition: 1 });
  expect(await look(second)).toMatchObject({ priority: "BULK", queuePosition: 2 });
  const { queue } = (await post(service.url, QUEUE)).data;
  expect(queue).toMatchObject({ waiting: 2, allowed: MAX_QUEUED });
  expect(queue.classes.at(-1)).toMatchObject({ priority: "BULK", waiting: 2, running: 1 });
  expect(queue.classes[0]).toMatchObject({ priority: "CRITICAL", waiting: 0, waitingSince: null });

  const small = { fast: [2, 5, 1], slow: [10, 30, 1] } as const;
  // It is at work beside the urgent run, and cannot be over before it.
  service.door.letThrough(4);
  const urgent = await startAs({ priority: "CRITICAL" }, small);
  const state = async () => (await look(urgent.run.id)).state;
  await expect.poll(state).toBe("SUCCEEDED");
  expect(await look(bulk.run.id)).toMatchObject({ state: "RUNNING", queuePosition: null });

  const raised = await post(service.url, SET, { input: { id: second, priority: "LOW" } });
  expect(raised.data.setRunPriority.run.priority).toBe("LOW");
  const over = await post(service.url, SET, { input: { id: urgent.run.id, priority: "LOW" } });
  expect(over.data.setRunPriority).toMatchObject({ __typename: "Conflict" });
  const late = await startAs({ priority: "BULK", deadline: "2020-01-01T00:00:00Z" });
  expect(late).toMatchObject({
    __typename: "ValidationError",
    path: "input.request.schedule.deadline",
  });
  for (const id of [second, first, bulk.run.id]) await cancel(id);
});
