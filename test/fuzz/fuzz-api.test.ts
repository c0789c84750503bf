import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestService } from "../server/test-service.ts";
import { runCampaign } from "./campaign.ts";
import { fuzzRequest } from "./document-generator.ts";
import { fuzzThings } from "./fuzz-things.ts";

let service: TestService;
let asked: Awaited<ReturnType<typeof fuzzThings>>;
beforeAll(async () => {
  service = await TestService.start();
  asked = await fuzzThings(service);
});
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
});

describe("random documents", () => {
  it("are answered, and never by accident", async () => {
    const { findings, counts } = await runCampaign({
      ...{ url: service.url, seed: 1, from: 0, documents: 300, parallel: 4, ...asked },
    });
    expect(findings.map(({ no, what }) => `${no}: ${what}`)).toEqual([]);
    expect(service.errors).toEqual([]);
    // Both kinds are many: a generator of nonsense alone would prove nothing.
    expect(counts["status 200"]).toBeGreaterThan(30);
    expect(counts.GRAPHQL_PARSE_FAILED).toBeGreaterThan(10);
  });

  it("are the same for the same seed and number", () => {
    const { things } = asked;
    for (let no = 0; no < 50; no++) {
      expect(fuzzRequest(3, no, things)).toEqual(fuzzRequest(3, no, things));
      expect(fuzzRequest(3, no, things).query).not.toBe(fuzzRequest(4, no, things).query);
    }
  });
});
