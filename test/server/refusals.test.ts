import { once } from "node:events";
import { connect } from "node:net";
import { expect, it } from "vitest";
import { post } from "./graphql-client.ts";
import { CANCEL, crossRequest, ESTIMATE, LARGE, SMALL, START } from "./requests.ts";
import { TEST_GUARDS, TestService } from "./test-service.ts";

it("refuses a run that needs more memory than it may have, with both figures", async () => {
  const guards = { ...TEST_GUARDS, maxBytes: 2 ** 20 };
  await using service = await TestService.start(undefined, { guards });
  await service.importSynthetic("hours", 500);
  const request = crossRequest("hours", SMALL);
  const estimate = (await post(service.url, ESTIMATE, { request })).data.estimateRun;
  expect(estimate).toMatchObject({
    __typename: "MemoryBudgetExceeded",
    allowedBytes: guards.maxBytes,
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
