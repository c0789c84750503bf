import { describe, expect, it } from "vitest";
import type * as Thin from "../../client.d.ts";
import * as client from "../../src/client/index.ts";

/** Compiles only while what the hand-written types promise to notebooks is what there is. */
const make: (url: string, token?: string | null) => Thin.ApiClient = (url, token) =>
  new client.ApiClient(url, token);
const follow: (...args: Parameters<typeof client.followRun>) => ReturnType<typeof Thin.followRun> =
  client.followRun;

describe("types of the client for notebooks", () => {
  it("promise no value that the client does not have", () => {
    expect(make("http://127.0.0.1:1/graphql").request).toBeTypeOf("function");
    expect(follow).toBe(client.followRun);
  });
});
