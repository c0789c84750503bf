import { serverAudits } from "graphql-http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestService } from "../server/test-service.ts";

/** The audits of the GraphQL-over-HTTP specification, against the real server. */
let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const audits = serverAudits({ url: () => service.url, fetchFn: fetch });

describe("GraphQL over HTTP", () => {
  it("has 61 audits", () => {
    expect(audits).toHaveLength(61);
  });

  it.each(audits)("$id $name", async ({ fn }) => {
    const result = await fn();
    const reason = "reason" in result ? result.reason : undefined;
    expect({ status: result.status, reason }).toEqual({ status: "ok" });
  });
});
