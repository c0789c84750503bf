import { afterAll, beforeAll, expect, it } from "vitest";
import { type OwnPostgres, startPostgres } from "../support/postgres.ts";
import { overWebsocket, post } from "./graphql-client.ts";
import { crossRequest, FOLLOW, START } from "./requests.ts";
import { TestService } from "./test-service.ts";

const MEDIUM = { fast: [2, 60, 1], slow: [3, 200, 1] } as const;

let postgres: OwnPostgres;
let service: TestService;
beforeAll(async () => {
  postgres = await startPostgres();
  service = await TestService.start({ url: postgres.url }, { threads: 2 });
  await service.importSynthetic("long", 8_000);
});
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await postgres?.stop();
});

const start = async (schedule: object = {}): Promise<string> => {
  const request = crossRequest("long", MEDIUM, { schedule });
  const { data } = await post(service.url, START, { input: { request } });
  return data.startRun.run.id;
};
const runOf = async (id: string) => {
  const query = "query ($id: ID!) { run(id: $id) { state done digest lastSeq } }";
  return (await post(service.url, query, { id })).data.run;
};
const ready = async () => {
  const response = await fetch(service.url.replace("/graphql", "/health/ready"));
  return { ...((await response.json()) as { checks: object }), status: response.status };
};

it.each([
  "kill",
  "stop",
] as const)("a database gone for a while (%s) costs nothing but that while", async (how) => {
  const undisturbed = await start();
  await expect
    .poll(() => runOf(undisturbed))
    .toMatchObject({
      state: "SUCCEEDED",
    });
  const { digest } = await runOf(undisturbed);
  const id = await start({ chunkVariants: 300 });
  await expect.poll(async () => (await runOf(id)).done).toBeGreaterThan(0);
  const seen = Promise.withResolvers<void>();
  const restarted = postgres.restart(how, () => seen.promise);
  await expect.poll(ready, { interval: 50 }).toMatchObject({
    status: 503,
    checks: { database: { ok: false }, pool: { ok: true } },
  });
  // It goes on answering what needs no database.
  expect((await post(service.url, "{ service { pool { size } } }")).data.service.pool.size).toBe(2);
  const away = await post(service.url, "{ runs { totalCount } }");
  const said = { code: "DATABASE_UNAVAILABLE", requestId: expect.any(String) };
  expect(away).toMatchObject({ status: 503, errors: [{ path: ["runs"], extensions: said }] });
  expect(away.headers.get("retry-after")).toBe("1");
  seen.resolve();
  await restarted;
  await expect.poll(ready).toMatchObject({ status: 200 });
  await expect
    .poll(() => runOf(id))
    .toMatchObject({
      state: "SUCCEEDED",
      digest,
    });
  const chunks = await service.store.chunks(id.replace("Run_", ""));
  expect(Math.max(...chunks.map((chunk) => chunk.attempts))).toBeLessThanOrEqual(2);

  // Notifications come again. Whoever listens may be back later than the first run has ended.
  const heard: string[] = [];
  const unsubscribe = service.store.onRunChanged((runId) => heard.push(runId));
  let next = await start();
  const isHeard = async () => {
    if (heard.includes(next.replace("Run_", ""))) return true;
    if ((await runOf(next)).state === "SUCCEEDED") next = await start();
    return false;
  };
  await expect.poll(isHeard).toBe(true);
  unsubscribe();
  const seqs: number[] = [];
  for await (const { data } of overWebsocket(service.wsUrl, FOLLOW, { id: next, after: 0 })
    .results) {
    seqs.push((data as { runProgress: { seq: number } }).runProgress.seq);
  }
  expect(seqs).toEqual(seqs.map((_, i) => i + 1));
});
