import { describe, expect, it } from "vitest";
import type * as Thin from "../../index.d.ts";
import * as facade from "../../src/index.ts";

/** A configuration goes from `loadConfig` to `createApp`; notebooks need not see what is in it. */
type Promised = Omit<typeof Thin, "createApp"> & {
  createApp(config: facade.ServiceConfig): Promise<Thin.App>;
};

/** Compiles only while what the hand-written types promise to notebooks is what there is. */
const promised: Promised = facade;

describe("types for notebooks", () => {
  it("promise no value that the facade does not have", () => {
    const { loadConfig, createApp, UserError } = promised;
    for (const value of [loadConfig, createApp, UserError]) expect(value).toBeTypeOf("function");
  });
});
