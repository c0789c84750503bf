import { afterAll, beforeAll, expect, it } from "vitest";
import { LOCAL_OWNER } from "../../src/store/access-records.ts";
import { ended } from "../support/service-under-test.ts";
import { post } from "./graphql-client.ts";
import { BACKTEST, crossRequest, LARGE, SMALL, START } from "./requests.ts";
import { TestService } from "./test-service.ts";

let service: TestService;
beforeAll(async () => {
  service = await TestService.start(undefined, { threads: 2 });
  await service.importSynthetic("hours", 1_000);
});
afterAll(() => service[Symbol.asyncDispose]());

const ask = (query: string, variables: object = {}) => post(service.url, query, variables);
const override = (value: string) =>
  ask(
    `mutation ($input: OverrideBreakerInput!) { overrideBreaker(input: $input) {
      ... on OverrideBreakerPayload { admission { breaker { state override trips } } } } }`,
    { input: { override: value } },
  );
const OVERLOADED = "... on ServiceOverloaded { code path retryAfterMs reasons }";
const started = async (size = SMALL, more: object = {}, idempotencyKey: string | null = null) => {
  const query = START.replace("... on QueueFull", `${OVERLOADED} ... on QueueFull`);
  const input = { request: crossRequest("hours", size, more), idempotencyKey };
  return (await ask(query, { input })).data.startRun;
};
const plain = (id: string) => id.replace("Run_", "");

it("refuses runs while the breaker is held open, and goes on with those under way", async () => {
  service.door.shut(1);
  const under = await started(LARGE, {}, "taken before");
  const held = await override("OPEN");
  expect(held.data.overrideBreaker.admission.breaker).toEqual({
    ...{ state: "OPEN", override: "OPEN", trips: 0 },
  });
  expect(await started()).toMatchObject({
    ...{ __typename: "ServiceOverloaded", code: "SERVICE_OVERLOADED", path: null },
    retryAfterMs: 1_000,
    reasons: ["an operator holds the breaker open: no run begins until it is let go"],
  });
  const repeated = await started(LARGE, {}, "taken before");
  expect(repeated.run.id).toBe(under.run.id);
  const input = { request: crossRequest("hours", SMALL) };
  const { data } = await ask(BACKTEST, { input });
  expect(data.runBacktest).toMatchObject({ __typename: "ServiceOverloaded" });
  // One thread is left to what is under way, and queries are answered.
  await expect.poll(() => service.pool.stats().allowed).toBe(1);
  const before = (await service.store.run(plain(under.run.id)))!.done;
  const scored = async () => (await service.store.run(plain(under.run.id)))!.done;
  service.door.open();
  await expect.poll(scored).toBeGreaterThan(before);
  const ready = async () =>
    await (await fetch(service.url.replace("/graphql", "/health/ready"))).json();
  await expect
    .poll(ready)
    .toMatchObject({ status: "ready", checks: { admission: { detail: "breaker OPEN" } } });
  await override("AUTOMATIC");
  await service.runs.cancelRun(plain(under.run.id), null);
  expect(await started()).toMatchObject({ __typename: "StartRunPayload" });
  const { items } = await service.store.access.listActions({ first: 20, after: null });
  const overrides = items.map(({ item }) => item).filter((e) => e.action === "overrideBreaker");
  expect(overrides.map(({ target, outcome, owner }) => ({ target, outcome, owner }))).toEqual([
    { target: "AUTOMATIC", outcome: "OK", owner: LOCAL_OWNER },
    { target: "OPEN", outcome: "OK", owner: LOCAL_OWNER },
  ]);
});

it("tries one real run after a breach, and closes when it has gone well", async () => {
  const { control } = service.admission;
  const readings = (eventLoopDelayMs: number) => ({
    ...{ memoryPct: 1, loadPerCore: 1, databaseWaitMs: null, apiLatencyMs: null },
    eventLoopDelayMs,
  });
  // Nobody else looks until it has been seen open, however long a busy machine takes to ask.
  const { observe } = control;
  control.observe = () => false;
  for (let n = 0; n < 3; n++) observe.call(control, readings(2e9));
  expect(await started()).toMatchObject({
    __typename: "ServiceOverloaded",
    reasons: ["eventLoopDelayMs is 2000000000, and from 1000000000 on no run begins"],
  });
  control.observe = observe;
  const state = () => control.breaker().state;
  await expect.poll(state).toBe("HALF_OPEN");
  const [first, second] = await Promise.all([started(), started(SMALL, { topK: 7 })]);
  const types = [first.__typename, second.__typename].sort();
  expect(types).toEqual(["ServiceOverloaded", "StartRunPayload"]);
  const probe = first.run ?? second.run;
  expect((await ended(service.store, plain(probe.id))).state).toBe("SUCCEEDED");
  await expect.poll(state).toBe("CLOSED");
  expect(control.breaker().trips).toBe(1);
});

it("changes its mode while it runs, and tells of its sensors", async () => {
  const { data } = await ask(`mutation { setExecutionMode(input: { mode: PRIORITY_LIVE }) {
    ... on SetExecutionModePayload { admission { mode threads sensors { name value level }
      vitals { cores residentBytes threads { heapBytes } eventLoopDelayP99Ms } } } } }`);
  const { mode, sensors, vitals } = data.setExecutionMode.admission;
  expect(mode).toBe("PRIORITY_LIVE");
  const memory = sensors.find(({ name }: { name: string }) => name === "memoryPct");
  expect(memory.value).toBeGreaterThan(0);
  expect(vitals.residentBytes).toBeGreaterThan(5e7);
  expect(vitals.threads).toHaveLength(2);
});
