import { once } from "node:events";
import { connect } from "node:net";
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { post } from "./graphql-client.ts";
import { CANCEL, crossRequest, ESTIMATE, LARGE, SMALL, START } from "./requests.ts";
import { TEST_GUARDS, TestService } from "./test-service.ts";

it("refuses a run that needs more memory than it may have, with both figures", async () => {
  const guards = { ...TEST_GUARDS, maxBytes: 2 ** 20 };
  await using service = await TestService.start(undefined, { threads: 2, guards });
  await service.importSynthetic("hours", 500);
  const request = crossRequest("hours", SMALL);
  const estimate = (await post(service.url, ESTIMATE, { request })).data.estimateRun;
  expect(estimate).toMatchObject({
    __typename: "MemoryBudgetExceeded",
    allowedBytes: guards.maxBytes,
    path: "request.schedule.workers",
  });
  expect(estimate.requestedBytes).toBeGreaterThan(guards.maxBytes);
});

it("refuses a run over its owner's quota, and a connection over their number", async () => {
  await using service = await TestService.start(undefined, { limits: { maxUnfinishedOfOwner: 1 } });
  await service.importSynthetic("hours", 20_000);
  const start = async (grid: typeof LARGE) => {
    const input = { request: crossRequest("hours", grid) };
    return (await post(service.url, START, { input })).data.startRun;
  };
  service.door.shut(0);
  const first = await start(LARGE);
  expect(await start(SMALL)).toMatchObject({ __typename: "QuotaExceeded", code: "QUOTA_EXCEEDED" });
  await post(service.url, CANCEL, { input: { id: first.run.id } });

  const main = service.server;
  const few = await service.serve({ traffic: { maxConnections: 2 } });
  service.server = main;
  const sockets = [1, 2, 3].map(() => connect(few.port, "127.0.0.1"));
  await once(sockets[2], "close");
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false, false, true]);
  for (const socket of sockets) socket.destroy();
  await few.close();
});

it("says that it is not ready while others drain, and takes nothing new", async () => {
  await using service = await TestService.start();
  const { promise: others, resolve: drained } = Promise.withResolvers<void>();
  const { url } = service.server;
  const closed = service.server.close(others);
  const at = (path: string) => fetch(url.replace("/graphql", path));
  const ready = async () => {
    const answer = await at("/health/ready");
    return { code: answer.status, ...((await answer.json()) as object) };
  };
  const checks = { database: { ok: true }, server: { ok: false, detail: "draining" } };
  await expect.poll(ready).toMatchObject({ code: 503, status: "not ready", checks });
  expect((await at("/health/live")).status).toBe(200);
  const refused = await post(url, "{ service { engineVersion } }");
  expect(refused).toMatchObject({ status: 503, errors: [{ extensions: { code: "GOING_AWAY" } }] });
  const socket = new WebSocket(url.replace("http", "ws"), "graphql-transport-ws");
  const [{ message }] = await once(socket, "error");
  expect(message).toContain("503");
  drained();
  await closed;
  await expect(at("/health/live")).rejects.toThrow();
});
