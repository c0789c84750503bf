import { afterAll, beforeAll, expect, it } from "vitest";
import { post } from "./graphql-client.ts";
import { CANCEL, crossRequest, LARGE, START } from "./requests.ts";
import { TestService } from "./test-service.ts";

const MAX_QUEUED = 3;

let service: TestService;
beforeAll(async () => {
  service = await TestService.start(undefined, { limits: { maxQueued: MAX_QUEUED } });
  await service.importSynthetic("long", 20_000);
});
afterAll(() => service[Symbol.asyncDispose]());

const request = crossRequest("long", LARGE);

async function start(idempotencyKey: string) {
  const { data } = await post(service.url, START, { input: { request, idempotencyKey } });
  return data.startRun;
}

const cancel = (id: string) => post(service.url, CANCEL, { input: { id } });

it("refuses what does not fit into the queue, and takes it once there is room", async () => {
  const first = await start("at work");
  // It takes up all chunks in flight, so the runs behind it wait.
  await expect.poll(() => service.pool.stats().busy, { timeout: 15_000 }).toBe(2);

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
  for (const { run } of [...waiting, late, first]) await cancel(run.id);
});
