import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RawWebsocket } from "../conformance/raw-websocket.ts";
import { post } from "./graphql-client.ts";
import { TestService } from "./test-service.ts";

let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
});

describe("@defer and @stream", () => {
  it("holds deferred parts to the limits of the whole", async () => {
    const headers = { "content-type": "application/json", accept: "multipart/mixed" };
    const parts = (n: number) =>
      Array.from({ length: n }, (_, i) => `... @defer(label: "p${i}") { a${i}: viewer { owner } }`);
    const query = `{ service { database } ${parts(3).join(" ")} rules @stream { id } }`;
    const answer = await post(service.url, query, {}, { headers });
    expect(answer.headers.get("content-type")).toMatch(/^multipart\/mixed/);
    const bodies = [...answer.text.matchAll(/^\{.*\}$/gm)].map(([body]) => JSON.parse(body));
    expect(bodies[0]).toMatchObject({ data: { service: { database: "postgres" } }, hasNext: true });
    expect(bodies[0].extensions.cost.points).toBeGreaterThan(8);
    expect(bodies.at(-1).hasNext).toBe(false);
    expect(answer.text).toContain('"label":"p2"');
    const socket = await new RawWebsocket(service.url).init();
    await socket.subscribe("1", query);
    await socket.got("complete", "1");
    const next = socket.received.filter(({ type }) => type === "next");
    expect(next.length).toBeGreaterThan(1);
    expect(next.at(-1)?.payload.hasNext).toBe(false);
    socket.socket.close();

    const many = `{ service { database } ${parts(21).join(" ")} }`;
    const refused = await post(service.url, many, {}, { headers });
    expect(refused.text).toContain('"limit":"number of deferred parts","value":21,"bound":20');
    for (const initial of ["-1", "$n"]) {
      const streamed = `query ($n: Int = -2) { rules @stream(initialCount: ${initial}) { id }
        nodes(ids: []) @stream(initialCount: $n) { id } }`;
      expect((await post(service.url, streamed, {}, { headers })).text).toContain("BAD_USER_INPUT");
    }
    const main = service.server;
    const server = await service.serve({ limits: { maxPoints: 8 } });
    service.server = main;
    expect((await post(server.url, query, {}, { headers })).text).toContain("cost in points");
    await server.close();
  });
});
