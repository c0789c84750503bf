import { afterAll, beforeAll, expect, it } from "vitest";
import { post } from "../server/graphql-client.ts";
import { crossRequest, LARGE, START } from "../server/requests.ts";
import { TestService } from "../server/test-service.ts";
import { openSubscribers } from "./subscriber-load.ts";

/** The small form of `npm run load:subscribers`, which measures memory with a thousand of them. */
let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
  await service.importSynthetic("hours", 500);
});
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
});

it("every subscriber gets the event that ends the run, though some do not read", async () => {
  const input = { request: crossRequest("hours", LARGE) };
  service.door.shut(0);
  const runId: string = (await post(service.url, START, { input })).data.startRun.run.id;
  const id = runId.replace("Run_", "");
  await service.runs.pauseRun(id);
  const load = { sockets: 4, perSocket: 10, streams: 20, slow: 10 };
  const subscribers = openSubscribers({ url: service.url, runId, ...load });
  await subscribers.ready;
  for (let i = 0; i < 5; i++) {
    await service.runs.resumeRun(id);
    await service.runs.pauseRun(id);
  }
  await service.runs.cancelRun(id, null);
  expect(await subscribers.finish(200_000)).toBe(subscribers.count);
  subscribers.close();
  expect(service.errors).toEqual([]);
});
