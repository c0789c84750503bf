import { afterAll, beforeAll, expect, it } from "vitest";
import { Meters } from "../../src/monitoring/meters.ts";
import { RunLog } from "../../src/monitoring/run-log.ts";
import { post } from "./graphql-client.ts";
import { crossRequest, SMALL, START } from "./requests.ts";
import { TestService } from "./test-service.ts";

let service: TestService;
let meters: Meters;
beforeAll(async () => {
  service = await TestService.start(undefined, { threads: 2 });
  await service.importSynthetic("hours", 3_000);
  const { store, pool, datasets, admission } = service;
  const caches = () => [...datasets.stats(), ...pool.caches()];
  meters = new Meters({ store, pool, admission, caches });
  await service.serve({ metrics: () => meters.scrape() });
});
afterAll(() => service[Symbol.asyncDispose]());

const scrape = async () => {
  const response = await fetch(service.url.replace("/graphql", "/metrics"));
  return { type: response.headers.get("content-type"), text: await response.text() };
};

it("serves what Prometheus reads: runs, chunks, slices, caches, event loop and heap", async () => {
  const { data } = await post(service.url, START, {
    input: { request: crossRequest("hours", SMALL) },
  });
  const id = data.startRun.run.id.replace("Run_", "");
  const state = async () => (await service.store.run(id))!.state;
  await expect.poll(state).toBe("SUCCEEDED");
  const chunk = (await service.store.chunks(id))[0];
  meters.step({ kind: "chunk", what: "STORED", chunk, scored: 40, elapsedMs: 120 });
  meters.fault({ runId: id, what: "chunk 0 of STAGE_A", chunk, error: new Error("boom") });
  const { type, text } = await scrape();
  expect(type).toContain("text/plain");
  const sampleOf = (line: string) =>
    Number(
      text
        .split("\n")
        .find((l) => l.startsWith(line))!
        .split(" ")
        .at(-1),
    );
  expect(sampleOf("sweepline_database_up")).toBe(1);
  expect(sampleOf('sweepline_runs{state="SUCCEEDED"}')).toBe(1);
  expect(sampleOf('sweepline_open_chunks{state="PENDING"}')).toBe(0);
  expect(sampleOf('sweepline_chunks_total{step="STORED"}')).toBe(1);
  expect(sampleOf('sweepline_variants_total{stage="STAGE_A"}')).toBe(40);
  expect(sampleOf('sweepline_faults_total{what="chunk"}')).toBe(1);
  expect(sampleOf("sweepline_pool_threads")).toBe(2);
  expect(sampleOf("sweepline_pool_allowed_threads")).toBe(2);
  expect(sampleOf('sweepline_breaker_state{state="CLOSED"}')).toBe(1);
  expect(sampleOf('sweepline_breaker_state{state="OPEN"}')).toBe(0);
  expect(sampleOf("sweepline_breaker_trips")).toBe(0);
  expect(sampleOf('sweepline_execution_mode{mode="STANDALONE"}')).toBe(1);
  expect(sampleOf('sweepline_sensor{sensor="memoryPct"}')).toBeGreaterThan(0);
  expect(sampleOf("sweepline_pool_thread_bytes")).toBeGreaterThan(1e6);
  expect(sampleOf("sweepline_pool_slices")).toBeGreaterThan(0);
  expect(sampleOf('sweepline_cache_entries{cache="memory"}')).toBeGreaterThan(0);
  expect(sampleOf("nodejs_heap_size_used_bytes")).toBeGreaterThan(0);
  expect(text).toContain("nodejs_eventloop_lag_p99_seconds");
  // No run and no chunk is a label: there is no end to them.
  expect(text).not.toContain(id);
});

it("is ready only with every migration of its version", async () => {
  const ready = async () => {
    const response = await fetch(service.url.replace("/graphql", "/health/ready"));
    return { status: response.status, text: await response.text() };
  };
  // An answer that comes too late for the check is none, and comes in time a moment later.
  await expect.poll(ready).toMatchObject({ status: 200 });
  const { db } = service.store.database;
  await db.execute("create table kept as select * from drizzle.__drizzle_migrations");
  await db.execute(
    "delete from drizzle.__drizzle_migrations where name like '%retries_and_stages'",
  );
  await expect.poll(ready).toMatchObject({
    status: 503,
    text: expect.stringContaining("retries_and_stages"),
  });
  await db.execute("delete from drizzle.__drizzle_migrations");
  await db.execute(
    "insert into drizzle.__drizzle_migrations overriding system value select * from kept",
  );
  await expect.poll(ready).toMatchObject({ status: 200 });
});

it("logs each line with the run and the chunk it is about", async () => {
  const lines: object[] = [];
  const logOf = (bindings: object): ConstructorParameters<typeof RunLog>[0] => {
    const line = (level: string) => (fields: object, message: string) =>
      void lines.push({ ...bindings, ...fields, level, message });
    return {
      child: (more) => logOf({ ...bindings, ...more }),
      ...{ debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") },
    };
  };
  const log = new RunLog(logOf({}));
  const chunk = { ...(await anyChunk()), no: 7, attempts: 2 };
  const ids = { runId: chunk.runId, stage: chunk.stage, chunk: 7 };
  log.step({ kind: "chunk", what: "FAILED", chunk, scored: 0, elapsedMs: 3.4 });
  log.fault({ runId: chunk.runId, what: "chunk", chunk, error: new Error("boom") });
  const outage = Object.assign(new Error("gone"), { code: "ECONNREFUSED" });
  log.fault({ runId: null, what: "heartbeat", error: new Error("query", { cause: outage }) });
  log.step({ kind: "end", runId: chunk.runId, work: "FINALIZE", elapsedMs: 5 });
  expect(lines).toMatchObject([
    { ...ids, attempt: 2, level: "warn", message: "chunk failed" },
    { ...ids, level: "error", message: "runner: chunk" },
    { runId: null, level: "warn", reason: "gone", message: "runner: heartbeat: no database" },
    { runId: chunk.runId, level: "info", work: "FINALIZE", message: "stage ended" },
  ]);
});

async function anyChunk() {
  const runs = await service.store.listRuns({ first: 1, after: null });
  return (await service.store.chunks(runs.items[0].item.id))[0];
}
