import { expect, it } from "vitest";
import { warmUp } from "../../../src/core/surfaces/warm-up.ts";

it("asks the made-up stage every question, one a step", () => {
  // Marginals twice, with a filter and without.
  expect([...warmUp()].length).toBe(6);
});
